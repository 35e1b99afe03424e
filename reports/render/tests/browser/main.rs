//! The page in a real browser: chromium, by chromedriver. One browser for all tests of this file,
//! each in a tab of its own; it is ended when they are over. What is missing is said, and counted
//! as skipped by `scripts/test`.

#[path = "../support/mod.rs"]
mod support;

mod address;
mod axe;
mod case;
mod contrast;
mod driver;
mod extremes;
mod hostile;
mod keyboard;
mod layout;
mod long;
mod numbers;
mod page;
mod print;
mod questions;
mod reference;
mod saved;
mod scripts_off;
mod tab;
mod trend;

use std::process::ExitCode;
use std::sync::{Arc, OnceLock};

use libtest_mimic::{Arguments, Trial, run};

use case::{Case, Pages, skip};
use driver::Driver;

/// A test, and what is true if it passes.
type Test = (&'static str, fn(&Case<'_>));

const TESTS: [&[Test]; 15] = [
    &numbers::TESTS,
    &axe::TESTS,
    &contrast::TESTS,
    &layout::TESTS,
    &keyboard::TESTS,
    &scripts_off::TESTS,
    &questions::TESTS,
    &address::TESTS,
    &reference::TESTS,
    &print::TESTS,
    &hostile::TESTS,
    &extremes::TESTS,
    &saved::TESTS,
    &long::TESTS,
    &trend::TESTS,
];

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    // They share a browser, and a tab that is behind another does not get the keyboard.
    arguments.test_threads = Some(1);
    let browser: Arc<OnceLock<Result<Driver, String>>> = Arc::default();
    let pages: Arc<Pages> = Arc::default();
    let trial = |(name, test): &Test| {
        let (name, test) = (*name, *test);
        let (browser, pages) = (Arc::clone(&browser), Arc::clone(&pages));
        Trial::test(name, move || {
            match browser.get_or_init(Driver::start) {
                Ok(driver) => test(&Case {
                    name,
                    driver,
                    pages: &pages,
                }),
                Err(missing) => skip(name, missing),
            }
            Ok(())
        })
    };
    let trials = TESTS.into_iter().flatten().map(trial).collect();
    let conclusion = run(&arguments, trials);
    drop(browser);
    conclusion.exit_code()
}
