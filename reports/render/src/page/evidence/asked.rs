//! What the servers of a workload were asked under load, where it says so itself.

use labrun_record::Load;
use maud::{Markup, html};

use super::artifacts::digest;

/// Of each load that is not the scenario's own in all.
pub(super) fn asked(all: &[Load]) -> Markup {
    let is_own = |load: &&Load| !load.requests.is_empty() || load.first_warmup_s.is_some();
    html! {
        @for load in all.iter().filter(is_own) {
            @if let Some(seconds) = load.first_warmup_s {
                p { "Each server of " bdi { (load.workload) } " was loaded for " (seconds) " s before what counts first." }
            }
            @if !load.requests.is_empty() {
                p { "Under load the servers of " bdi { (load.workload) } " were asked in turn, in each period as often as it says here:" }
                ul {
                    @for one in &load.requests {
                        li { bdi { (one.method) " " (one.path) } " ×" (one.weight) ", SHA-256 of all that is sent and that is right " (digest(Some(&one.sha256))) }
                    }
                }
            }
        }
    }
}
