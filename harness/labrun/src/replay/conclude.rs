//! What a replay came to, from the files of its run.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use lab::model::{Ended, RunError};
use labrun_record::{Outcome, QUADS, RunFolder};

use crate::cli::QuadsArgs;
use crate::exit::{self, Usage};
use crate::exports;
use crate::report::{self, Read};
use crate::say;

/// Statistics and page from the files of the run, whatever ended it; gives the exit code.
pub(crate) fn conclude(
    folder: RunFolder,
    ended: Result<Ended, RunError>,
    args: &QuadsArgs,
    strict: bool,
) -> anyhow::Result<u8> {
    let shown = show(folder, ended, args)?;
    shown.printed?;
    Ok(code(&shown.read, shown.ended, strict))
}

/// What was written and shown.
pub(crate) struct Shown {
    /// The run, read back.
    pub read: Read,
    /// How it ended.
    pub ended: Ended,
    /// Whether it could be printed: where not, that is said when all else is done.
    pub printed: anyhow::Result<()>,
}

/// Writes and shows what it came to.
pub(crate) fn show(
    folder: RunFolder,
    ended: Result<Ended, RunError>,
    args: &QuadsArgs,
) -> anyhow::Result<Shown> {
    if matches!(ended, Err(RunError::Taken)) {
        // The files in the folder are those of another run.
        anyhow::bail!(Usage(RunError::Taken.to_string()));
    }
    let read = match report::read(folder) {
        Ok(read) => read,
        // Without the files there is nothing to conclude but the error itself.
        Err(error) => return Err(ended.err().map_or(error, Into::into)),
    };
    let written = read.write();
    let exported = exports::write(&args.exports, std::slice::from_ref(&read));
    let printed = if args.json {
        crate::out::json(&read.summary)
    } else {
        read.print_table(args.full)
    };
    read.say_where();
    let ended = ended?;
    written.and(exported)?;
    if ended == Ended::Complete && is_too_short(&read) {
        say::line(&format!(
            "the time budget of {:?} is too small for one quad, so nothing is decided: raise --time-budget",
            budget(&read)
        ));
    }
    Ok(Shown {
        read,
        ended,
        printed,
    })
}

/// The exit code of a replay that was carried out.
pub(crate) fn code(read: &Read, ended: Ended, strict: bool) -> u8 {
    let any = |outcomes: &[Outcome]| {
        let mut samples = read.samples.iter();
        samples.any(|sample| outcomes.contains(&sample.outcome))
    };
    if ended == Ended::Interrupted {
        exit::INTERRUPTED
    } else if any(&[Outcome::Failed, Outcome::Mismatch, Outcome::Timeout]) {
        exit::WORKLOAD_FAILED
    } else if strict && any(&[Outcome::Unavailable]) {
        exit::UNFIT
    } else if any(&[Outcome::Measured]) && !is_too_short(read) {
        exit::FINE
    } else {
        exit::NOTHING_MEASURED
    }
}

/// Whether the time was over before one quad was whole, of rows that could be launched.
fn is_too_short(read: &Read) -> bool {
    let budget = budget(read);
    let (mut ended, mut quads) = (BTreeSet::new(), BTreeMap::new());
    for sample in &read.samples {
        if sample.outcome != Outcome::Measured {
            ended.insert(sample.row);
        } else if Duration::from_nanos(sample.at_ns) < budget {
            *quads.entry((sample.row, sample.block)).or_insert(0) += 1;
        }
    }
    let could_be_launched = ended.len() < read.run.rows.len();
    could_be_launched && quads.values().all(|launches| *launches < QUADS[0].len())
}

fn budget(read: &Read) -> Duration {
    // It was a duration when it was asked for.
    Duration::try_from_secs_f64(read.run.plan.time_budget_s).unwrap_or(Duration::MAX)
}
