//! What the page holds, as files: the numbers as JSON and CSV, packed, in links that need no script.
//! With scripts they are unpacked, and each chart can be saved as SVG.

use std::io::{self, Write as _};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use maud::{Markup, html};
use serde_json::Value;

use super::report::of_run;
use super::view::View;
use crate::export::{Exported, csv};
use crate::units;

/// What a summary has for charts alone: left out where a page has no room for it.
const FOR_CHARTS: [&str; 4] = ["curve", "tail", "instances", "fit"];

/// A file that a page holds.
struct File {
    /// `20261123T020000Z-cold-start-vm-rows.csv.gz`.
    name: String,
    /// What is in it.
    what: &'static str,
    /// Bytes of it, unpacked.
    size: usize,
    /// Bytes of it, packed.
    packed: usize,
    /// Itself, as an address.
    address: String,
}

/// The files of `views`, as far as they have `room`, in bytes of the page.
pub(super) fn downloads(views: &[View<'_>], room: usize) -> Markup {
    let own = room / views.len().max(1);
    html! {
        section id="downloads" {
            h2 { "Downloads" }
            @for view in views { (of_run(views, view)) (files(view, own)) }
            p.needs-script hidden { "Each chart has a button below it that saves it as SVG." }
        }
    }
}

/// The same of a replay.
pub(super) fn of_replay(view: &View<'_>, room: usize) -> Markup {
    html! {
        section id=(view.id("downloads")) {
            h2 { "Downloads" }
            (files(view, room))
        }
    }
}

fn files(view: &View<'_>, room: usize) -> Markup {
    // The summary first: the table can be made from it.
    let whole = summary(view, false);
    let size = whole.as_ref().map_or(0, |file| file.packed);
    let numbers = whole
        .into_iter()
        .chain(summary(view, true))
        .find(|file| file.address.len() <= room);
    let left = room - numbers.as_ref().map_or(0, |file| file.address.len());
    let table = table(view);
    let table_size = table.as_ref().map_or(0, |file| file.packed);
    let table = table.filter(|file| file.address.len() <= left);
    let (has_numbers, has_table) = (numbers.is_some(), table.is_some());
    html! {
        ul.files {
            @for file in numbers.into_iter().chain(table) {
                li {
                    a download=(file.name) href=(file.address) { (file.name) }
                    " " span.muted { (file.what) "; " (units::bytes(file.size as u64)) ", packed " (units::bytes(file.packed as u64)) }
                }
            }
            @if !has_numbers {
                li { "Its summary is too large for a page (" (units::bytes(size as u64)) " packed): it is " code { "summary.json" } " in the run\u{2019}s folder." }
            }
            @if !has_table {
                li { "Its table of rows is too large for a page (" (units::bytes(table_size as u64)) " packed): " code { "labrun report RUN --export-csv FILE" } " writes it." }
            }
        }
        p.note {
            "Every sample, a line for each launch in the order in which they were taken, is in the run\u{2019}s folder, " code { (view.run.id) } ": "
            code { "samples.jsonl" } ", beside " code { "run.json" } " with the rows, the plan, the machine and the settings."
        }
    }
}

/// `summary.json`; with `lean` without what is for charts alone.
fn summary(view: &View<'_>, lean: bool) -> Option<File> {
    let whole = serde_json::to_value(view.summary).ok()?;
    let (text, what) = if lean {
        let what = "every number of this page as it was computed, without the curves of the charts";
        (without_curves(whole).to_string(), what)
    } else {
        let what = "every number of this page as it was computed";
        (whole.to_string(), what)
    };
    packed(view, "summary.json", what, &text)
}

fn without_curves(mut summary: Value) -> Value {
    let results = summary.get_mut("results").and_then(Value::as_array_mut);
    for result in results.into_iter().flatten() {
        if let Some(fields) = result.as_object_mut() {
            for name in FOR_CHARTS {
                fields.remove(name);
            }
        }
    }
    summary
}

/// The rows as a table.
fn table(view: &View<'_>) -> Option<File> {
    let View { run, summary, .. } = view;
    let text = csv(&[Exported { run, summary }]).ok()?;
    packed(
        view,
        "rows.csv",
        "a line for each row, measured or not",
        &text,
    )
}

fn packed(view: &View<'_>, name: &str, what: &'static str, text: &str) -> Option<File> {
    let bytes = gzip(text.as_bytes()).ok()?;
    let is_safe = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let safe = |c: char| if is_safe(c) { c } else { '-' };
    let run: String = view.run.id.chars().take(100).map(safe).collect();
    Some(File {
        name: format!("{run}-{name}.gz"),
        what,
        size: text.len(),
        packed: bytes.len(),
        address: format!("data:application/gzip;base64,{}", STANDARD.encode(bytes)),
    })
}

/// Packed without a time, so that the same run gives the same page.
fn gzip(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    encoder.finish()
}
