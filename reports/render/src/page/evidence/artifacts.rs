//! The artifacts that were run, with their digests.

use labrun_record::Artifact;
use maud::{Markup, html};

use crate::units;

pub(in crate::page) fn artifacts(all: &[Artifact]) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label="Artifacts" {
            table {
                thead { tr {
                    th scope="col" { "workload" } th scope="col" { "target" } th scope="col" { "triple" }
                    th scope="col" { "for" } th.number scope="col" { "size" } th scope="col" { "SHA-256" } th scope="col" { "toolchain" }
                } }
                tbody {
                    @for artifact in all {
                        tr {
                            th scope="row" { (artifact.workload) }
                            td { (artifact.target) }
                            td { (artifact.triple) }
                            td { (artifact.isolation.as_deref().unwrap_or("all of the target")) }
                            td.number { (units::bytes(artifact.bytes)) }
                            td { (digest(Some(&artifact.sha256))) }
                            td { (artifact.toolchain) }
                        }
                    }
                }
            }
        }
    }
}

/// The first twelve digits; the whole digest is there to hover, and in `run.json`.
pub(super) fn digest(sha256: Option<&str>) -> Markup {
    html! {
        @match sha256 {
            Some(whole) => { code title=(whole) { (whole.chars().take(12).collect::<String>()) } }
            None => { span.muted { "\u{2013}" } }
        }
    }
}
