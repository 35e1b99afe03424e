//! What a replay came to, from the files of its run.

use lab::model::{Ended, RunError};
use labrun_record::{Outcome, RunFolder};

use crate::exit::{self, Usage};
use crate::report::{self, Read};

/// Statistics and page from the files of the run, whatever ended it; gives the exit code.
pub(crate) fn conclude(
    folder: RunFolder,
    ended: Result<Ended, RunError>,
    json: bool,
    strict: bool,
) -> anyhow::Result<u8> {
    let (read, ended) = show(folder, ended, json)?;
    Ok(code(&read, ended, strict))
}

/// Writes and shows what it came to.
pub(crate) fn show(
    folder: RunFolder,
    ended: Result<Ended, RunError>,
    json: bool,
) -> anyhow::Result<(Read, Ended)> {
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
    } else {
        let width = terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
        crate::out::line(&labrun_render::table(&read.summary, width, true))?;
    }
    anstream::eprintln!("run:  {}", read.folder.path().display());
    if read.folder.report_html().exists() {
        anstream::eprintln!("page: {}", read.folder.report_html().display());
    }
    let ended = ended?;
    written?;
    Ok((read, ended))
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
    } else if any(&[Outcome::Measured]) {
        exit::FINE
    } else {
        exit::NOTHING_MEASURED
    }
}
