//! How to get these numbers again: the run, and each of its rows.

use std::collections::BTreeSet;

use labrun_record::{Row, Run};
use maud::{Markup, html};

use crate::words;

pub(super) fn repeat(run: &Run) -> Markup {
    let command: Vec<String> = run.command.iter().map(|word| quoted(word)).collect();
    let scenario = |index: usize| {
        let part = run.parts.iter().find(|part| part.holds(index));
        part.map_or(run.scenario.as_str(), |part| part.scenario.as_str())
    };
    let kinds = words::distinct(
        run.rows
            .iter()
            .enumerate()
            .map(|(i, r)| (scenario(i), r.workload.as_str(), r.isolation.as_str())),
    );
    html! {
        section {
            h2 { "To repeat it" }
            p { "The run, as it was started:" }
            pre tabindex="0" { code { (command.join(" ")) } }
            p {
                "Run " code { (run.id) } ", seed " code { (run.seed) } ", labrun " code { (run.lab_version) }
                ", method " code { (run.method_version) } ". The same seed gives the same order of launches and the same "
                "bootstraps; " code { "labrun report" } " makes this page again from the run\u{2019}s files alone."
            }
            // A row of a replay has no command of its own: it is two.
            @if run.replay.is_none() { details {
                summary { "Each row: the command for every workload and isolation" }
                p.note { "It takes every row of the isolation, interleaved with its references, which are added for the ratios. Such a run has few kinds, and labrun compare may refuse it beside this one." }
                pre tabindex="0" { code {
                    @for kind in kinds { (row_command(run, kind)) "\n" }
                } }
            } }
        }
    }
}

fn row_command(run: &Run, (scenario, workload, isolation): (&str, &str, &str)) -> String {
    let mut command = format!(
        "labrun scenario {scenario} --isolation {}",
        quoted(isolation)
    );
    for reference in references(run, workload, isolation) {
        command.push_str(" --isolation ");
        command.push_str(quoted(reference).as_str());
    }
    format!(
        "{command} --workload {} --seed {}",
        quoted(workload),
        run.seed
    )
}

/// The isolations that those rows are compared with, as far as the run has them.
fn references<'a>(run: &'a Run, workload: &str, isolation: &str) -> BTreeSet<&'a str> {
    let of_kind = |r: &&Row| r.workload == workload && r.isolation == isolation;
    let rows = run.rows.iter().filter(of_kind);
    rows.filter_map(|row| run.reference_of(row))
        .map(|reference| reference.isolation.as_str())
        .filter(|name| *name != isolation && run.rows.iter().any(|r| r.isolation == *name))
        .collect()
}

/// A word as a shell reads it back.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,@%+".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}
