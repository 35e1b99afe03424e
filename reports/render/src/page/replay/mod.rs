//! The page of a replay: the answer first, then every row, then what it was measured on and with.

mod answer;
mod charts;
mod method;
mod rows;
mod sides;

use labrun_analysis::ReplaySummary;
use maud::{Markup, html};

use super::view::View;
use super::{machine, notes, repeat, resolution};
use crate::RenderError;

pub(super) fn body(view: &View<'_>, replay: &ReplaySummary) -> Result<Markup, RenderError> {
    let run = view.run;
    if run.rows.len() != replay.results.len() {
        return Err(RenderError::Mismatch {
            run: run.rows.len(),
            summary: replay.results.len(),
        });
    }
    let charts = charts::charts(view, replay)?;
    let of_itself = view.summary.resolution.as_ref();
    Ok(html! {
        main id=(view.id("run")) {
            header {
                p.eyebrow { (run.scenario) " \u{b7} " (run.started) " \u{b7} " (run.machine.cpu) ", " (run.machine.arch) }
                h1 { (run.question) }
                (notes::banners(run))
            }
            (answer::answer(replay, of_itself))
            (charts)
            (rows::rows(replay))
            @if !view.summary.warnings.is_empty() { (notes::warnings(view)) }
            (method::method(replay))
            (machine::machine(run))
            @if of_itself.is_none() { (resolution::of_machine(run)) }
            @if let Some(replay) = &run.replay { (sides::sides(replay)) }
            (repeat::repeat(run))
        }
    })
}
