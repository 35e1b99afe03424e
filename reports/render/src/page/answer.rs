//! The first screen: what the run says, in words and one picture.

use maud::{Markup, html};

use super::report::of_run;
use super::view::View;
use super::{claims, glance, starts};
use crate::RenderError;
use crate::measure::Measure;

pub(super) fn answer(views: &[View<'_>]) -> Result<Markup, RenderError> {
    Ok(html! {
        section.answer id="answer" {
            h2 { "The answer" }
            @for view in views {
                (of_run(views, view))
                @for measure in measures(view) {
                    h3 { (measure.title()) }
                    (glance::glance(view, measure))
                    (starts::starts(view, measure))
                    (claims::claims(view, measure))
                }
            }
        }
    })
}

fn measures(view: &View<'_>) -> Vec<Measure> {
    let has = |m: &Measure| *m != Measure::Conformance && !view.metrics(*m).is_empty();
    Measure::ALL.into_iter().filter(has).collect()
}
