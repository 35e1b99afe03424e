//! Command lines as they ship, made up: each that is missing, broken or misbehaves costs
//! its own rows, with the reason, and nothing of it is left.

use std::collections::BTreeMap;
use std::fs;

use crate::support::{Lab, Product, folders_of, processes_of};

const QUIET: &str = ">/dev/null 2>&1 </dev/null &";

#[test]
fn each_product_that_cannot_be_used_says_why_and_how_to_mend_it() {
    let products = [
        (
            Product::new("outdated", "echo right").says("echo outdated 0.9.1", "echo right"),
            "is version 0.9.1, and 1.0 or newer is needed; to get it: install outdated",
        ),
        (
            Product::new("broken", "").says("echo 'no libfoo.so here' >&2; exit 127", ""),
            "failed (exit status: 127): \"no libfoo.so here\"; to mend it: install broken",
        ),
        (
            Product::new("crashes", "").says("kill -SEGV $$", ""),
            "failed (signal: 11 (SIGSEGV)",
        ),
        (
            Product::new("prose", "").says("echo I am a product", ""),
            "printed no version: \"I am a product\"",
        ),
        (
            Product::new("hangs", "").says("setsid sleep 1000", ""),
            "gave no answer within 10 s",
        ),
        (Product::new("floods", "").says("yes floods", ""), "failed"),
        (
            Product::new("locked", "echo right").mode(0o644),
            "may not be executed: it has no x permission; to get it: install locked",
        ),
        (
            Product::new("garbage", "").is("\u{7f}nonsense"),
            "cannot be started",
        ),
        (
            Product::new("absent", "").without_program(),
            "absent is not on PATH; to get it: install absent",
        ),
    ];
    let mut lab = Lab::fixture();
    for (product, _) in &products {
        lab = lab.product(product);
    }
    let mut ran = lab.measure([""; 0]).exit(0);
    for (product, reason) in &products {
        let name = format!("{}/run", product.name());
        ran = ran.rows("right", &name, "unavailable", reason);
    }
    let ran = ran.rows("right", "native/static", "measured", "");
    assert!(processes_of(ran.pid).is_empty());
    assert_eq!(folders_of(ran.pid), [""; 0]);
}

#[test]
fn each_product_that_misbehaves_costs_its_own_rows() {
    let leaves = format!("echo right; setsid sleep 1000 {QUIET}");
    let leaves_in_group = format!("echo right; sleep 1000 {QUIET}");
    let cases = [
        ("good", "echo right", "measured", ""),
        ("misprints", "echo wrong", "mismatch", "got \"wrong\\n\""),
        ("more", "echo right; echo right", "mismatch", "more than"),
        (
            "silent",
            "exit 0",
            "mismatch",
            "before its output was whole",
        ),
        (
            "refuses",
            "echo 'unknown import wasi_thing' >&2; exit 3",
            "failed",
            "exited with code 3 before its output was whole: got \"\"; its stderr ends: unknown import",
        ),
        (
            "regrets",
            "echo right; exit 6",
            "failed",
            "exited with code 6",
        ),
        ("sleeps", "sleep 1000", "timeout", "time limit"),
        (
            "deserts",
            &leaves,
            "failed",
            "left processes behind, which were ended: sleep (",
        ),
        (
            "drops",
            &leaves_in_group,
            "failed",
            "left processes behind, which were ended: sleep (",
        ),
    ];
    let mut lab = Lab::fixture().plan("timeout_s", "3");
    for (name, run, ..) in cases {
        lab = lab.product(&Product::new(name, run));
    }
    let mut ran = lab.measure([""; 0]).exit(101);
    for (name, _, outcome, reason) in cases {
        ran = ran.rows("right", &format!("{name}/run"), outcome, reason);
    }
    let ran = ran.rows("right", "native/static", "measured", "");
    assert!(processes_of(ran.pid).is_empty());
    assert_eq!(folders_of(ran.pid), [""; 0]);
}

#[test]
fn teardown_lasts_until_what_a_product_started_is_gone_too() {
    let run = format!("echo right; sleep 0.3 {QUIET}");
    let ran = Lab::fixture()
        .product(&Product::new("lingers", &run))
        .measure([""; 0])
        .exit(0);
    // From asking for it until nothing is left, of each launch: however late a busy machine lets
    // the lab see the line, what comes after it is in the teardown.
    let run = ran.files.json("run.json");
    let mut launches: BTreeMap<u64, f64> = BTreeMap::new();
    for sample in ran.files.samples() {
        let row = &run["rows"][sample["row"].as_u64().expect("a number") as usize];
        if row["isolation"] == "lingers/run" && row["metric"] != "instantiate_warm" {
            let seq = sample["seq"].as_u64().expect("a number");
            *launches.entry(seq).or_default() += sample["value"].as_f64().expect("measured");
        }
    }
    assert!(!launches.is_empty(), "nothing was launched");
    assert!(launches.values().all(|ns| *ns >= 0.3e9), "{launches:?}");
}

#[test]
fn it_has_a_home_of_its_own_which_is_gone_afterwards() {
    let lab = Lab::fixture();
    let seen = lab.path().join("homes");
    let run = format!(
        "touch \"$HOME/mine\"; echo \"$HOME\" >> {}; echo right",
        seen.display()
    );
    let ran = lab
        .product(&Product::new("settles", &run))
        .measure([""; 0])
        .exit(0);
    let homes = fs::read_to_string(&seen).expect("it was run");
    let mut homes: Vec<&str> = homes.lines().collect();
    let launches = homes.len();
    homes.sort_unstable();
    homes.dedup();
    assert_eq!(homes.len(), launches, "each launch has a HOME of its own");
    for home in homes {
        assert!(
            home.starts_with(&format!("/dev/shm/labrun-{}-", ran.pid)),
            "{home}"
        );
        assert!(!fs::exists(home).expect("looks"), "{home} is left");
    }
}

#[test]
fn a_compile_cache_is_warm_before_the_clock() {
    let lab = Lab::fixture();
    let log = lab.path().join("cold");
    let configured = "\n[[configuration]]\nname = \"run\"\nsummary = \"cached\"\n\
        targets = [\"wasip1\"]\nargs = [\"{module}\"]\ncache = \".cache/kept\"\n";
    let run = format!(
        "[ -e ~/.cache/kept/file ] || {{ echo cold >> {}; mkdir -p ~/.cache/kept; touch ~/.cache/kept/file; }}\necho right",
        log.display()
    );
    let caches = Product::new("caches", &run).configured(configured);
    let forgets =
        Product::new("forgets", "mkdir -p ~/.cache/kept; echo right").configured(configured);
    let _ran = lab
        .product(&caches)
        .product(&forgets)
        .measure([""; 0])
        .exit(0)
        .rows("right", "caches/run", "measured", "")
        .rows(
            "right",
            "forgets/run",
            "unavailable",
            "forgets keeps no compile cache here: ~/.cache/kept is empty after 5 launches",
        );
    let cold = fs::read_to_string(&log).expect("it was run");
    assert_eq!(cold, "cold\n", "one launch filled the cache");
}

#[test]
fn a_workload_that_is_granted_something_needs_a_product_that_grants() {
    let configured = |grants: &str, rest: &str| {
        format!(
            "\n[grants]\n{grants}\n[[configuration]]\nname = \"run\"\nsummary = \"as it is\"\n\
             targets = [\"wasip1\"]\nargs = [\"{{directory}}\", \"{{module}}\"]\n{rest}"
        )
    };
    let reads = configured(
        "directory = [\"{host}\"]\n",
        "[[unsupported]]\nneed = \"grant\"\nreason = \"it reads alone\"\n",
    );
    let grants = configured("directory = [\"{host}\"]\n", "");
    let lab = Lab::fixture();
    std::fs::create_dir(lab.path().join("workloads/right/files")).expect("makes a folder");
    lab.write("workloads/right/files/line", "right\n")
        .replace(
            "workloads/right/workload.toml",
            "[run]",
            "[grant]\nfiles = \"files\"\n\n[run]",
        )
        .product(&Product::new("grants", "cat \"$1/line\"").configured(&grants))
        .product(&Product::new("reads", "exit 1").configured(&reads))
        .product(&Product::new("lacks", "exit 1").configured(&configured("", "")))
        .measure([""; 0])
        .exit(0)
        .rows("right", "grants/run", "measured", "")
        .rows("right", "reads/run", "unsupported", "it reads alone")
        .rows("right", "lacks/run", "unsupported", "no option that grants");
}

#[test]
fn what_it_compiles_ahead_of_time_is_what_it_runs() {
    let configured = "\n[[configuration]]\nname = \"run\"\nsummary = \"compiled\"\n\
        targets = [\"wasip1\"]\nargs = [\"run\", \"{module}\"]\n\
        precompile = [\"compile\", \"{module}\", \"-o\", \"{output}\"]\n";
    let run = "case $1 in compile) echo compiled > \"$4\" ;; run) grep -q compiled \"$2\" && echo right ;; esac";
    let cannot = "echo 'no compiler in this build' >&2; exit 2";
    Lab::fixture()
        .product(&Product::new("compiles", run).configured(configured))
        .product(&Product::new("cannot", cannot).configured(configured))
        .measure([""; 0])
        .exit(101)
        .rows("right", "compiles/run", "measured", "")
        .rows("right", "cannot/run", "failed", "no compiler in this build");
}

#[test]
fn nothing_is_started_to_list_and_each_program_once_to_look() {
    let lab = Lab::fixture();
    let log = lab.path().join("asked");
    let version = format!("echo asked >> {}; echo shy 1.2.3", log.display());
    let configured = ["one", "two"].map(|name| {
        format!(
            "\n[[configuration]]\nname = \"{name}\"\nsummary = \"one of two\"\n\
             targets = [\"wasip1\"]\nargs = [\"{{module}}\"]\n"
        )
    });
    let shy = Product::new("shy", "echo right")
        .says(&version, "echo right")
        .configured(&configured.concat());
    let lab = lab.product(&shy);
    lab.run(["list", "isolations"])
        .exit(0)
        .stdout_has("shy/two");
    assert!(!log.exists(), "`labrun list` started a program");
    lab.run(["doctor"]).exit(0).stdout_has("1.2.3");
    assert_eq!(fs::read_to_string(&log).expect("asked"), "asked\n");
}

#[test]
fn mistakes_in_a_definition_name_file_and_word() {
    let cases = [
        (
            "args = [",
            "arks = [",
            "odd.toml:15: unknown field `arks`",
            "did you mean `args`?",
        ),
        (
            "{module}",
            "{modul}",
            "configuration run: `{modul}` is no placeholder",
            "did you mean `{module}`?",
        ),
        (
            "name = \"odd\"",
            "name = \"even\"",
            "odd.toml:1: name is `even`",
            "another name",
        ),
        (
            "programs = [\"odd\"]",
            "programs = []",
            "odd.toml:5: [find] programs",
            "names no program",
        ),
        (
            "[find]",
            "[host]\nstop = \"SIGTERM\"\n\n[find]",
            "[host] is for servers",
            "harness/servers",
        ),
    ];
    for (from, to, where_, word) in cases {
        Lab::fixture()
            .product(&Product::new("odd", "echo right"))
            .replace("harness/commands/odd.toml", from, to)
            .run(["list", "isolations"])
            .exit(2)
            .stderr_has(where_)
            .stderr_has(word);
    }
}
