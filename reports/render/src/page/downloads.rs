//! What the page holds, as files: the numbers as JSON and CSV, and each chart as SVG.

use maud::{Markup, html};

use super::view::View;

pub(super) fn downloads(_views: &[View<'_>]) -> Markup {
    html! { section id="downloads" { h2 { "Downloads" } } }
}
