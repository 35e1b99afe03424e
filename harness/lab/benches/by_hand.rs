//! Sandboxes by the lab beside the same tools as anybody would start them, interleaved: from
//! the instant before the first command to the first line of output.
//!
//! `LABRUN_BENCH_BINARY` names a static binary (`add` as `labrun build` makes it; it is run
//! as `BINARY 19 23`). By hand, a container's bundle is what `runc spec` writes, with that
//! program, no terminal and a cgroup; bubblewrap has the arguments of the lab's setting.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use lab::clock::now_ns;
use lab::define::Workload;
use lab::interrupt::Interrupt;
use lab::isolation::oci::Oci;
use lab::isolation::{Bubblewrap, Isolation, Job};
use lab::site::Site;
use lab::task::{Expected, FileSystem, NetworkPath, Policy, Task};
use labrun_record::{Outcome, Start, Target};

/// Pairs that count, after as many as [`WARMUP`] that do not.
const PAIRS: usize = 60;
const WARMUP: usize = 5;

fn main() {
    // `cargo test --benches` runs this as well, and asks nothing of it.
    let binary = std::env::var_os("LABRUN_BENCH_BINARY").map(PathBuf::from);
    let Some(binary) = binary.filter(|_| std::env::args().any(|word| word == "--bench")) else {
        println!("LABRUN_BENCH_BINARY names no static binary to run");
        return;
    };
    let site = Site::new(Interrupt::never().expect("a socket")).expect("a folder");
    let folder = tempfile::tempdir().expect("a folder");
    let root = root(folder.path(), &binary);

    let bubblewrap = Bubblewrap::default();
    let native = job(&binary, Target::Native);
    compare(&bubblewrap, &site, &native, || bwrap(&binary));
    let image = job(&root.join("workload"), Target::Image);
    for oci in Oci::all() {
        let name = oci.name().trim_start_matches("oci/").to_owned();
        compare(&oci, &site, &image, || by_hand(&name, folder.path()));
    }
}

fn compare(isolation: &dyn Isolation, site: &Site, job: &Job, by_hand: impl Fn() -> u64) {
    let name = isolation.name();
    let record = isolation.record();
    if record.outcome != Outcome::Measured {
        return println!("{name}: {}", record.reason.unwrap_or_default());
    }
    let (mut hands, mut labs) = (Vec::new(), Vec::new());
    for round in 0..WARMUP + PAIRS {
        let lab = match isolation.launch(site, job) {
            Ok(taken) => taken.total_ns,
            Err(failure) => return println!("{name}: {failure}"),
        };
        let hand = by_hand();
        if round >= WARMUP {
            hands.push(hand as f64);
            labs.push(lab as f64);
        }
    }
    let (hands_ns, labs_ns) = (median(&hands), median(&labs));
    let ratios: Vec<f64> = labs
        .iter()
        .zip(&hands)
        .map(|(lab, hand)| lab / hand)
        .collect();
    println!(
        "{name}: by hand {:.2} ms, lab {:.2} ms, ratio of medians {:.3}, median of ratios {:.3}, n = {PAIRS}",
        hands_ns / 1e6,
        labs_ns / 1e6,
        labs_ns / hands_ns,
        median(&ratios),
    );
}

fn median(values: &[f64]) -> f64 {
    labrun_analysis::stats::median(values).expect("has values")
}

/// A bundle's root, and beside it what `runc spec` writes.
fn root(folder: &Path, binary: &Path) -> PathBuf {
    let root = folder.join("rootfs");
    for name in ["proc", "dev", "sys", "grant"] {
        fs::create_dir_all(root.join(name)).expect("makes a folder");
    }
    fs::copy(binary, root.join("workload")).expect("copies the binary");
    let spec = Command::new("runc")
        .arg("spec")
        .current_dir(folder)
        .status();
    if !spec.is_ok_and(|status| status.success()) {
        return root;
    }
    let path = folder.join("config.json");
    let text = fs::read_to_string(&path).expect("reads");
    let mut config: serde_json::Value = serde_json::from_str(&text).expect("is JSON");
    config["process"]["terminal"] = false.into();
    config["process"]["args"] = serde_json::json!(["/workload", "19", "23"]);
    config["linux"]["cgroupsPath"] = "/labrun-by-hand".into();
    fs::write(path, config.to_string()).expect("writes");
    root
}

fn job(artifact: &Path, target: Target) -> Job {
    let add = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../workloads/add");
    Job {
        workload: Workload::read(&add).expect("the workload add"),
        target,
        start: Start::Process,
        task: Task::Run {
            args: vec!["19".to_owned(), "23".to_owned()],
            expected: Expected::Whole(b"42\n".to_vec()),
        },
        artifact: artifact.to_owned(),
        image: None,
        libraries: Vec::new(),
        precompiled: None,
        other: None,
        file_system: FileSystem::default(),
        policy: Policy::default(),
        way: NetworkPath::default(),
        instances: 0,
        timeout: Duration::from_secs(20),
        patience: lab::patience::Patience::default(),
        warm_repeats: 0,
    }
}

/// The command, and the instant at which its first line was held.
fn first_line(command: &mut Command) -> (std::process::Child, u64) {
    let mut child = command.stdout(Stdio::piped()).spawn().expect("starts");
    let stdout = child.stdout.take().expect("a pipe");
    let mut line = String::new();
    BufReader::new(stdout).read_line(&mut line).expect("reads");
    assert_eq!(line, "42\n");
    (child, now_ns())
}

fn bwrap(binary: &Path) -> u64 {
    let began_ns = now_ns();
    let (mut child, held_ns) = first_line(
        Command::new("bwrap")
            .args([
                "--unshare-all",
                "--die-with-parent",
                "--cap-drop",
                "ALL",
                "--ro-bind",
            ])
            .arg(binary)
            .args([
                "/workload",
                "--proc",
                "/proc",
                "--dev",
                "/dev",
                "/workload",
                "19",
                "23",
            ]),
    );
    child.wait().expect("ends");
    held_ns - began_ns
}

fn by_hand(runtime: &str, folder: &Path) -> u64 {
    let state = folder.join("state");
    let flags: &[&str] = match runtime {
        "runsc" => &["--platform=ptrace", "--network=none"],
        _ => &[],
    };
    let command = || {
        let mut command = Command::new(runtime);
        command.arg("--root").arg(&state).args(flags);
        command
    };
    let began_ns = now_ns();
    let mut create = command();
    create
        .arg("create")
        .arg("--bundle")
        .arg(folder)
        .arg("by-hand");
    let mut creator = create.stdout(Stdio::piped()).spawn().expect("starts");
    assert!(creator.wait().expect("ends").success(), "creates");
    let mut starter = command()
        .args(["start", "by-hand"])
        .spawn()
        .expect("starts");
    let mut line = String::new();
    let stdout = creator.stdout.take().expect("a pipe");
    BufReader::new(stdout).read_line(&mut line).expect("reads");
    let held_ns = now_ns();
    assert_eq!(line, "42\n");
    assert!(starter.wait().expect("ends").success(), "starts");
    let deleted = command().args(["delete", "--force", "by-hand"]).status();
    assert!(deleted.expect("ends").success(), "deletes");
    held_ns - began_ns
}
