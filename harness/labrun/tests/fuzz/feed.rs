//! Feeding a target: each valid input as it is, then its share of altered ones.

use proptest::test_runner::{Config, RngSeed, TestError, TestRunner};

use crate::alter::{altered, changes};
use crate::corpus::kept;
use crate::watch::Watch;

/// Inputs over all targets where nothing is said.
const FEW: u64 = 5_000;

/// Feeds `judge`, which panics at what is wrong, with so many thousandths of all inputs.
pub(crate) fn feed(
    name: &'static str,
    share: u64,
    valid: Vec<Vec<u8>>,
    judge: impl Fn(&[u8]) + Copy,
) {
    let total = number("LABRUN_FUZZ");
    let watch = Watch::over(name, total.is_some());
    let inputs = [valid, kept(name)].concat();
    for input in &inputs {
        if let Err(fault) = watch.judge(input, judge) {
            panic!("{name}: {fault}; the input is {}", watch.path().display());
        }
    }
    let mut runner = TestRunner::new(Config {
        cases: u32::try_from(total.unwrap_or(FEW) * share / 1_000).expect("so few"),
        failure_persistence: None,
        max_shrink_iters: 500,
        rng_seed: RngSeed::Fixed(number("LABRUN_FUZZ_SEED").unwrap_or(1)),
        ..Config::default()
    });
    let fed = runner.run(&changes(), |change| {
        watch.judge(&altered(&inputs, &change), judge)
    });
    match fed {
        Ok(()) => eprintln!("\nfuzz {name}: {}", watch.summary()),
        Err(TestError::Fail(why, change)) => {
            // What was tried last need not be what failed.
            std::fs::write(watch.path(), altered(&inputs, &change)).expect("writes the input");
            let path = watch.path().display();
            panic!("{name}: {why}; the input is {path}: mend it, and keep it in corpus/{name}");
        }
        Err(other) => panic!("{name}: {other}"),
    }
}

fn number(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    Some(
        text.parse()
            .unwrap_or_else(|_| panic!("{variable}={text} is no number")),
    )
}
