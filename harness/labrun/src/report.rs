//! The runs that are reported: read back with their statistics, written and shown. `labrun report`
//! makes their pages again.

mod command;

use lab::outcome::chain;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use labrun_analysis::{Summary, summarise};
use labrun_record::{Recorded, Run, RunFolder, Sample};

use crate::exit::Usage;
use crate::say;

pub(crate) use command::run;

/// A run, read back, with its statistics.
pub(crate) struct Read {
    /// The folder.
    pub folder: RunFolder,
    /// `run.json`.
    pub run: Run,
    /// `samples.jsonl`.
    pub samples: Vec<Sample>,
    /// What follows from both.
    pub summary: Summary,
}

impl Read {
    /// Its part of a page.
    fn section(&self) -> labrun_render::Section<'_> {
        labrun_render::Section {
            run: &self.run,
            summary: &self.summary,
        }
    }

    /// Says where it is.
    pub(crate) fn say_where(&self) {
        say::line(&format!("run:  {}", self.folder.path().display()));
        let page = self.folder.report_html();
        if page.exists() {
            say::line(&format!("page: {}", page.display()));
        }
    }

    /// Prints what a screen has room for, or all of it.
    pub(crate) fn print_table(&self, full: bool) -> anyhow::Result<()> {
        let width = terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
        let table = if full {
            labrun_render::full_table
        } else {
            labrun_render::table
        };
        // The stream itself leaves colours out where they are not wanted.
        crate::out::line(&table(&self.summary, width, true))
    }

    /// Writes its summary and its page into its folder.
    pub(crate) fn write(&self) -> anyhow::Result<()> {
        let cannot = |path: PathBuf| format!("cannot write {}", path.display());
        self.folder
            .write_summary(&self.summary)
            .with_context(|| cannot(self.folder.summary_json()))?;
        self.write_page()
    }

    /// Writes its page into its folder.
    pub(crate) fn write_page(&self) -> anyhow::Result<()> {
        let html = labrun_render::page(&self.run, &self.summary)?;
        let path = self.folder.report_html();
        self.folder
            .write_report(&html)
            .with_context(|| format!("cannot write {}", path.display()))
    }
}

/// Reads a run of this labrun's own and computes its statistics. What cannot be read of it is told.
pub(crate) fn read(folder: RunFolder) -> anyhow::Result<Read> {
    let recorded = folder.salvage()?;
    Ok(concluded(folder, recorded))
}

/// The same of the run in `path`, which may be damaged: what cannot be read is told, and costs no more than
/// it has to. What is no run, or cannot be read at all, is a mistake of the user's, with what to do.
pub(crate) fn salvaged(path: &Path) -> anyhow::Result<Read> {
    read(folder_of_run(path)?).map_err(|error| Usage(chain(error.as_ref())).into())
}

/// The same of a run that something is decided by: a part of it is not enough.
pub(crate) fn whole(path: &Path) -> anyhow::Result<Read> {
    let read = salvaged(path)?;
    if read.run.has_lost {
        let path = path.display();
        anyhow::bail!(Usage(format!(
            "{path} is damaged, and nothing is decided by a part of a run: take it from where it was \
             measured; `labrun report {path}` shows what can be read"
        )));
    }
    Ok(read)
}

/// Refuses two paths that name one run.
pub(crate) fn check_different<'a>(
    paths: impl IntoIterator<Item = &'a Path>,
    mend: &str,
) -> anyhow::Result<()> {
    let mut known: Vec<(PathBuf, &Path)> = Vec::new();
    for path in paths {
        let folder = RunFolder::open(path);
        // What is not there is refused by whoever reads it.
        let Ok(folder) = folder.path().canonicalize() else {
            continue;
        };
        if let Some((_, other)) = known.iter().find(|(known, _)| *known == folder) {
            let (other, path) = (other.display(), path.display());
            anyhow::bail!(Usage(format!("{other} and {path} are one run: {mend}")));
        }
        known.push((folder, path));
    }
    Ok(())
}

/// The folder of a run, which has to be one.
pub(crate) fn folder_of_run(path: &Path) -> anyhow::Result<RunFolder> {
    let folder = RunFolder::open(path);
    if !folder.run_json().is_file() {
        anyhow::bail!(Usage(format!(
            "{} is no run: it has no run.json",
            path.display()
        )));
    }
    Ok(folder)
}

fn concluded(folder: RunFolder, recorded: Recorded) -> Read {
    let Recorded { run, samples, cut } = recorded;
    for said in &run.damaged {
        say::line(&format!("note: {}: {said}", folder.path().display()));
    }
    if let Some(cut) = cut {
        say::line(&format!(
            "note: {} ends in the middle of a line ({} bytes); that launch is left out",
            folder.samples_jsonl().display(),
            cut.len()
        ));
    }
    if let [first, ..] = &run.left_out[..] {
        say::line(&format!(
            "note: {}: {} entries are left out for words that this labrun does not know, the first {first}; labrun {} reads them all",
            folder.run_json().display(),
            run.left_out.len(),
            run.lab_version
        ));
    }
    let summary = summarise(&run, &samples);
    Read {
        folder,
        run,
        samples,
        summary,
    }
}
