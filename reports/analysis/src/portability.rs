//! What it takes to have a workload on several architectures: one artifact for all of them, or one for each.
//!
//! Sizes are counts, and exact on whatever machine they were taken: they may be added up across runs, which
//! times and memory never are.

use std::collections::BTreeSet;

use labrun_record::{Metric, Run, Target};

use crate::{RowSummary, Summary};

/// The parameter that says which form of an artifact a size is of.
const FORM: &str = "form";

/// A workload in one form on several architectures.
#[derive(Debug, Clone, PartialEq)]
pub struct Portability {
    /// Name of the workload.
    pub workload: String,
    /// What it is compiled for.
    pub target: Target,
    /// The isolations that take these same artifacts, in the order of the rows.
    pub isolations: Vec<String>,
    /// What each architecture takes, in the order of [`architectures`]; `None` where that was not measured.
    pub on: Vec<Option<Carried>>,
}

/// What one architecture takes of it. All sizes are in bytes.
#[derive(Debug, Clone, PartialEq)]
pub struct Carried {
    /// SHA-256 of the artifact; an image's own digest.
    pub sha256: String,
    /// The target triple that it was built for, or the image's tag; `None` where it was given.
    pub triple: Option<String>,
    /// As the build left it.
    pub built: f64,
    /// As it is stored where it runs.
    pub stored: f64,
    /// As it goes over a network, compressed by gzip, as layers of images are.
    pub sent: f64,
    /// What has to be there already, such as a runtime and its libraries: with the isolation that needs the
    /// least.
    pub needed: f64,
}

impl Carried {
    /// Whether both are one artifact.
    fn is(&self, other: &Self) -> bool {
        let own = |one: &Self| [one.built, one.stored, one.sent].map(f64::to_bits);
        self.sha256 == other.sha256 && own(self) == own(other)
    }
}

impl Portability {
    /// The artifacts, each once: so many builds it takes.
    pub fn artifacts(&self) -> Vec<&Carried> {
        let mut all: Vec<&Carried> = Vec::new();
        for one in self.on.iter().flatten() {
            if !all.iter().any(|known| known.is(one)) {
                all.push(one);
            }
        }
        all
    }

    /// The target triples that have to be there to build it.
    pub fn triples(&self) -> BTreeSet<&str> {
        let all = self.on.iter().flatten();
        all.filter_map(|one| one.triple.as_deref()).collect()
    }
}

/// The architectures of the runs, in the order in which they come first.
pub fn architectures<'a>(runs: &[(&'a Run, &'a Summary)]) -> Vec<&'a str> {
    let mut all: Vec<&str> = Vec::new();
    for (_, summary) in runs {
        for row in &summary.results {
            let arch = row.row.arch.as_str();
            if !all.contains(&arch) {
                all.push(arch);
            }
        }
    }
    all
}

/// What of the runs has a size on two architectures or more. Of what is there twice the first run counts.
pub fn portability(runs: &[(&Run, &Summary)]) -> Vec<Portability> {
    let architectures = architectures(runs);
    let mut all: Vec<Portability> = Vec::new();
    for (run, summary) in runs {
        for row in &summary.results {
            let Some(carried) = carried(run, summary, row) else {
                continue;
            };
            let place = architectures.iter().position(|arch| *arch == row.row.arch);
            let known = all.iter().position(|one| {
                one.workload == row.row.workload
                    && one.target == row.row.target
                    && one.isolations == [row.row.isolation.as_str()]
            });
            let known = known.unwrap_or_else(|| {
                all.push(Portability {
                    workload: row.row.workload.clone(),
                    target: row.row.target,
                    isolations: vec![row.row.isolation.clone()],
                    on: vec![None; architectures.len()],
                });
                all.len() - 1
            });
            if let Some(place) = place {
                all[known].on[place].get_or_insert(carried);
            }
        }
    }
    all.retain(|one| one.on.iter().flatten().count() > 1);
    alike(all)
}

/// Isolations that take the same artifacts are told once.
fn alike(all: Vec<Portability>) -> Vec<Portability> {
    let mut told: Vec<Portability> = Vec::new();
    for one in all {
        let same = |other: &&mut Portability| {
            let mut both = other.on.iter().zip(&one.on);
            (&other.workload, other.target) == (&one.workload, one.target)
                && both.all(|pair| match pair {
                    (Some(a), Some(b)) => a.is(b),
                    (a, b) => a.is_none() && b.is_none(),
                })
        };
        let Some(known) = told.iter_mut().find(same) else {
            told.push(one);
            continue;
        };
        for (known, own) in known.on.iter_mut().zip(&one.on) {
            if let (Some(known), Some(own)) = (known, own) {
                known.needed = known.needed.min(own.needed);
            }
        }
        known.isolations.extend(one.isolations);
    }
    told
}

/// What a row that says how much is stored is about, with the other sizes of the same artifact.
fn carried(run: &Run, summary: &Summary, row: &RowSummary) -> Option<Carried> {
    let is_of = |row: &RowSummary, form: &str| {
        row.row.metric == Metric::Size && row.row.params.get(FORM).is_some_and(|own| own == form)
    };
    if !is_of(row, "shipped") {
        return None;
    }
    let same = |other: &&RowSummary| {
        let (one, other) = (&row.row, &other.row);
        (&one.workload, one.target, &one.isolation, &one.arch)
            == (&other.workload, other.target, &other.isolation, &other.arch)
    };
    let own = || summary.results.iter().filter(same);
    let median = |row: &RowSummary| Some(row.numbers.as_ref()?.median);
    let form = |form: &str| own().find(|row| is_of(row, form)).and_then(median);
    let stored = median(row)?;
    let needed = own().filter(|row| row.row.metric == Metric::SizeNeeded);
    let sha256 = row.artifact_sha256.clone()?;
    let artifact = run.artifacts.iter().find(|one| one.sha256 == sha256);
    Some(Carried {
        triple: artifact.map(|one| one.triple.clone()),
        sha256,
        built: form("built").unwrap_or(stored),
        stored,
        sent: form("gzip").unwrap_or(stored),
        needed: needed.filter_map(median).sum(),
    })
}
