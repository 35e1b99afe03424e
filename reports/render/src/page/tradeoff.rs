//! The trade-off: what one measure costs in another.

use maud::{Markup, html};

use super::report::of_run;
use super::trade;
use super::view::View;
use crate::RenderError;

pub(super) fn tradeoff(views: &[View<'_>]) -> Result<Markup, RenderError> {
    Ok(html! {
        section id="trade-off" {
            h2 { "Trade-off" }
            @for view in views { (of_run(views, view)) (trade::trade(view)) }
        }
    })
}
