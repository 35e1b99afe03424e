//! Programs for another architecture: built, bundled, carried out under an emulator, and what is
//! missing for that.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::{Elsewhere, GOOD_JOB, Lab, Question, Ran, Runner, User, skip};

/// Another one than this machine's.
pub(crate) fn other() -> &'static str {
    match std::env::consts::ARCH {
        "aarch64" => "x86_64",
        _ => "aarch64",
    }
}

/// A program of this name on `PATH`; the test is skipped where there is none.
fn found(name: &str, test: &str, package: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).find_map(|folder| {
        let file = folder.join(name);
        file.is_file().then_some(file)
    });
    if found.is_none() {
        skip(
            test,
            &format!("{name} is missing: apt-get install {package}"),
        );
    }
    found
}

/// The emulator of that one.
pub(crate) fn emulator(test: &str) -> Option<PathBuf> {
    found(&format!("qemu-{}", other()), test, "qemu-user")
}

/// The C compiler for that one.
pub(crate) fn cross_compiler(test: &str) -> Option<PathBuf> {
    let package = format!("gcc-{}-linux-gnu", other().replace('_', "-"));
    found(&format!("{}-linux-gnu-gcc", other()), test, &package)
}

/// What was built, by what it is.
fn built<'a>(json: &'a Value, what: &str) -> &'a Value {
    let all = json["built"].as_array().expect("things");
    let found = all.iter().find(|one| one["what"] == what);
    found.unwrap_or_else(|| panic!("no {what:?} in {all:#?}"))
}

/// The machine in the header of an ELF file, as `readelf` and the kernel number them.
fn machine(path: &Value) -> u16 {
    machine_of(Path::new(path.as_str().expect("a path")))
}

/// The same of a file.
fn machine_of(path: &Path) -> u16 {
    let bytes = fs::read(path).expect("reads a program");
    assert_eq!(&bytes[..4], b"\x7fELF");
    u16::from_le_bytes([bytes[18], bytes[19]])
}

/// Whether a file is a program or a library for an architecture.
pub(crate) fn is_for(path: &Path, arch: &str) -> bool {
    NUMBERS.contains(&(arch, machine_of(path)))
}

const NUMBERS: [(&str, u16); 3] = [("x86_64", 62), ("aarch64", 183), ("riscv64", 243)];

/// A folder in the lab with these programs, to be all of `PATH`.
fn only(lab: &Path, programs: &[&Path]) -> String {
    let folder = lab.join("only");
    fs::create_dir_all(&folder).expect("makes a folder");
    for program in programs {
        let name = program.file_name().expect("a name");
        symlink(program, folder.join(name)).expect("links a program");
    }
    folder.display().to_string()
}

/// What building for this machine takes.
fn rust() -> Vec<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let found = |name: &&str| {
        let mut files = folders.iter().map(|folder| folder.join(name));
        files.find(|file| file.is_file())
    };
    ["rustc", "cargo", "rustup", "cc"]
        .iter()
        .filter_map(found)
        .collect()
}

#[test]
fn an_architecture_that_is_not_known_is_refused() {
    let lab = Lab::fixture();
    for args in [
        vec!["build", "--arch", "sparc"],
        vec![
            "bundle",
            "cold-start",
            "--out",
            "b.tar.zst",
            "--arch",
            "sparc",
        ],
        vec!["scenario", "cold-start", "--arch", "sparc"],
        vec!["plan", "cold-start", "--arch", "all"],
    ] {
        let word = args.last().expect("words");
        lab.run(&args).exit(2).stderr_has(&format!(
            "there is no architecture `{word}`: x86_64, aarch64, riscv64"
        ));
    }
}

#[test]
fn static_programs_for_all_need_no_other_compiler_and_a_module_is_one_file_for_all() {
    let lab = Lab::fixture().runner(&Runner::new("good", GOOD_JOB));
    let args = [
        "build",
        "--arch",
        "all",
        "-i",
        "native/static",
        "-i",
        "good/*",
    ];
    let json = lab.run(args.iter().chain(&["--json"])).json();
    // Not every mirror of Rust has its standard library for musl on RISC-V.
    let failed = json["failed"].as_array().expect("reasons");
    let lacks = |why: &Value| {
        why.as_str()
            .is_some_and(|why| why.contains("riscv64gc-unknown-linux-musl"))
    };
    assert!(failed.iter().all(lacks), "{failed:?}");
    for (arch, number) in NUMBERS {
        let processor = match arch {
            "riscv64" if !failed.is_empty() => continue,
            "riscv64" => "riscv64gc",
            arch => arch,
        };
        let program = built(&json, &format!("right for {processor}-unknown-linux-musl"));
        assert_eq!(machine(&program["path"]), number, "{arch}");
    }
    let all = json["built"].as_array().expect("things");
    let modules = all
        .iter()
        .filter(|one| one["what"] == "right for wasm32-wasip1");
    assert_eq!(modules.count(), 1, "{all:#?}");
}

/// From another checkout, into another store, the same: what a module is does not depend on where, nor for
/// which architecture, it is built.
#[test]
fn a_module_is_the_same_bytes_wherever_it_is_built() {
    let digest = |arch: &str| {
        let lab = Lab::unbuilt().runner(&Runner::new("good", GOOD_JOB));
        let json = lab
            .run(["build", "--arch", arch, "-i", "good/*", "--json"])
            .exit(0)
            .json();
        built(&json, "right for wasm32-wasip1")["sha256"].clone()
    };
    assert_eq!(digest(std::env::consts::ARCH), digest(other()));
}

#[test]
fn without_a_compiler_for_it_a_linked_program_says_how_to_get_one() {
    let lab = Lab::fixture().isolation("native/dynamic");
    let programs = rust();
    let programs: Vec<&Path> = programs.iter().map(PathBuf::as_path).collect();
    let path = only(lab.path(), &programs);
    let mut command = lab.labrun(["build", "--arch", other(), "-i", "native/*", "--json"]);
    command.env("PATH", path);
    let package = format!(
        "apt-get install gcc-{}-linux-gnu",
        other().replace('_', "-")
    );
    let ran = lab
        .start(command, lab.path())
        .ended()
        .exit(1)
        .stderr_has(&package);
    let json = ran.json();
    // What needs none is built all the same.
    built(&json, &format!("right for {}-unknown-linux-musl", other()));
    let failed = json["failed"].as_array().expect("reasons");
    let reason = failed[0].as_str().expect("a reason");
    assert!(failed.len() == 1 && reason.contains(&package), "{failed:?}");
}

#[test]
fn a_linked_program_is_for_that_architecture_too() {
    let test = "a_linked_program_is_for_that_architecture_too";
    if cross_compiler(test).is_none() {
        return;
    }
    let lab = Lab::fixture().isolation("native/dynamic");
    let json = lab
        .run(["build", "--arch", other(), "-i", "native/dynamic", "--json"])
        .exit(0)
        .json();
    let program = built(&json, &format!("right for {}-unknown-linux-gnu", other()));
    let number = NUMBERS.iter().find(|(arch, _)| *arch == other());
    assert_eq!(
        Some(machine(&program["path"])),
        number.map(|(_, number)| *number)
    );
}

fn emulated(ran: &Ran, workload: &str, isolation: &str) {
    let rows = ran.files.rows(workload, isolation);
    assert!(!rows.is_empty(), "no rows of {workload} on {isolation}");
    for row in rows {
        assert_eq!(
            (&row["arch"], &row["emulated"]),
            (&other().into(), &true.into()),
            "{row:#}"
        );
        assert!(row["ratio"].is_null(), "it is compared: {row:#}");
    }
}

#[test]
fn an_emulated_run_checks_outputs_and_compares_no_time() {
    let test = "an_emulated_run_checks_outputs_and_compares_no_time";
    if emulator(test).is_none() || cross_compiler(test).is_none() {
        return;
    }
    let lab = Lab::fixture()
        .isolation("native/*")
        .isolation("bubblewrap/*")
        .guest("wrong", "fn main() { println!(\"wrong\"); }")
        .runner(&Runner::new("good", GOOD_JOB));
    let ran = lab
        .measure(["--arch", other()])
        .exit(101)
        .stdout_has("emulated: ")
        .rows("right", "native/static", "measured", "")
        .rows("right", "native/dynamic", "measured", "")
        .rows("wrong", "native/static", "mismatch", "wrong")
        .rows(
            "right",
            "native/landlock",
            "unavailable",
            "it cannot be emulated: ",
        )
        .rows(
            "right",
            "bubblewrap/unshare-all",
            "unavailable",
            "it cannot be emulated: ",
        )
        .rows(
            "right",
            "good/plain",
            "unavailable",
            "a ready-made program of this machine's",
        );
    emulated(&ran, "right", "native/static");
    emulated(&ran, "right", "native/dynamic");
    let run = ran.files.json("run.json");
    assert_eq!(run["emulator"]["name"], format!("qemu-{}", other()));
    assert_eq!(run["machine"]["arch"], std::env::consts::ARCH);
    let linker = run["build"]["cross_linker"]["path"].as_str();
    let compiler = format!("{}-linux-gnu-gcc", other());
    assert!(
        linker.is_some_and(|path| path.contains(&compiler)),
        "{linker:?}"
    );
    let page = ran.files.text("report.html");
    assert!(page.contains("No speed of this run is compared with anything"));
}

#[test]
fn sizes_of_another_architecture_are_compared() {
    let test = "sizes_of_another_architecture_are_compared";
    if cross_compiler(test).is_none() {
        return;
    }
    let question = Question::size().of("right", "").isolation("native/dynamic");
    let lab = Lab::fixture().question(&question);
    let ran = lab.ask("size", ["--arch", other()]).exit(0);
    let rows = ran.files.rows("right", "native/dynamic");
    let of = |row: &&Value| row["metric"] == "size" && row["params"]["form"] == "built";
    let row = rows.iter().find(of).expect("a row");
    assert_eq!(
        (&row["arch"], &row["emulated"]),
        (&other().into(), &true.into())
    );
    assert!(
        row["ratio"]["value"]
            .as_f64()
            .is_some_and(|ratio| ratio > 0.0),
        "{row:#}"
    );
}

#[test]
fn a_runner_is_built_for_it_and_says_what_it_is_under_the_emulator() {
    let test = "a_runner_is_built_for_it_and_says_what_it_is_under_the_emulator";
    if emulator(test).is_none() || cross_compiler(test).is_none() {
        return;
    }
    let lab = Lab::with_toy();
    let json = lab
        .run(["build", "--arch", other(), "-i", "toy/*", "--json"])
        .exit(0)
        .json();
    let runner = built(&json, &format!("runner toy 2.0.0 for {}", other()));
    let number = NUMBERS.iter().find(|(arch, _)| *arch == other());
    assert_eq!(
        Some(machine(&runner["path"])),
        number.map(|(_, number)| *number)
    );
    let ran = lab
        .measure(["--arch", other(), "-i", "toy/*"])
        .exit(0)
        .rows("right", "toy/plain", "measured", "");
    emulated(&ran, "right", "toy/plain");
    // That of this machine is another file, and is not emulated.
    let own = lab.measure(["-i", "toy/*"]).exit(0);
    let row = own.files.rows("right", "toy/plain").remove(0);
    assert_eq!(
        (&row["arch"], &row["emulated"]),
        (&std::env::consts::ARCH.into(), &false.into())
    );
    let sha256 = |ran: &Ran| {
        let run = ran.files.json("run.json");
        let all = run["isolations"].as_array().expect("isolations").clone();
        let toy = all
            .iter()
            .find(|one| one["name"] == "toy/plain")
            .expect("is there");
        (toy["sha256"].clone(), module(&run))
    };
    let ((foreign, its_module), (here, own_module)) = (sha256(&ran), sha256(&own));
    assert!(foreign.is_string() && foreign != here);
    assert!(
        its_module.is_string() && its_module == own_module,
        "{its_module} and {own_module}"
    );
}

/// The digest of the module of a run.
fn module(run: &Value) -> Value {
    let artifacts = run["artifacts"].as_array().expect("artifacts");
    let module = artifacts.iter().find(|one| one["target"] == "wasip1");
    module.expect("a module")["sha256"].clone()
}

#[test]
fn without_an_emulator_every_row_says_how_to_get_one() {
    let lab = Lab::fixture();
    let programs = rust();
    let programs: Vec<&Path> = programs.iter().map(PathBuf::as_path).collect();
    let path = only(lab.path(), &programs);
    lab.begin(|command| command.args(["--arch", other()]).env("PATH", path))
        .ended()
        .exit(4)
        .rows(
            "right",
            "native/static",
            "unavailable",
            "apt-get install qemu-user",
        );
}

#[test]
fn a_program_of_the_wrong_architecture_is_not_run() {
    let user = User::of(Lab::fixture());
    user.right("app");
    let reason = format!(
        "is a program for {}, and what is asked for is {}: give one for {1}",
        std::env::consts::ARCH,
        other()
    );
    user.measure(&["--native", "./app", "--arch", other()])
        .exit(4)
        .rows("app", "native/static", "unavailable", &reason);
}

#[test]
fn a_bundle_for_it_is_carried_out_there_or_emulated() {
    let test = "a_bundle_for_it_is_carried_out_there_or_emulated";
    let Some(qemu) = emulator(test) else {
        return;
    };
    let away = Elsewhere::with(Lab::fixture(), &["cold-start", "--arch", other()]);
    away.measure("here", &["--bundle", "b.tar.zst"])
        .exit(4)
        .rows(
            "right",
            "native/static",
            "unavailable",
            &format!("--arch {}", other()),
        );
    let mut command = away.labrun(&[
        "scenario",
        "--out",
        "run",
        "--bundle",
        "b.tar.zst",
        "--arch",
    ]);
    command.arg(other());
    command.env("PATH", only(away.path(), &[&qemu]));
    let ran = away
        .start(command)
        .ended()
        .exit(0)
        .rows("right", "native/static", "measured", "");
    emulated(&ran, "right", "native/static");
}

#[test]
fn bundles_for_all_are_a_file_for_each() {
    let lab = Lab::fixture();
    let args = [
        "bundle",
        "cold-start",
        "-i",
        "native/static",
        "--arch",
        "all",
        "--out",
        "b.tar.zst",
    ];
    let ran = lab.run(args).exit(0);
    for (arch, _) in NUMBERS {
        let file = format!("b-{arch}.tar.zst");
        assert!(lab.path().join(&file).is_file(), "{file}");
        assert!(ran.stdout.contains(&file), "{}", ran.stdout);
    }
}

#[test]
fn a_plan_for_it_is_carried_out_where_it_is_asked_for() {
    let lab = Lab::fixture();
    let plan = lab
        .run(["plan", "cold-start", "--arch", other(), "--json"])
        .exit(0);
    let plan: Value = serde_json::from_str(&plan.stdout).expect("a plan");
    assert_eq!(plan["arch"], other());
    let lab = lab.write("plan.json", &plan.to_string());
    lab.run(["scenario", "--plan", "plan.json"])
        .exit(2)
        .stderr_has(&format!("or carry it out emulated: --arch {}", other()));
    let test = "a_plan_for_it_is_carried_out_where_it_is_asked_for";
    if emulator(test).is_none() {
        return;
    }
    let out = lab.path().join("run");
    let mut command = lab.labrun([
        "scenario",
        "--plan",
        "plan.json",
        "--arch",
        other(),
        "--out",
    ]);
    command.arg(&out);
    lab.start(command, &out)
        .ended()
        .exit(0)
        .rows("right", "native/static", "measured", "");
}

/// Runs of two architectures on one page: a module is built once for both, a program for each.
#[test]
fn sizes_of_two_architectures_are_added_up_on_one_page() {
    let test = "sizes_of_two_architectures_are_added_up_on_one_page";
    if emulator(test).is_none() || cross_compiler(test).is_none() {
        return;
    }
    let scenario = "name = \"size\"\nquestion = \"How much?\"\nmodel = \"size\"\n\
        isolations = [\"native/static\", \"toy/plain\"]\n\n[[metric]]\nname = \"size\"\nreference = \"native/static\"\n\n\
        [[workload]]\nname = \"right\"\ntargets = [\"native\", \"wasip1\"]\n\n[plan]\nmin_samples = 1\nmax_samples = 1\n\
        time_budget_s = 100\ntimeout_s = 20\n";
    let lab = Lab::with_toy().write("scenarios/size.toml", scenario);
    let own = lab.ask("size", [""; 0]).exit(0);
    let other_run = lab.ask("size", ["--arch", other()]).exit(0);
    let folders = [&own, &other_run].map(|ran| ran.files.path().display().to_string());
    let args = ["report", &folders[0], &folders[1], "-o", "both.html"];
    lab.run(args).exit(0);
    let page = fs::read_to_string(lab.path().join("both.html")).expect("reads");
    let section = page.split("id=\"portability\"").nth(1).expect("is there");
    let table = section.split("</table>").next().expect("a table");
    let row = |what: &str| {
        let mut rows = table.split("<tr>").filter(|row| row.contains(what));
        let row = rows.next().unwrap_or_else(|| panic!("{what}: {table}"));
        let numbers = row.split("<td class=\"number\">").skip(1);
        let shown = |cell: &str| cell.split('<').next().unwrap_or_default().to_owned();
        numbers.map(shown).collect::<Vec<String>>()
    };
    let (native, module) = (row("native/static"), row("toy/plain"));
    assert_eq!((native[0].as_str(), module[0].as_str()), ("2", "1"));
    // What is sent to either: of the module the same, and the sum of both is that of one.
    assert_eq!(module[3], module[4]);
    assert_eq!(module[4], module[5]);
    assert_ne!(native[4], native[3]);
    for target in [
        "wasm32-wasip1",
        "aarch64-unknown-linux-musl",
        "x86_64-unknown-linux-musl",
    ] {
        assert!(table.contains(target), "{target}: {table}");
    }
    // Of one architecture there is nothing to add up.
    let alone = lab.run(["report", &folders[0], "-o", "one.html"]).exit(0);
    let page = fs::read_to_string(lab.path().join("one.html")).expect("reads");
    assert!(!page.contains("id=\"portability\""), "{}", alone.stdout);
}
