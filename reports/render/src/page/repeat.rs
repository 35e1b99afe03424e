//! How to get these numbers again: the run, and each of its rows.

use labrun_record::Row;
use maud::{Markup, html};

use super::view::View;
use crate::words;

pub(super) fn repeat(view: &View<'_>) -> Markup {
    let run = view.run;
    let command: Vec<String> = run.command.iter().map(|word| quoted(word)).collect();
    let pairs = words::distinct(
        run.rows
            .iter()
            .map(|r| (r.workload.as_str(), r.isolation.as_str())),
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
            details {
                summary { "Each row: the command for every workload and isolation" }
                p.note { "It takes every start of the isolation, interleaved with the reference, which is added for the ratio (for warm instantiation it is another: add it to the command). Such a run has few kinds, and labrun compare refuses it beside this one." }
                pre tabindex="0" { code {
                    @for (workload, isolation) in pairs { (row_command(view, workload, isolation)) "\n" }
                } }
            }
        }
    }
}

fn row_command(view: &View<'_>, workload: &str, isolation: &str) -> String {
    let run = view.run;
    let reference = run.references.first().map(|r| r.isolation.as_str());
    let mut command = format!(
        "labrun scenario {} --isolation {}",
        run.scenario,
        quoted(isolation)
    );
    if let Some(reference) = reference.filter(|r| *r != isolation && has(&run.rows, r)) {
        command.push_str(" --isolation ");
        command.push_str(&quoted(reference));
    }
    format!(
        "{command} --workload {} --seed {}",
        quoted(workload),
        run.seed
    )
}

fn has(rows: &[Row], isolation: &str) -> bool {
    rows.iter().any(|r| r.isolation == isolation)
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
