//! `labrun report`: the page again, from the files of runs.

use std::path::PathBuf;

use anyhow::Context as _;
use labrun_analysis::{Summary, summarise};
use labrun_record::{Recorded, Run, RunFolder, Sample, write_whole};

use crate::cli::ReportArgs;
use crate::exit::{self, Usage};
use crate::exports;
use crate::new_run::check_file;
use crate::say;

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
            samples: &self.samples,
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

    /// Writes its summary and its page into its folder.
    pub(crate) fn write(&self) -> anyhow::Result<()> {
        let cannot = |path: PathBuf| format!("cannot write {}", path.display());
        self.folder
            .write_summary(&self.summary)
            .with_context(|| cannot(self.folder.summary_json()))?;
        let html = labrun_render::page(&self.run, &self.samples, &self.summary)?;
        self.folder
            .write_report(&html)
            .with_context(|| cannot(self.folder.report_html()))
    }
}

/// Reads a run and computes its statistics.
pub(crate) fn read(folder: RunFolder) -> anyhow::Result<Read> {
    let Recorded { run, samples, cut } = folder.read()?;
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
    Ok(Read {
        folder,
        run,
        samples,
        summary,
    })
}

/// Makes the page.
pub(crate) fn run(args: &ReportArgs) -> anyhow::Result<u8> {
    if let Some(output) = &args.output {
        check_file(output)?;
    }
    exports::check(&args.exports)?;
    let mut runs = Vec::new();
    for path in &args.runs {
        let folder = RunFolder::open(path);
        if !folder.run_json().is_file() {
            anyhow::bail!(Usage(format!(
                "{} is no run: it has no run.json",
                path.display()
            )));
        }
        runs.push(read(folder).map_err(|error| Usage(format!("{error:#}")))?);
    }
    let pages: Vec<_> = runs.iter().map(Read::section).collect();
    let html = labrun_render::pages(&pages)?;
    let (output, is_own) = match (&args.output, runs.as_slice()) {
        (Some(path), _) => (path.clone(), false),
        (None, [one]) => (one.folder.report_html(), true),
        (None, _) => (PathBuf::from("report.html"), false),
    };
    let mut written = write_whole(&output, html.as_bytes()).map_err(|error| {
        let output = output.display();
        let mend = "give --output a file that can be written";
        anyhow::anyhow!("cannot write {output}: {error}; {mend}")
    });
    for read in &runs {
        let summary = read.folder.write_summary(&read.summary);
        let stays = || format!("cannot write {}", read.folder.summary_json().display());
        match summary.with_context(stays) {
            // Whose page is elsewhere needs nothing in the run's folder: it may be read-only.
            Err(error) if !is_own => say::line(&format!("note: {error:#}; it stays as it was")),
            of_own => written = written.and(of_own),
        }
    }
    written = written.and(exports::write(&args.exports, &runs));
    let printed = if args.json {
        let summaries: Vec<&Summary> = runs.iter().map(|read| &read.summary).collect();
        match summaries.as_slice() {
            [one] => crate::out::json(one),
            many => crate::out::json(many),
        }
    } else if written.is_ok() {
        crate::out::line(&output.display().to_string())
    } else {
        Ok(())
    };
    written?;
    printed?;
    Ok(exit::FINE)
}
