//! Instructions: counted the same launch after launch, finely enough for a hundredth, as an independent tool
//! counts them; and what is missing for that.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::architectures::{cross_compiler, emulator, is_for, other};
use crate::support::{Elsewhere, Lab, Question, skip};

/// A program that works `rounds` times and says so.
fn kernel(rounds: u32) -> String {
    format!(
        "fn main() {{\n    let mut sum = 1_u64;\n    for n in 0..{rounds}_u64 {{\n        \
         sum = std::hint::black_box(sum.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(n));\n    }}\n    \
         assert!(sum != 0);\n    println!(\"right\");\n}}\n"
    )
}

/// A program that multiplies two matrices and says that the product is right.
const PRODUCT: &str = r#"use std::hint::black_box;

const SIDE: usize = 120;

fn main() {
    let a: Vec<f64> = (0..SIDE * SIDE).map(|n| (n % 7) as f64).collect();
    let b: Vec<f64> = (0..SIDE * SIDE).map(|n| (n % 5) as f64).collect();
    let mut c = vec![0.0; SIDE * SIDE];
    for row in 0..SIDE {
        for inner in 0..SIDE {
            let factor = black_box(a[row * SIDE + inner]);
            for column in 0..SIDE {
                c[row * SIDE + column] += factor * b[inner * SIDE + column];
            }
        }
    }
    let c = black_box(c);
    let expected: f64 = (0..SIDE).map(|n| a[n] * b[n * SIDE]).sum();
    assert_eq!(c[0], expected);
    println!("right");
}
"#;

/// Puts the lab's plugin into a lab of a test.
fn with_plugin(lab: Lab) -> Lab {
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("../helpers/instructions");
    let to = lab.path().join("harness/helpers/instructions");
    fs::create_dir_all(to.join("src")).expect("makes a folder");
    for file in ["Cargo.toml", "Cargo.lock", "src/lib.rs", "src/qemu.rs"] {
        fs::copy(from.join(file), to.join(file)).expect("copies a file");
    }
    lab
}

fn lab(question: &Question) -> Lab {
    with_plugin(Lab::fixture()).question(question)
}

/// Whether instructions are counted here; if not, the test is skipped.
fn counts(test: &str) -> bool {
    let name = format!("qemu-{}", std::env::consts::ARCH);
    let said = Command::new(&name).arg("--help").output();
    let takes = said.is_ok_and(|said| String::from_utf8_lossy(&said.stdout).contains("-plugin"));
    if !takes {
        skip(
            test,
            &format!("no {name} that takes plugins: apt-get install qemu-user"),
        );
    }
    takes
}

/// The counts of a workload on `native/static`, launch by launch.
fn counted(ran: &crate::support::Ran, workload: &str) -> Vec<f64> {
    let run = ran.files.json("run.json");
    let rows = run["rows"].as_array().expect("rows");
    let is_it = |row: &Value| row["workload"] == workload && row["isolation"] == "native/static";
    let number = rows.iter().position(is_it).expect("a row");
    let samples = ran.files.samples().into_iter();
    let own = samples.filter(|sample| sample["row"] == number);
    own.filter_map(|sample| sample["value"].as_f64()).collect()
}

#[test]
fn twenty_launches_count_the_same_within_a_thousandth() {
    if !counts("twenty_launches_count_the_same_within_a_thousandth") {
        return;
    }
    let lab = lab(&Question::instructions().of("right", "").samples(20));
    let ran =
        lab.ask("instructions", [""; 0])
            .exit(0)
            .rows("right", "native/static", "measured", "");
    let counts = counted(&ran, "right");
    assert_eq!(counts.len(), 20);
    let least = counts.iter().copied().fold(f64::INFINITY, f64::min);
    let most = counts.iter().copied().fold(0.0, f64::max);
    assert!(least > 1000.0 && most / least < 1.001, "{counts:?}");
}

#[test]
fn a_hundredth_more_work_is_seen_from_three_launches() {
    if !counts("a_hundredth_more_work_is_seen_from_three_launches") {
        return;
    }
    let question = Question::instructions()
        .of("kernel", "")
        .plan("margin", "0.005");
    let lab = with_plugin(Lab::fixture())
        .guest("kernel", &kernel(1_000_000))
        .question(&question.samples(3));
    let before = lab.ask("instructions", [""; 0]).exit(0);
    let lab = lab.replace(
        "workloads/kernel/src/main.rs",
        "0..1000000_u64",
        "0..1010000_u64",
    );
    let after = lab.ask("instructions", [""; 0]).exit(0);
    let folder = |ran: &crate::support::Ran| ran.files.path().display().to_string();
    let compared = lab
        .run(["compare", &folder(&before), &folder(&after), "--json"])
        // What is counted is confirmed at once.
        .exit(100)
        .json();
    let row = &compared["rows"][0];
    assert_eq!(row["metric"], "instructions");
    assert_eq!(row["ratio"]["verdict"], "worse", "{row:#}");
    let ratio = row["ratio"]["value"].as_f64().expect("a ratio");
    assert!((1.008..1.012).contains(&ratio), "{ratio}");
    // And what was not changed is the same.
    let again = lab.ask("instructions", [""; 0]).exit(0);
    let compared = lab
        .run(["compare", &folder(&after), &folder(&again), "--json"])
        .exit(0)
        .json();
    assert_eq!(compared["rows"][0]["ratio"]["verdict"], "equivalent");
}

#[test]
fn callgrind_counts_what_the_plugin_counts() {
    let test = "callgrind_counts_what_the_plugin_counts";
    if !counts(test) {
        return;
    }
    if Command::new("valgrind").arg("--version").output().is_err() {
        skip(test, "valgrind is missing: apt-get install valgrind");
        return;
    }
    let lab = with_plugin(Lab::fixture())
        .guest("kernel", PRODUCT)
        .question(&Question::instructions().of("kernel", ""));
    let ran = lab.ask("instructions", [""; 0]).exit(0);
    let own = counted(&ran, "kernel")[0];
    let run = ran.files.json("run.json");
    let artifacts = run["artifacts"].as_array().expect("artifacts");
    let kernel = artifacts.iter().find(|one| one["workload"] == "kernel");
    let path = kernel.expect("is built")["path"].as_str().expect("a path");
    let said = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(lab.path().join(path))
        .output()
        .expect("valgrind runs");
    let said = String::from_utf8_lossy(&said.stderr);
    let line = said
        .lines()
        .find_map(|line| line.split_once("Collected : "));
    let (_, other) = line.unwrap_or_else(|| panic!("it counted nothing: {said}"));
    let other: f64 = other.trim().parse().expect("a number");
    assert!((own / other - 1.0).abs() < 0.01, "{own} and {other}");
}

#[test]
fn an_operation_in_steady_state_has_its_own_count() {
    if !counts("an_operation_in_steady_state_has_its_own_count") {
        return;
    }
    let worker = "fn main() {\n    loop {\n        let mut sum = 1_u64;\n        for n in 0..10_000_u64 {\n            \
        sum = std::hint::black_box(sum.wrapping_mul(3).wrapping_add(n));\n        }\n        \
        assert!(sum != 0);\n        println!(\"right\");\n    }\n}\n";
    let question = Question::instructions()
        .of("worker", "steady = [\"work\"]")
        .samples(3);
    let lab = with_plugin(Lab::fixture())
        .worker("worker", worker)
        .question(&question);
    let ran = lab.ask("instructions", [""; 0]);
    let rows = ran.files.rows("worker", "native/static");
    let of_operation = |row: &&Value| row["params"]["per"] == "operation";
    let row = rows.iter().find(of_operation).expect("a row");
    assert_eq!(row["outcome"], "measured", "{row:#}");
    // A batch of 10,000 rounds is ten operations; a round is 3 to 20 instructions.
    let count = row["median"].as_f64().expect("a count");
    assert!((3_000.0..20_000.0).contains(&count), "{count}");
}

#[test]
fn those_of_another_architecture_are_counted_and_compared() {
    let test = "those_of_another_architecture_are_counted_and_compared";
    if !counts(test) || emulator(test).is_none() {
        return;
    }
    let question = Question::instructions().of("kernel", "").of("right", "");
    let lab = with_plugin(Lab::fixture())
        .guest("kernel", &kernel(1_000_000))
        .question(&question);
    let ran = lab.ask("instructions", ["--arch", other()]).exit(0);
    for workload in ["kernel", "right"] {
        let row = ran.files.rows(workload, "native/static").remove(0);
        assert_eq!(
            (&row["arch"], &row["emulated"]),
            (&other().into(), &true.into())
        );
    }
    assert!(counted(&ran, "kernel")[0] > 1e6 && counted(&ran, "right")[0] < 1e6);
    // It is no time, and so stands on the screen as any other.
    assert!(
        ran.stdout.contains("kernel \u{b7} instructions"),
        "{}",
        ran.stdout
    );
}

/// qemu is a program of the machine on which it counts, and its plugin a library for that.
#[test]
fn a_bundle_for_another_architecture_counts_there_and_here() {
    let test = "a_bundle_for_another_architecture_counts_there_and_here";
    let Some(qemu) = emulator(test).filter(|_| counts(test)) else {
        return;
    };
    if cross_compiler(test).is_none() {
        return;
    }
    let question = Question::instructions().of("right", "");
    let away = Elsewhere::with(lab(&question), &["instructions", "--arch", other()]);
    let opened = away.unpack("opened");
    let names = opened.files().keys();
    let plugins = names.filter(|name| name.ends_with("liblabrun_instructions.so"));
    let plugins: Vec<PathBuf> = plugins
        .map(|name| away.path().join("opened").join(name))
        .collect();
    assert_eq!(plugins.len(), 2, "{plugins:?}");
    for arch in [std::env::consts::ARCH, other()] {
        assert!(plugins.iter().any(|path| is_for(path, arch)), "{arch}");
    }
    let mut command = away.labrun(&["scenario", "--out", "run", "--bundle", "b.tar.zst"]);
    command.args(["--arch", other()]);
    command.env("PATH", qemu.parent().expect("a folder"));
    let ran = away
        .start(command)
        .ended()
        .exit(0)
        .rows("right", "native/static", "measured", "");
    assert!(counted(&ran, "right")[0] > 1000.0);
}

/// A folder with these programs alone, and an emulator that is a script.
fn only(lab: &Lab, script: Option<&str>) -> String {
    let folder = lab.path().join("only");
    fs::create_dir_all(&folder).expect("makes a folder");
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    for name in ["rustc", "cargo", "rustup", "cc"] {
        let mut files = folders.iter().map(|folder| folder.join(name));
        if let Some(file) = files.find(|file| file.is_file()) {
            symlink(file, folder.join(name)).expect("links a program");
        }
    }
    if let Some(script) = script {
        let file = folder.join(format!("qemu-{}", std::env::consts::ARCH));
        fs::write(&file, format!("#!/bin/sh\n{script}\n")).expect("writes a program");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).expect("makes it run");
    }
    folder.display().to_string()
}

#[test]
fn without_an_emulator_that_takes_plugins_it_says_which_does() {
    for (script, reason) in [
        (
            None,
            "is not on PATH; to get it: sudo apt-get install qemu-user",
        ),
        (
            Some(
                "case \"$1\" in --version) echo 'qemu version 7.2.0';; *) echo 'usage: -cpu';; esac",
            ),
            "takes no plugins, by which instructions are counted",
        ),
        (
            Some("case \"$1\" in --version) echo 'qemu version 10.0.2';; *) echo '-plugin';; esac"),
            "has another interface for plugins",
        ),
    ] {
        let lab = lab(&Question::instructions().of("right", ""));
        let path = only(&lab, script);
        lab.begin_of("instructions", |command| command.env("PATH", path))
            .ended()
            .exit(4)
            .rows("right", "native/static", "unavailable", reason);
    }
}

#[test]
fn what_puts_something_around_a_program_is_not_counted() {
    let question = Question::instructions()
        .of("right", "")
        .isolation("bubblewrap/*")
        .isolation("native/landlock");
    lab(&question)
        .ask(
            "instructions",
            ["-i", "bubblewrap/*", "-i", "native/landlock"],
        )
        .exit(4)
        .rows(
            "right",
            "bubblewrap/unshare-all",
            "unsupported",
            "instructions are counted of bare programs",
        )
        .rows(
            "right",
            "native/landlock",
            "unsupported",
            "instructions are counted of bare programs",
        );
}
