//! The examples of CONTRIBUTING.md, done in a copy of this lab as the page says: its files are
//! written, its commands are run. Rows are measured natively and by the runtime that is added.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::checkout::Checkout;
use crate::{alone, lab, scenario_of, target, text};

/// What the page calls `NAME`.
const NAME: &str = "added";

/// A section of the page.
fn section(title: &str) -> String {
    let page = fs::read_to_string(lab().join("CONTRIBUTING.md")).expect("reads the page");
    let (_, section) = page
        .split_once(&format!("\n## {title}\n"))
        .unwrap_or_else(|| panic!("no section {title}"));
    let section = section.split("\n## ").next().unwrap_or_default();
    section.replace("NAME", NAME)
}

/// The prose of a section, and its blocks: what stands between fences, and the file that it is
/// for, which is the first that the paragraph before it names.
fn parts(section: &str) -> (String, Vec<(Option<String>, String)>) {
    let (mut prose, mut blocks) = (String::new(), Vec::new());
    for (number, part) in section.split("```").enumerate() {
        if number % 2 == 0 {
            prose += part;
            continue;
        }
        let paragraph = prose.trim_end().rsplit("\n\n").next().unwrap_or_default();
        let mut quoted = paragraph.split('`').skip(1).step_by(2);
        let file = quoted.find(|name| name.contains('/') && Path::new(name).extension().is_some());
        let (_language, text) = part.split_once('\n').expect("a line of its own");
        blocks.push((file.map(str::to_owned), text.to_owned()));
        prose += "\n\n";
    }
    (prose, blocks)
}

/// The commands in the prose of a section.
fn commands(prose: &str) -> Vec<String> {
    let quoted = prose.split('`').skip(1).step_by(2);
    let commands = quoted.filter(|quoted| quoted.starts_with("cargo"));
    let one_line = |command: &str| command.split_whitespace().collect::<Vec<_>>().join(" ");
    commands.map(one_line).collect()
}

/// Writes the files of a section, or adds to those that are there.
fn write(lab: &Checkout, blocks: &[(Option<String>, String)]) {
    for (file, text) in blocks {
        let Some(file) = file else { continue };
        let before = if lab.path().join(file).exists() {
            lab.read(file) + "\n"
        } else {
            String::new()
        };
        lab.write(file, &(before + text));
    }
}

/// Runs what the page has as shell, with the labrun of this test, which is its only run at that
/// time.
fn run(lab: &Checkout, shell: &str) -> String {
    let _one = alone();
    let labrun = env!("CARGO_BIN_EXE_labrun");
    let shell = shell.replace("cargo run --release --", &format!("'{labrun}'"));
    let ran = Command::new("sh")
        .args(["-euc", &shell])
        .current_dir(lab.path())
        .env("CARGO_TARGET_DIR", target())
        .output()
        .expect("a shell starts");
    let said = String::from_utf8_lossy(&ran.stderr);
    assert_eq!(ran.status.code(), Some(0), "{shell}\n{said}");
    String::from_utf8_lossy(&ran.stdout).into_owned()
}

/// Runs `labrun scenario`: all rows that are selected are measured, and these are some.
fn measure(lab: &Checkout, arguments: &str, some: usize) {
    let arguments: Vec<&str> = arguments
        .split(' ')
        .map(|word| word.trim_matches('\''))
        .collect();
    let ran = scenario_of(lab.path(), "real-lab-contributing-run", &[], &arguments);
    let mut measured = 0;
    for row in ran.results().filter(|row| row["outcome"] != "not-selected") {
        assert_eq!(text(row, "outcome"), "measured", "{arguments:?}: {row:#}");
        // A control is beside cold starts, whatever is selected.
        measured += usize::from(!text(row, "isolation").starts_with("control/"));
    }
    assert_eq!(measured, some, "{arguments:?}");
}

#[test]
fn the_examples_of_contributing_do_what_it_says() {
    let lab = Checkout::new("real-lab-contributing");
    workload(&lab);
    scenarios(&lab);
    runtime(&lab);
    product(&lab);
}

fn workload(lab: &Checkout) {
    let (prose, blocks) = parts(&section("Adding a workload"));
    write(lab, &blocks);
    let members = "\nmembers = [\n";
    lab.replace(
        "Cargo.toml",
        members,
        &format!("{members}    \"workloads/primes\",\n"),
    );
    let commands = commands(&prose);
    let [note, plan, scenario] = &commands[..] else {
        panic!("three commands: {commands:?}");
    };
    run(lab, note);
    let planned = run(lab, plan);
    assert!(planned.contains("primes"), "{planned}");
    let cold_start = scenario.split_once("scenario ").expect("a scenario").1;
    // `native/in-process` calls exports, and this workload has none.
    measure(lab, &format!("{cold_start} --samples 3"), 3 * 2);
    let throughput = cold_start.replace("cold-start", "throughput");
    measure(lab, &format!("{throughput} --samples 1"), 3);
}

fn scenarios(lab: &Checkout) {
    let (prose, blocks) = parts(&section("Adding a scenario"));
    write(lab, &blocks);
    let names: Vec<String> = blocks
        .iter()
        .filter_map(|(file, _)| Path::new(file.as_ref()?).file_stem()?.to_str())
        .map(str::to_owned)
        .collect();
    let all = [
        "linking",
        "small-memory",
        "small-size",
        "small-throughput",
        "small",
    ];
    assert_eq!(names, all);
    for name in all {
        let planned = run(lab, &format!("cargo run --release -- plan {name}"));
        assert!(planned.contains("primes"), "{planned}");
    }
    let commands = commands(&prose);
    let [_plan, linking] = &commands[..] else {
        panic!("two commands: {commands:?}");
    };
    let linking = linking.split_once("scenario ").expect("a scenario").1;
    measure(lab, &format!("{linking} --samples 3"), 2 * 2);
    // A static program needs nothing, and has the five forms of its size.
    measure(lab, "small-size -i native/static", 5);
}

fn runtime(lab: &Checkout) {
    let (prose, blocks) = parts(&section("Adding a runtime"));
    let [(None, shell)] = &blocks[..] else {
        panic!("one block: {blocks:?}");
    };
    let (copy, rest) = shell.split_once('\n').expect("lines");
    run(lab, copy);
    // What differs. Nothing does but its name.
    let folder = format!("harness/runners/{NAME}");
    for file in [
        "Cargo.toml",
        "src/main.rs",
        "tests/conformance.rs",
        "benches/instantiate.rs",
    ] {
        let file = format!("{folder}/{file}");
        let renamed = lab
            .read(&file)
            .replace("runner-wasmi", &format!("runner-{NAME}"));
        lab.write(
            &file,
            &renamed.replace("runner_wasmi", &format!("runner_{NAME}")),
        );
    }
    let own = |of: &str| format!("{of} = \"{NAME}\"");
    lab.replace(
        &format!("{folder}/runner.toml"),
        "name = \"wasmi\"",
        &own("name"),
    );
    let constant = "NAME: &'static str";
    let name = format!("{constant} = \"wasmi\"");
    lab.replace(&format!("{folder}/src/lib.rs"), &name, &own(constant));
    // Its own tests are those of the runner that was copied, which scripts/test runs.
    let rest = rest.replacen("cargo test\n", "", 1);
    run(lab, &rest);
    let commands = commands(&prose);
    let [plan, conform] = &commands[..] else {
        panic!("two commands: {commands:?}");
    };
    let planned = run(lab, plan);
    for configuration in ["interpreter", "interpreter-eager"] {
        assert!(
            planned.contains(&format!("{NAME}/{configuration}")),
            "{planned}"
        );
    }
    let conforms = run(lab, conform);
    assert!(
        conforms.contains(&format!("{NAME}/interpreter ")),
        "{conforms}"
    );
    // Three starts with two rows each, and `instantiate_warm`, on both configurations: of the
    // workload that was there, and of the one that was added.
    for workload in ["add", "primes"] {
        measure(
            lab,
            &format!("cold-start -i {NAME}/* -w {workload} --samples 3"),
            2 * 7,
        );
    }
}

fn product(lab: &Checkout) {
    let (_, blocks) = parts(&section("Adding a command-line product"));
    let definition = blocks[0]
        .1
        .replace("name = \"bun\"", "name = \"added-cli\"");
    lab.write("harness/commands/added-cli.toml", &definition);
    let planned = run(lab, "cargo run --release -- plan all -i 'added-cli/*'");
    assert!(planned.contains("added-cli/run"), "{planned}");
}
