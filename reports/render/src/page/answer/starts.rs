//! What the starts of cold start mean: what stands before the clock, and what is inside it.

use std::collections::BTreeSet;

use labrun_record::Start;
use maud::{Markup, html};

use crate::page::view::View;
use crate::units;

/// The starts that the rows of a run have, if they have any.
pub(super) fn starts(view: &View<'_>) -> Markup {
    let rows = view.summary.results.iter();
    let starts: BTreeSet<Start> = rows.filter_map(|row| row.row.start).collect();
    let pipes: Vec<String> = view
        .run
        .calibration
        .iter()
        .filter(|c| c.name == "pipe_round_trip")
        .map(|c| {
            let whose = c.technology.as_deref().unwrap_or("every runner");
            format!("{} for {whose} (n = {})", units::duration(c.median_ns), c.n)
        })
        .collect();
    html! {
        @if !starts.is_empty() {
            details {
                summary { "What process, resident and loaded mean" }
                dl.starts {
                    @for start in &starts {
                        div { dt { (start) } dd { (definition(*start)) } }
                    }
                }
                @if !pipes.is_empty() {
                    p.note { "Inside the clock of resident and loaded is the pipe\u{2019}s round trip, calibrated here at " (pipes.join(", ")) "." }
                }
            }
        }
    }
}

/// What stands before the clock, and at what it starts.
fn definition(start: Start) -> &'static str {
    match start {
        Start::Process => {
            "the kernel stands; for containers the daemon and the image too, for *-aot the precompiled file. Right before it the same launch was made once and discarded. The clock starts at the lab\u{2019}s spawn, or the first API call."
        }
        Start::Resident => {
            "a fresh runner process is up and has served one discarded isolate of another module. The clock starts at the command to load this module, so a pipe\u{2019}s round trip is inside it."
        }
        Start::Loaded => {
            "a fresh runner process is up, has loaded this module and served one discarded isolate of it. The clock starts at the command to run it (for http: right before the lab connects)."
        }
    }
}
