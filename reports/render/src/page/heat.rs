//! The matrix: isolations down, questions across, ratios to a reference in colour and numbers.

use maud::{Markup, html};

use super::view::View;

pub(super) fn heat(_views: &[View<'_>]) -> Markup {
    html! { section id="matrix" { h2 { "Matrix" } } }
}
