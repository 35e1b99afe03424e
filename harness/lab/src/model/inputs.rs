//! What a workload is given and what is correct, as one digest: where it is the same, two runs have
//! asked the same work of it, whatever was built anew in between.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use labrun_record::Row;

use crate::build::Inputs;
use crate::define::Workload;
use crate::task::{Expected, Rule, Task};

/// The digests of the workloads that there are rows of; none of one whose files cannot be read any more.
pub(super) fn digests<'a>(
    rows: impl IntoIterator<Item = &'a Row>,
    workloads: &[Workload],
) -> BTreeMap<String, String> {
    let named: BTreeSet<&str> = rows.into_iter().map(|row| &*row.workload).collect();
    let workloads = workloads
        .iter()
        .filter(|workload| named.contains(&*workload.name));
    workloads
        .filter_map(|workload| Some((workload.name.clone(), digest(workload).ok()?)))
        .collect()
}

/// Arguments, variables (of those that are taken from the environment the names), granted files,
/// requests, outputs, and the ways of working: no source, and nothing of how it is built.
fn digest(workload: &Workload) -> io::Result<String> {
    let mut all = match workload.task().map_err(io::Error::other)? {
        Task::Run { args, expected } => output(words(Inputs::default(), "run", &args), &expected),
        Task::Serve { request, right } => {
            let args = workload.server_args().unwrap_or_default();
            let asked = words(Inputs::default(), "serve", args).word(&request);
            output(asked.word(&right.status.to_string()), &right.body)
        }
        // No workload is only this.
        Task::Batches { args, line } => words(Inputs::default(), "batches", &args).bytes(&line),
    };
    for request in workload.requests.iter() {
        let asked = request.record();
        all = all.word("request").word(&asked.sha256);
        all = all.word(&asked.weight.to_string());
    }
    for way in &workload.steady {
        all = words(all.word("steady").word(&way.name), "args", &way.args);
        all = all.word(&format!("{} {:?}", way.operations, way.bytes));
        all = all.file(&workload.folder.join(&way.expected))?;
    }
    for calls in &workload.calls {
        let [first, second] = calls.arguments;
        let (expected, operations) = (calls.expected, calls.operations);
        all = all.word("calls").word(&calls.name).word(&calls.export);
        all = all.word(&format!(
            "{first} {second} {expected} {} {operations:?}",
            calls.calls
        ));
    }
    for (name, value) in &workload.env {
        all = all.word("env").word(name).word(value);
    }
    all = words(all, "env-from", &workload.env_from);
    if let Some(folder) = workload.grant_files() {
        all = all.word("grant").folder(&folder)?;
    }
    Ok(all.digest())
}

fn words(all: Inputs, what: &str, words: &[String]) -> Inputs {
    let counted = all.word(what).word(&words.len().to_string());
    words.iter().fold(counted, |all, word| all.word(word))
}

fn output(all: Inputs, expected: &Expected) -> Inputs {
    match expected {
        Expected::Whole(whole) => all.word("whole").bytes(whole),
        Expected::Line(Rule::Matching(regex)) => all.word("regex").word(regex.as_str()),
        Expected::Line(Rule::First(_)) => all.word("first line"),
        Expected::Line(Rule::Any) => all.word("any"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn workload(folder: &std::path::Path, toml: &str) -> Workload {
        std::fs::write(folder.join("workload.toml"), toml).expect("writes");
        Workload::read_anywhere(folder).expect("reads")
    }

    #[test]
    fn the_digest_is_of_what_is_asked_and_not_of_how_it_is_built() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(folder.path().join("grant")).expect("a folder");
        let put = |file: &str, text: &str| {
            std::fs::write(folder.path().join(file), text).expect("writes");
        };
        put("out", "right\n");
        put("grant/a", "1");
        let plain = "name = \"w\"\nsummary = \"s\"\ntargets = [\"native\"]\n\
            [run]\nargs = [\"1\", \"2\"]\nexpected = \"out\"\n[grant]\nfiles = \"grant\"\n";
        let of = |toml: &str| digest(&workload(folder.path(), toml)).expect("a digest");
        let mut seen = vec![of(plain)];
        assert_eq!(of(&plain.replace("\"s\"", "\"t\"")), seen[0]);
        let more_targets = plain.replace("[\"native\"]", "[\"native\", \"wasip1\"]");
        assert_eq!(of(&more_targets), seen[0]);
        seen.push(of(&plain.replace("\"1\", \"2\"", "\"1 2\"")));
        seen.push(of(&format!("{plain}[env]\nA = \"b\"\n")));
        put("out", "wrong\n");
        seen.push(of(plain));
        put("out", "right\n");
        put("grant/a", "2");
        seen.push(of(plain));
        let all = seen.len();
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), all);
    }
}
