//! Every row that `all` has on a lab, and what a quick run makes of it: from the definitions on
//! disk and the rule that is written here. Neither labrun nor the crate `lab` is asked, so that a
//! planner that loses rows is found. What a definition says is read from it; what is compiled in
//! stands in one table (`isolations.rs`), and which rows a way of measuring has in `rows.rs`.

mod isolations;
mod rows;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::{Identity, text};
pub(crate) use isolations::{Isolation, isolations};

/// What a quick run makes of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Right {
    /// By so many launches at least, and so many at most.
    Measured(u64, u64),
    Unsupported,
    NotSelected,
}

/// Every row, and what it comes to.
pub(crate) fn expected(lab: &Path) -> BTreeMap<Identity, Right> {
    let isolations = isolations(lab);
    let workloads = definitions(&lab.join("workloads"));
    let mut rows = BTreeMap::new();
    let scenario = |name: &str| read(&lab.join(format!("scenarios/{name}.toml")));
    for part in list(&scenario("all")["parts"]) {
        let scenario = scenario(&word(part));
        for planned in list(&scenario["workload"]) {
            let workload = workloads.iter().find(|one| one["name"] == planned["name"]);
            let workload = workload.expect("a workload of the lab");
            for isolation in &isolations {
                for target in list(&planned["targets"]) {
                    let kind = Kind {
                        scenario: &scenario,
                        planned,
                        workload,
                        isolation,
                        target: &word(target),
                    };
                    if kind.exists() {
                        rows::add(&mut rows, kind);
                    }
                }
            }
        }
    }
    rows
}

/// The isolations that need something that `scripts/test` may be unable to install.
pub(crate) fn may_be_missing(lab: &Path) -> BTreeSet<String> {
    let missing = isolations(lab).into_iter().filter(|one| one.may_be_missing);
    missing.map(|one| one.name).collect()
}

/// A workload as a scenario takes it, on one isolation, as one target.
#[derive(Clone, Copy)]
struct Kind<'a> {
    scenario: &'a Value,
    planned: &'a Value,
    workload: &'a Value,
    isolation: &'a Isolation,
    target: &'a str,
}

impl Kind<'_> {
    /// Whether it has rows.
    fn exists(&self) -> bool {
        self.isolation.targets.iter().any(|of| of == self.target)
            && matches(&self.scenario["isolations"], &self.isolation.name)
            && (self.isolation.serves != Some(true) || self.workload.get("serve").is_some())
            && (!self.isolation.is_control() || self.is_simple_start())
    }

    /// Whether it is a cold start of a command without files.
    fn is_simple_start(&self) -> bool {
        let has = |key: &str| self.workload.get(key).is_some();
        self.scenario["model"] == "cold-start" && !has("serve") && !has("grant")
    }

    /// What a quick run makes of its rows that need something of the isolation.
    fn right(&self, needs: &Value) -> Right {
        let (quick, name) = (&self.scenario["quick"], &self.isolation.name);
        let left_out = list(&self.scenario["left_out"]).iter().any(|left| {
            let workloads = list(&left["workloads"]);
            matches(&left["isolations"], name)
                && (workloads.is_empty() || workloads.contains(&self.planned["name"]))
        });
        let all = quick.get("isolations").is_none();
        let selected = all || self.isolation.is_control() || matches(&quick["isolations"], name);
        if !selected || left_out || self.planned["quick"] == false {
            return Right::NotSelected;
        }
        let serves = self.workload.get("serve").is_some();
        if self.isolation.cannot(self.target, list(needs))
            || (serves && self.isolation.serves == Some(false))
        {
            return Right::Unsupported;
        }
        let least = quick["samples"].as_u64().unwrap_or(3);
        Right::Measured(least, quick["max_samples"].as_u64().unwrap_or(least))
    }
}

/// Whether a list of globs has a name: the whole of it, its beginning and `*`, or all.
fn matches(globs: &Value, name: &str) -> bool {
    list(globs).iter().map(word).any(|glob| {
        let beginning = glob.strip_suffix('*');
        glob == name || beginning.is_some_and(|beginning| name.starts_with(beginning))
    })
}

/// The definitions in a folder: files, or one in each folder.
fn definitions(folder: &Path) -> Vec<Value> {
    let entries = fs::read_dir(folder).expect("lists definitions");
    let files = entries.flat_map(|entry| {
        let path = entry.expect("an entry").path();
        let inside = ["workload", "runner", "server"].map(|kind| path.join(format!("{kind}.toml")));
        inside.into_iter().chain([path])
    });
    let is_one = |path: &PathBuf| path.extension().is_some_and(|of| of == "toml") && path.is_file();
    files.filter(is_one).map(|path| read(&path)).collect()
}

fn read(path: &Path) -> Value {
    let text =
        fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The members of a list, none where there is no list.
fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn word(value: &Value) -> String {
    value.as_str().expect("a word").to_owned()
}
