//! How to get these numbers again: the run, and each of its rows.

use std::collections::{BTreeSet, HashMap};

use labrun_record::{Outcome, Row, Run};
use maud::{Markup, html};

use crate::page::view::View;

/// What a command measures again: of a scenario a workload on an isolation.
type Kind<'a> = (&'a str, &'a str, &'a str);

pub(super) fn repeat(view: &View<'_>) -> Markup {
    let run = view.run;
    let command: Vec<String> = run.command.iter().map(|word| quoted(word)).collect();
    html! {
        h3 id=(view.id("repeat")) { "To repeat it" }
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
            // The numbers are those of the rows: a script shows each row its command.
            pre.again tabindex="0" data-run=(view.index) { @for (kind, rows) in kinds(view) {
                code data-rows=(rows) { (row_command(run, kind)) } "\n"
            } }
        } }
    }
}

/// What there are commands for, each with the numbers of its rows, `3 7-9`: of what was launched here.
fn kinds<'a>(view: &View<'a>) -> Vec<(Kind<'a>, String)> {
    let run = view.run;
    let mut kinds: Vec<(Kind<'_>, Vec<usize>)> = Vec::new();
    let mut known = HashMap::new();
    let results = view.summary.results.iter();
    let launched = results.map(|row| row.outcome == Outcome::Measured || row.is_fault());
    for ((number, row), launched) in run.rows.iter().enumerate().zip(launched) {
        if !launched {
            continue;
        }
        let part = run.parts.iter().find(|part| part.holds(number));
        let scenario = part.map_or(run.scenario.as_str(), |part| part.scenario.as_str());
        let kind = (scenario, row.workload.as_str(), row.isolation.as_str());
        let place = *known.entry(kind).or_insert(kinds.len());
        match kinds.get_mut(place) {
            Some((_, rows)) => rows.push(number),
            None => kinds.push((kind, vec![number])),
        }
    }
    let said = kinds.into_iter();
    said.map(|(kind, rows)| (kind, ranges(&rows))).collect()
}

/// Numbers in order, those that follow one another as `7-9`.
fn ranges(numbers: &[usize]) -> String {
    let runs = numbers.chunk_by(|one, next| one + 1 == *next);
    let said = runs.map(|run| match run {
        [first, .., last] => format!("{first}-{last}"),
        [only] => only.to_string(),
        [] => String::new(),
    });
    said.collect::<Vec<_>>().join(" ")
}

fn row_command(run: &Run, (scenario, workload, isolation): Kind<'_>) -> String {
    let isolations = references(run, workload, isolation);
    let isolations = [isolation].into_iter().chain(isolations);
    let isolations = flags("-i", isolations);
    let seed = run.seed;
    let others = programs(run, workload);
    if others.is_empty() && is_own(run, workload) {
        let [own, args] = own_arguments(run, scenario);
        return format!("labrun{own}{isolations} --seed {seed}{args}");
    }
    // What is compared with another program is known to the scenario that says so.
    let scenario = if others.is_empty() {
        scenario
    } else {
        &run.scenario
    };
    let workloads = [workload].into_iter().chain(others);
    let workloads = flags("-w", workloads);
    format!("labrun scenario {scenario}{isolations}{workloads} --seed {seed}")
}

/// ` -i one -i other`.
fn flags<'a>(flag: &str, values: impl Iterator<Item = &'a str>) -> String {
    values.fold(String::new(), |all, value| {
        format!("{all} {flag} {}", quoted(value))
    })
}

/// Whether a workload is of the user's own: given, or a folder that is named beside those of the lab.
fn is_own(run: &Run, workload: &str) -> bool {
    let named = run.command.windows(2).filter_map(|words| match words {
        [flag, value] if flag == "-w" || flag == "--workload" => Some(value.as_str()),
        _ => None,
    });
    let joined = run.command.iter();
    let joined = joined.filter_map(|word| word.strip_prefix("--workload="));
    let asked: Vec<&str> = named.chain(joined).collect();
    let is_given = run.given.iter().any(|one| one.workload == workload);
    is_given || asked.iter().any(|name| name.contains('/')) && !asked.contains(&workload)
}

/// What a run of the user's own programs was asked for, with this scenario and without its isolations, its
/// seed and where it went; apart the arguments of the programs.
fn own_arguments(run: &Run, scenario: &str) -> [String; 2] {
    const LEFT: [&str; 8] = [
        "-i",
        "--isolation",
        "--seed",
        "--out",
        "--export-json",
        "--export-csv",
        "--export-markdown",
        "--json",
    ];
    let words = run.command.get(1..).unwrap_or_default();
    let end = words.iter().position(|word| word == "--");
    let (words, args) = words.split_at(end.unwrap_or(words.len()));
    let mut own = String::new();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let name = word.split_once('=').map_or(word.as_str(), |(name, _)| name);
        let is_short = word.starts_with("-i") && !word.starts_with("--");
        if LEFT.contains(&name) || is_short {
            if (name == word && name != "--json") && (!is_short || word == "-i") {
                words.next();
            }
            continue;
        }
        own.push(' ');
        own.push_str(&quoted(if *word == run.scenario {
            scenario
        } else {
            word
        }));
    }
    let args = args
        .iter()
        .fold(String::new(), |all, word| format!("{all} {}", quoted(word)));
    [own, args]
}

/// The other programs that rows of a workload are compared with.
fn programs<'a>(run: &'a Run, workload: &str) -> BTreeSet<&'a str> {
    let rows = run.rows.iter().filter(|row| row.workload == workload);
    let to = rows.filter_map(|row| run.reference_of(row)?.to_workload.as_deref());
    to.collect()
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
