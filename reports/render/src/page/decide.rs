//! Hard limits and what matters to the reader: isolations are struck out and sorted as they move.

use maud::{Markup, html};

use super::view::View;

pub(super) fn decide(_views: &[View<'_>]) -> Markup {
    html! { section id="decide" { h2 { "Decide" } } }
}
