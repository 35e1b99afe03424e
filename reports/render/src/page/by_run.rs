//! What tells the runs of a page apart, where there are several.

use maud::{Markup, html};

use super::view::View;

/// What a region that scrolls is called.
pub(super) fn label(views: &[View<'_>], view: &View<'_>, name: &str) -> String {
    if views.len() > 1 {
        format!("{name}, {}", view.run.id)
    } else {
        name.to_owned()
    }
}

/// A choice of a run, kept in the address as `key`. Nothing where there is one run. `all` is what
/// choosing none of them is called; without it that is the first run.
pub(super) fn choice(views: &[View<'_>], key: &str, words: &str, all: Option<&str>) -> Markup {
    let id = key.replace('.', "-");
    let value = |place: usize, view: &View<'_>| {
        let is_default = place == 0 && all.is_none();
        let id = &view.run.id;
        if is_default {
            String::new()
        } else {
            id.clone()
        }
    };
    html! {
        @if views.len() > 1 {
            div.field {
                label for=(id) { (words) } " "
                select id=(id) data-key=(key) {
                    @if let Some(all) = all { option value="" { (all) } }
                    @for (place, view) in views.iter().enumerate() {
                        option value=(value(place, view)) { (named(view)) }
                    }
                }
            }
        }
    }
}

/// `cold-start, 20261127T181120Z-cold-start-vm, AMD EPYC`.
fn named(view: &View<'_>) -> String {
    let run = view.run;
    format!("{}, {}, {}", run.scenario, run.id, run.machine.cpu)
}
