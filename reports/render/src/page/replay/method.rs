//! How a replay decides, in plain words.

use labrun_analysis::{MIN_LAUNCHES, ReplaySummary};
use maud::{Markup, html};

use crate::replay::said;

pub(super) fn method(replay: &ReplaySummary) -> Markup {
    let (margin, equivalence) = (
        said::margin(replay.margin),
        said::margin(replay.equivalence),
    );
    html! {
        h3 { "How it decides" }
        p {
            "Two launches right after one another resemble each other far more than two that are minutes apart. So each row is launched in quads, A, B, B, A and B, A, A, B in turn, "
            "and what moves steadily meanwhile moves both sides alike, as does that the first launch after those of another row is slower. A quad gives one number: the mean of the logarithms of its two ratios B / A. "
            "The ratio of a row is the mean of two medians, one over the quads of each order; its intervals are made of theirs, and there is none under " (MIN_LAUNCHES) " quads of each."
        }
        p {
            "B is better or worse if the whole 95% interval of the ratio lies more than " (margin) " from 1 and the 99% interval, which matters where they are wide, does not hold 1; it is equivalent if the whole 90% interval lies within "
            (equivalence) ". Else it is inconclusive. What is counted and not measured, a size, is the same or it is not."
        }
        p {
            "Quads that were cut short and those of which a launch went wrong are left out. A row of which a launch went wrong has no ratio, whichever side it was: it says what went wrong. The same labrun measured both sides."
        }
    }
}
