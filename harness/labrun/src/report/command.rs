//! `labrun report`: the page again, from the files of runs, as far as they can be read.

use lab::outcome::chain;
use std::path::PathBuf;

use anyhow::Context as _;
use labrun_analysis::Summary;
use labrun_record::write_whole;

use super::{Read, check_different, salvaged};
use crate::cli::ReportArgs;
use crate::exit;
use crate::exports;
use crate::new_run::check_files;
use crate::say;

/// Makes the page. A run that cannot be read at all is told and named on the page; the others are
/// shown all the same, and the exit code says so.
pub(crate) fn run(args: &ReportArgs) -> anyhow::Result<u8> {
    check_files(
        args.output
            .iter()
            .map(PathBuf::as_path)
            .chain(args.exports.files()),
    )?;
    check_different(args.runs.iter().map(PathBuf::as_path), "name each run once")?;
    let (mut runs, mut refused) = (Vec::new(), Vec::new());
    for path in &args.runs {
        match salvaged(path) {
            Ok(read) => runs.push(read),
            Err(error) => refused.push(chain(error.as_ref())),
        }
    }
    for why in &refused {
        say::error(why);
    }
    if runs.is_empty() {
        return Ok(exit::USAGE);
    }
    let sections: Vec<_> = runs.iter().map(Read::section).collect();
    for said in labrun_render::apart(&sections).into_iter().flatten() {
        say::line(&format!("note: {said}"));
    }
    let html = labrun_render::pages(&sections, &refused)?;
    let (output, is_own) = match (&args.output, &args.runs[..], &runs[..]) {
        (Some(path), ..) => (path.clone(), false),
        (None, [_], [only]) => (only.folder.report_html(), true),
        (None, ..) => (PathBuf::from("report.html"), false),
    };
    // The page comes last: one that is older than the summary is made again by `labrun open`.
    let summaries: Vec<_> = runs
        .iter()
        .map(|read| write_summary(read, is_own))
        .collect();
    let mut written = write_whole(&output, html.as_bytes()).map_err(|error| {
        let output = output.display();
        let mend = "give --output a file that can be written";
        anyhow::anyhow!("cannot write {output}: {error}; {mend}")
    });
    for summary in summaries {
        written = written.and(summary);
    }
    written = written.and(exports::write(&args.exports, &runs));
    let printed = print(args, &runs).and_then(|()| match (&written, args.json) {
        (Ok(()), false) => crate::out::line(&output.display().to_string()),
        _ => Ok(()),
    });
    written?;
    printed?;
    Ok(if refused.is_empty() {
        exit::FINE
    } else {
        exit::USAGE
    })
}

/// Writes the summary into the run's folder. One whose page is elsewhere needs nothing there: it may
/// be read-only.
fn write_summary(read: &Read, is_own: bool) -> anyhow::Result<()> {
    let path = read.folder.summary_json();
    let shown = path.display();
    if !read.run.damaged.is_empty() && path.exists() {
        // It may be of all that was measured.
        say::line(&format!(
            "note: {shown} stays as it was, since the run is damaged"
        ));
        return Ok(());
    }
    let written = read.folder.write_summary(&read.summary);
    match written.with_context(|| format!("cannot write {shown}")) {
        Err(error) if !is_own => {
            say::line(&format!(
                "note: {}; it stays as it was",
                chain(error.as_ref())
            ));
            Ok(())
        }
        written => written,
    }
}

/// The summaries or the tables, where they are asked for.
fn print(args: &ReportArgs, runs: &[Read]) -> anyhow::Result<()> {
    if args.json {
        let summaries: Vec<&Summary> = runs.iter().map(|read| &read.summary).collect();
        return match (&args.runs[..], &summaries[..]) {
            ([_], [one]) => crate::out::json(one),
            (_, many) => crate::out::json(many),
        };
    }
    if args.full {
        for read in runs {
            read.print_table(true)?;
        }
    }
    Ok(())
}
