//! The page of a replay: the answer first, then every row, then what it was measured on and with.

mod answer;
mod charts;
mod method;
mod rows;
mod sides;

use labrun_analysis::ReplaySummary;
use maud::{Markup, html};

use super::downloads::of_replay;
use super::evidence::{self, notes, told_apart};
use super::view::View;
use crate::{RenderError, words};

/// All of it; what it stands in is the page's.
pub(super) fn body(
    view: &View<'_>,
    replay: &ReplaySummary,
    room: usize,
) -> Result<Markup, RenderError> {
    let run = view.run;
    if run.rows.len() != replay.results.len() {
        return Err(RenderError::Mismatch {
            run: run.rows.len(),
            summary: replay.results.len(),
        });
    }
    let charts = charts::charts(view, replay)?;
    let of_itself = view.summary.resolution.as_ref();
    let sides = run.replay.as_ref().map(|replay| sides::sides(view, replay));
    let parts = html! {
        header {
            p.eyebrow { (run.scenario) " \u{b7} " (words::instant(&run.started)) " \u{b7} " (run.machine.cpu) ", " (run.machine.arch) }
            h1 { (run.question) }
            (notes::banners(run))
        }
        (answer::answer(replay, of_itself))
        (charts)
        (rows::rows(replay))
        (evidence::of_replay(view, &method::method(replay), &sides.unwrap_or_else(|| html! {})))
    };
    Ok(html! {
        (parts)
        (of_replay(view, room.saturating_sub(parts.0.len())))
    })
}
