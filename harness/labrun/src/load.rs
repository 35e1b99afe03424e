//! `labrun load URL`: the load generator alone, so that it can be held against another.

mod shown;

use lab::outcome::chain;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use lab::interrupt::Interrupt;
use lab::progress::Progress as _;
use labrun_load::{Check, Error, Pace, Plan, Report, Spacing, Target, ceiling};

use crate::bars::Bars;
use crate::cli::{Arrivals, LoadArgs};
use crate::exit::{self, Usage};
use shown::Shown;

/// The seed of random arrivals: two loads that are held against each other ask at the same instants.
const SEED: u64 = 1;

/// How often the bar moves.
const TICK: Duration = Duration::from_millis(100);

/// Loads a server and prints what came of it.
pub(crate) fn run(args: &LoadArgs) -> anyhow::Result<u8> {
    let plan = plan(args)?;
    let interrupt = Interrupt::catch().context("cannot catch signals")?;
    let stop = || interrupt.raised();
    let bars = Bars::new();
    let loaded = measure(&bars, args, &plan, &stop);
    let (ceiling, report) = match loaded {
        // What a server does wrong is 101, whether it dies now or was dead before.
        Err(error) if matches!(error.downcast_ref(), Some(Error::NoServer { .. })) => {
            crate::say::error(&chain(error.as_ref()));
            return Ok(exit::WORKLOAD_FAILED);
        }
        loaded => loaded?,
    };
    let shown = Shown {
        url: &args.url,
        plan: &plan,
        ceiling,
        report: &report,
    };
    if args.json {
        crate::out::json(&shown.json())?;
    } else {
        crate::out::line(&shown.text())?;
    }
    Ok(code(&report))
}

/// The plan that the arguments ask for.
fn plan(args: &LoadArgs) -> anyhow::Result<Plan> {
    let target = Target::from_url(&args.url).map_err(|error| Usage(error.to_string()))?;
    if !target.is_near() {
        anyhow::bail!(Usage(format!(
            "{} is neither this machine nor in a private network, and load on someone else's \
             server is an attack: give a loopback or private address",
            target.address.ip()
        )));
    }
    let mut plan = Plan {
        pace: args.rate.map_or(Pace::Closed, Pace::Rate),
        spacing: match args.arrivals {
            Arrivals::Even => Spacing::Even,
            Arrivals::Poisson => Spacing::Poisson(SEED),
        },
        connections: args.connections,
        threads: args.threads,
        duration: length("--duration", args.duration)?,
        warmup: length("--warmup", args.warmup)?,
        timeout: length("--timeout", args.timeout)?,
        ..Plan::new(target)
    };
    if let Some(file) = &args.expect_body {
        plan.requests[0].check = Check::Whole(body(file)?);
    }
    plan.check().map_err(|error| Usage(error.to_string()))?;
    Ok(plan)
}

fn length(name: &str, seconds: f64) -> anyhow::Result<Duration> {
    let length = Duration::try_from_secs_f64(seconds);
    Ok(length.map_err(|_| Usage(format!("{name} is too long: give a day at most")))?)
}

fn body(file: &Path) -> anyhow::Result<Vec<u8>> {
    let read = std::fs::read(file);
    Ok(read.map_err(|e| Usage(format!("cannot read --expect-body {}: {e}", file.display())))?)
}

/// The generator's ceiling, unless it was interrupted, and then the load.
fn measure(
    bars: &Bars,
    args: &LoadArgs,
    plan: &Plan,
    stop: &(dyn Fn() -> bool + Sync),
) -> anyhow::Result<(Option<f64>, Report)> {
    bars.note("measuring what the generator itself can do: 1 s");
    let ceiling = ceiling(plan, stop).map_err(|error| match error {
        // The server is not even asked: it is this process that may not.
        Error::Files { .. } => Usage(error.to_string()).into(),
        error => anyhow::Error::from(error),
    })?;
    if let (Pace::Rate(rate), Some(ceiling)) = (plan.pace, ceiling)
        && rate > ceiling
    {
        anyhow::bail!(Usage(format!(
            "--rate {rate} is beyond this generator, which reaches {ceiling:.0} requests/s here \
             with {} connections on {} threads: ask for less",
            plan.connections, plan.threads
        )));
    }
    let report = thread::scope(|scope| {
        let began = Instant::now();
        let run = || labrun_load::run(plan, stop);
        let cannot = |source| labrun_load::Error::System {
            what: "start a thread",
            source,
        };
        let load = thread::Builder::new()
            .spawn_scoped(scope, run)
            .map_err(cannot)?;
        let total = (plan.warmup + plan.duration).as_secs_f64().ceil() as u64;
        let what = format!("loading {}", args.url);
        while !load.is_finished() {
            bars.step(&what, began.elapsed().as_secs().min(total), total);
            thread::sleep(TICK);
        }
        bars.finish(&what);
        load.join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })?;
    Ok((ceiling, report))
}

fn code(report: &Report) -> u8 {
    if report.interrupted {
        exit::INTERRUPTED
    } else if report.requests_per_second().is_some() {
        exit::FINE
    } else if report.failed() > 0 {
        exit::WORKLOAD_FAILED
    } else {
        exit::NOTHING_MEASURED
    }
}
