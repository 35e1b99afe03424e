//! The files that are asked for besides those of a run: JSON, CSV, Markdown.

use std::path::Path;

use anyhow::Context as _;
use labrun_analysis::Summary;
use labrun_record::{write_json, write_whole};
use labrun_render::Exported;
use serde::Serialize;

use crate::cli::ExportArgs;
use crate::new_run::check_files;
use crate::report::Read;

/// Whether each can be written, to be known before anything is built, measured or read.
pub(crate) fn check(args: &ExportArgs) -> anyhow::Result<()> {
    check_files(args.files())
}

/// Writes those that are asked for, of one run or of several. Where one cannot be written, the
/// others are.
pub(crate) fn write(args: &ExportArgs, runs: &[Read]) -> anyhow::Result<()> {
    let summaries: Vec<&Summary> = runs.iter().map(|read| &read.summary).collect();
    let exported = runs.iter();
    let exported = exported.map(|Read { run, summary, .. }| Exported { run, summary });
    let exported: Vec<Exported> = exported.collect();
    match summaries.as_slice() {
        [one] => write_all(args, one, &exported),
        several => write_all(args, several, &exported),
    }
}

/// The same of a replay that was not made, since there was nothing to decide.
pub(crate) fn write_nothing(args: &ExportArgs, printed: &serde_json::Value) -> anyhow::Result<()> {
    write_all(args, printed, &[])
}

fn write_all(
    args: &ExportArgs,
    summary: &(impl Serialize + ?Sized),
    exported: &[Exported<'_>],
) -> anyhow::Result<()> {
    let cannot = |path: &Path| format!("cannot write {}", path.display());
    let json = args.json.as_deref().map_or(Ok(()), |path| {
        write_json(path, &summary).with_context(|| cannot(path))
    });
    let csv = args.csv.as_deref().map_or(Ok(()), |path| {
        let text = labrun_render::csv(exported)?;
        write_whole(path, text.as_bytes()).with_context(|| cannot(path))
    });
    let markdown = args.markdown.as_deref().map_or(Ok(()), |path| {
        let text = labrun_render::markdown(exported);
        write_whole(path, text.as_bytes()).with_context(|| cannot(path))
    });
    json.and(csv).and(markdown)
}
