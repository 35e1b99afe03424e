//! `labrun open`: the page of a run in the user's browser, or where it is and how to open it.

use lab::outcome::chain;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use anyhow::Context as _;
use labrun_record::{RunFolder, regular};
use serde::Deserialize;

use crate::cli::OpenArgs;
use crate::exit::{self, Usage};
use crate::{out, report, say};

/// Where runs are that no `--out` put elsewhere.
const RUNS: &str = "runs";

/// What opens a file with the user's own program for it.
const OPENER: &str = if cfg!(target_os = "macos") {
    "open"
} else {
    "xdg-open"
};

/// How long an opener may take to say that it cannot: some go on for as long as the browser does.
const PATIENCE: Duration = Duration::from_secs(3);

/// Opens the page, which is made first where there is none, or one that is older than the summary.
pub(crate) fn run(args: &OpenArgs) -> anyhow::Result<u8> {
    let folder = match &args.run {
        Some(path) => report::folder_of_run(path)?,
        None => newest()?,
    };
    let page = folder.report_html();
    let is_there = page.is_file();
    if !is_there || is_older(&page, &folder.summary_json()) {
        let read = report::salvaged(folder.path())?;
        let written = read.write_page().with_context(|| {
            let run = folder.path().display();
            format!(
                "its page cannot be written: `labrun report {run} --output FILE` makes it elsewhere"
            )
        });
        match written {
            // An old page is better than none.
            Err(error) if is_there => {
                say::line(&format!(
                    "note: the page is an older one: {}",
                    chain(error.as_ref())
                ));
            }
            written => written?,
        }
    }
    let page = page
        .canonicalize()
        .with_context(|| format!("cannot find {}", page.display()))?;
    out::line(&page.display().to_string())?;
    if let Err(why) = open(&page) {
        say::line(&format!(
            "{why}: open this file in a browser, here or where you copy it to; it needs nothing beside it"
        ));
    }
    Ok(exit::FINE)
}

/// Whether a file was written before another one that is there.
fn is_older(file: &Path, other: &Path) -> bool {
    let written = |path: &Path| path.metadata()?.modified();
    matches!((written(file), written(other)), (Ok(own), Ok(other)) if own < other)
}

/// The run below `runs` that began last.
fn newest() -> anyhow::Result<RunFolder> {
    let entries = std::fs::read_dir(RUNS).into_iter().flatten().flatten();
    let runs = entries.filter_map(|entry| {
        let path = entry.path();
        Some((began(&path)?, path))
    });
    let newest: Option<(jiff::Timestamp, PathBuf)> = runs.max();
    let (_, path) = newest.ok_or_else(|| {
        Usage(format!(
            "there is no run in {RUNS}: name the folder of one, or measure one: labrun scenario cold-start --quick"
        ))
    })?;
    Ok(RunFolder::open(&path))
}

/// When a run began; none of what is no run.
fn began(path: &Path) -> Option<jiff::Timestamp> {
    /// What of `run.json` matters here.
    #[derive(Deserialize)]
    struct Began {
        started: String,
    }
    let text = regular::read(&RunFolder::open(path).run_json()).ok()?;
    let began: Began = serde_json::from_slice(&text).ok()?;
    began.started.parse().ok()
}

/// Hands a file to the user's own program for it; or why that is not to be had.
fn open(page: &Path) -> Result<(), String> {
    let has = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    if !cfg!(target_os = "macos") && !has("DISPLAY") && !has("WAYLAND_DISPLAY") {
        return Err("there is no display here".to_owned());
    }
    let mut command = Command::new(OPENER);
    command.arg(page).stdin(Stdio::null());
    command.stdout(Stdio::null()).stderr(Stdio::null());
    // A Ctrl-C in this terminal is not for the browser.
    command.process_group(0);
    let mut opener = command
        .spawn()
        .map_err(|error| format!("{OPENER} does not start ({error})"))?;
    let (ended, end) = mpsc::channel();
    let wait = move || ended.send(opener.wait());
    std::thread::Builder::new()
        .spawn(wait)
        .map_err(|error| format!("{OPENER} cannot be waited for ({error})"))?;
    match end.recv_timeout(PATIENCE) {
        Ok(Ok(status)) if !status.success() => {
            Err(format!("{OPENER} found nothing that opens it ({status})"))
        }
        Ok(Err(error)) => Err(format!("{OPENER} cannot be waited for ({error})")),
        _ => Ok(()),
    }
}
