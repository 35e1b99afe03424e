//! What a replay came to, from the files of its run.

use lab::model::{Ended, RunError};
use labrun_record::{Outcome, RunFolder};

use crate::exit::{self, Usage};
use crate::report;

/// Statistics and page from the files of the run, whatever ended it.
pub(crate) fn conclude(
    folder: RunFolder,
    ended: Result<Ended, RunError>,
    json: bool,
) -> anyhow::Result<u8> {
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
    if json {
        crate::out::json(&read.summary)?;
    }
    anstream::eprintln!("run:  {}", read.folder.path().display());
    anstream::eprintln!("page: {}", read.folder.report_html().display());
    let ended = ended?;
    written?;
    let any = |outcomes: &[Outcome]| {
        let mut samples = read.samples.iter();
        samples.any(|sample| outcomes.contains(&sample.outcome))
    };
    Ok(if ended == Ended::Interrupted {
        exit::INTERRUPTED
    } else if any(&[Outcome::Failed, Outcome::Mismatch, Outcome::Timeout]) {
        exit::WORKLOAD_FAILED
    } else if any(&[Outcome::Measured]) {
        exit::FINE
    } else {
        exit::NOTHING_MEASURED
    })
}
