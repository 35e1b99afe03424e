//! The artifacts that were given to the lab, and not built by it from one source: of them it knows only
//! what is said.

use labrun_record::GivenArtifact;
use maud::{Markup, html};

use super::artifacts::digest;

pub(super) fn given(all: &[GivenArtifact]) -> Markup {
    html! {
        p {
            @if let [_] = all {
                "One artifact was given to the lab, and not built by it:"
            } @else {
                "These artifacts are said to do the same work. They were given to the lab, and not built by it from one source:"
            }
        }
        ul {
            @for one in all {
                li { bdi { (one.workload) } " for " (one.target) ": " bdi { (one.name) } ", SHA-256 " (digest(Some(&one.sha256))) }
            }
        }
    }
}
