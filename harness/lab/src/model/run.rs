//! A run: its parts one after another, and the files that they are kept in.

use std::io;
use std::path::Path;

use labrun_record::RunFolder;
use thiserror::Error;

use super::about::About;
use super::describe;
use super::execute::Execution;
use super::prepare::{self, PreparedCase, Supply};
use super::recorder::Recorder;
use crate::limits;
use crate::plan::Plan;
use crate::progress::Progress;

/// A run that is about to begin.
pub struct RunRequest<'a> {
    /// Its folder, empty.
    pub folder: &'a RunFolder,
    /// What it does.
    pub plan: &'a Plan,
    /// What its launches are made from.
    pub supply: Supply<'a>,
    /// Folder that the paths of artifacts are told relative to, where they are inside it.
    pub root: &'a Path,
    /// What it says of itself.
    pub about: About,
    /// What it tells of its progress.
    pub progress: &'a dyn Progress,
    /// Called between two blocks, with how many of the part there were: their launches
    /// are on disk.
    pub before_block: &'a dyn Fn(u32),
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// Its plan was carried out.
    Complete,
    /// It was asked to end.
    Interrupted,
}

/// Why the lab could not go on. What was taken before is in the run's folder.
#[derive(Debug, Error)]
pub enum RunError {
    /// Another lab writes its run there.
    #[error("another labrun has begun a run in the same folder: give --out another one")]
    Taken,
    /// The run's files cannot be written.
    #[error("cannot write {file} of the run: {source}; {}", kept(source))]
    Write {
        /// Which file.
        file: &'static str,
        /// What the system said.
        source: io::Error,
    },
}

/// What became of what was taken before, and the limit that was met.
fn kept(error: &io::Error) -> String {
    let limit = limits::file_too_large(error).map(|limit| format!("{limit}; "));
    limit.unwrap_or_default() + remains(error)
}

fn remains(error: &io::Error) -> &'static str {
    // All of them are written into the run's folder alone, which was there when it began.
    if error.kind() == io::ErrorKind::NotFound {
        "its folder is gone: what was taken before is in it where it was moved to, and lost where it was removed"
    } else {
        "what was taken before it is kept"
    }
}

pub(super) fn write_error(file: &'static str) -> impl Fn(io::Error) -> RunError {
    move |source| RunError::Write { file, source }
}

/// Carries out a run.
pub fn run(request: &RunRequest<'_>) -> Result<Ended, RunError> {
    let prepared = prepare::parts(&request.plan.parts, &request.supply, request.about.seed);
    let mut run = describe::run(request, &prepared);
    let mut cases = prepared.iter().flat_map(|part| &part.cases);
    let with_daemon = cases.any(PreparedCase::is_run_by_daemon);
    let mut recorder = Recorder::create(request.folder, &run, with_daemon)?;
    let ended = Execution::new(request, &run, &mut recorder).carry_out(&prepared);
    recorder.conclude(request.folder, &mut run, ended)
}
