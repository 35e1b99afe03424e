//! The questions of this repository's scenarios, asked of a user's own programs: what is launched of
//! them, and why the rest is not.

use std::path::{Path, PathBuf};

use lab::catalog::profiles;
use lab::define::{Definitions, Expect, Given, LabFolder, Run, Workload};
use lab::glob::glob_set;
use lab::plan::{Asked, Case, Decision, Plan, Recipe, RunOptions, check, plan, with_own};
use lab::select::Selected;
use labrun_record::{Metric, Outcome, Target};

/// A command without imports.
const MODULE: &str = r#"(module (memory (export "memory") 1) (func (export "_start")))"#;

/// The plan of a scenario for a workload that is given these; it is one that fits the lab.
fn planned(scenario: &str, artifacts: &[(Target, &Path)]) -> Plan {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let lab = LabFolder::find(Some(&root), &root).expect("the lab");
    let asked = lab.asked(scenario).expect("a scenario");
    let mut definitions = Definitions::read(lab).expect("definitions");
    let run = Run {
        expect: Some(Expect::first_line()),
        ..Run::default()
    };
    let given = |(target, path): &(Target, &Path)| (*target, Given::from(path.to_path_buf()));
    let own = Workload {
        name: "own".to_owned(),
        artifacts: artifacts.iter().map(given).collect(),
        run: Some(run),
        folder: PathBuf::from("/"),
        ..Workload::default()
    };
    definitions.workloads.push(own.checked().expect("is right"));
    let (all, arch) = (&definitions.workloads, std::env::consts::ARCH);
    let profiles = profiles(&definitions.runners, &definitions.products);
    let own = all.last().expect("was added");
    let [scenario] = &asked.scenarios[..] else {
        panic!("{scenario} is one");
    };
    let scenario = with_own(scenario, &[own], &[], all, &profiles, arch);
    let takes = glob_set(&scenario.isolations).expect("globs");
    let planned = plan(&Asked {
        scenario: &scenario.name,
        question: "",
        parts: vec![(&scenario, takes, &Selected::default())],
        workloads: all,
        profiles: &profiles,
        arch,
        options: &RunOptions::default(),
    });
    check(&planned, &profiles, all).expect("fits");
    for (_, case) in planned.cases() {
        assert!(case.rows.iter().all(|row| row.workload == "own"));
    }
    planned
}

/// The cases on an isolation.
fn on<'p>(plan: &'p Plan, isolation: &str) -> Vec<&'p Case> {
    let cases = plan.cases().map(|(_, case)| case);
    let cases: Vec<&Case> = cases.filter(|case| case.isolation() == isolation).collect();
    assert!(!cases.is_empty(), "no case on {isolation}");
    cases
}

fn is_given(case: &Case) -> bool {
    let recipe = case.spec().map(|spec| &spec.artifact);
    recipe.is_some_and(|recipe| matches!(recipe, Recipe::Given { .. }))
}

#[track_caller]
fn is_unsupported(case: &Case, why: &str) {
    let Decision::Leave { outcome, reason } = &case.launch else {
        panic!("it is launched");
    };
    assert_eq!(*outcome, Outcome::Unsupported, "{reason}");
    assert!(reason.contains(why), "{reason}");
}

#[test]
fn a_dynamic_program_is_launched_where_it_can_be_and_compared_with_itself() {
    let planned = planned("cold-start", &[(Target::Native, Path::new("/bin/true"))]);
    for isolation in [
        "native/dynamic",
        "native/landlock",
        "bubblewrap/unshare-all",
    ] {
        assert!(
            on(&planned, isolation).into_iter().all(is_given),
            "{isolation}"
        );
    }
    for case in on(&planned, "native/static") {
        is_unsupported(case, "true is linked dynamically");
    }
    // Nothing but what is given: it is in no image.
    let mut rows = planned.cases().flat_map(|(_, case)| &case.rows);
    assert!(rows.all(|row| row.target == Target::Native));
    let of_own = planned.parts[0].references.iter();
    let of_own = of_own.filter(|one| one.workload.as_deref() == Some("own"));
    let of_own: Vec<_> = of_own
        .map(|one| (one.metric, one.isolation.as_str()))
        .collect();
    let dynamic = "native/dynamic";
    let wanted = [
        (Metric::TimeToFirstResult, dynamic),
        (Metric::Teardown, dynamic),
    ];
    assert_eq!(of_own, wanted);
}

#[test]
fn a_module_is_launched_from_every_start_of_the_runtimes() {
    let folder = tempfile::tempdir().expect("a folder");
    let module = folder.path().join("own.wasm");
    let bytes = wat::parse_str(MODULE).expect("is right");
    std::fs::write(&module, bytes).expect("written");
    let planned = planned("cold-start", &[(Target::Wasip1, &module)]);
    let cases = on(&planned, "wasmtime/cranelift-aot");
    assert_eq!(cases.len(), 3, "each start");
    for case in cases {
        assert!(is_given(case));
        let spec = case.spec().expect("is launched");
        assert!(
            spec.precompiled
                .as_ref()
                .is_some_and(|ahead| { matches!(ahead.compiled(), Recipe::Given { .. }) })
        );
    }
}

#[test]
fn of_a_command_that_ends_is_measured_what_can_be() {
    let given = [(Target::Native, Path::new("/bin/true"))];
    let memory = planned("memory", &given);
    for case in on(&memory, "native/dynamic") {
        let is_peak = |case: &Case| {
            let row = &case.rows[0];
            row.metric == Metric::MemoryPeak && row.scope.as_deref() == Some("cgroup")
        };
        if is_peak(case) {
            assert!(is_given(case) && case.rows.len() == 1);
        } else {
            is_unsupported(case, "it ends when it is done");
        }
    }
    assert!(
        on(&planned("size", &given), "native/dynamic")
            .into_iter()
            .all(is_given)
    );
    for case in on(&planned("throughput", &given), "native/dynamic") {
        is_unsupported(case, "no steady state");
    }
}
