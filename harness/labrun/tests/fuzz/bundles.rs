//! Bundles: their list with what they hold, right digests around it; and their bytes.

use std::fs;
use std::path::Path;

use lab::bundle::{self, Contents};
use lab::carry::Carried;
use lab::digest::sha256;
use lab::interrupt::Interrupt;
use lab::isolation::Processor;
use lab::plan::Plan;
use lab::progress::Silent;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::corpus::folder;
use crate::definitions::Lab;
use crate::feed::feed;
use crate::plans::small;

#[test]
fn lists_of_bundles_are_taken_or_refused() {
    let (folder, never) = (Bundled::new(), never());
    let unpacked = folder.path().join("unpacked");
    fs::create_dir(&unpacked).expect("makes a folder");
    let opened = bundle::open(&folder.file(), &unpacked, &never, &Silent).expect("opens it");
    Carried::new(&opened, Processor::Own)
        .map(drop)
        .expect("it fits this machine");
    let list = unpacked.join("bundle.json");
    let valid = fs::read(&list).expect("reads the list");
    feed("bundle-lists", 20, vec![valid], |text| {
        fs::write(&list, text).expect("writes a list");
        let digest = sha256(&list).expect("its digest");
        let line = format!("{digest}  bundle.json\n");
        fs::write(unpacked.join("bundle.sha256"), line).expect("writes its digest");
        // A folder is used where it is, and nothing is unpacked.
        if let Ok(opened) = bundle::open(&unpacked, Path::new("unused"), &never, &Silent)
            && let Ok(carried) = Carried::new(&opened, Processor::Own)
        {
            carried.launched_on();
            let _ = carried.plan(None);
        }
    });
}

#[test]
fn files_of_bundles_are_opened_or_refused() {
    let (folder, never) = (Bundled::new(), never());
    let valid = fs::read(folder.file()).expect("reads the bundle");
    let (file, into) = (folder.path().join("altered"), folder.path().join("into"));
    feed("bundle-files", 10, vec![valid], |bytes| {
        fs::write(&file, bytes).expect("writes a bundle");
        fs::create_dir(&into).expect("makes a folder");
        let _ = bundle::open(&file, &into, &never, &Silent);
        fs::remove_dir_all(&into).expect("removes it");
    });
}

/// A bundle with the definitions of one workload, and a plan for it.
struct Bundled(TempDir);

impl Bundled {
    fn new() -> Self {
        let (lab, folder) = (Lab::new(), folder());
        let mut contents = Contents::new();
        for file in [
            "scenarios/cold-start.toml",
            "workloads/add/workload.toml",
            "workloads/add/expected/stdout.txt",
        ] {
            let added = contents.add_file(&format!("lab/{file}"), lab.path().join(file), false);
            added.expect("adds a file");
        }
        let added = contents.add_bytes("store/add", *b"a program", true);
        added.expect("adds a file");
        let mut plan = small(&lab)
            .into_iter()
            .find(|plan| plan.scenario == "cold-start");
        let plan = plan.as_mut().expect("a plan");
        for part in &mut plan.parts {
            part.cases.retain(|case| {
                case.rows[0].workload == "add" && case.isolation() == "native/static"
            });
        }
        let bundled = Self(folder);
        let written = contents.write(&bundled.file(), &manifest(plan), &never(), &Silent);
        written.expect("writes the bundle");
        bundled
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn file(&self) -> std::path::PathBuf {
        self.path().join("bundle.tar.zst")
    }
}

/// What `labrun bundle` says of a bundle, with one artifact that is there and one that is not.
fn manifest(plan: &Plan) -> Value {
    let spec = plan.cases().find_map(|(_, case)| case.spec());
    let recipe = &spec.expect("a launch").artifact;
    json!({
        "protocol_version": 3,
        "lab_version": "0.1.0",
        "plans": [plan],
        "processor_features": ["sse2"],
        "artifacts": [
            {"recipe": recipe, "built": {"Ok": {
                "workload": "add", "target": "native", "triple": "x86_64-unknown-linux-musl",
                "path": "store/add", "sha256": "00", "bytes": 9, "toolchain": "rustc",
            }}},
            {"recipe": {"precompile": {"of": recipe, "by": "wasmtime/cranelift-aot"}},
             "built": {"Err": {"outcome": "unavailable", "reason": "it is not here"}}},
        ],
        "drivers": [],
        "images": [],
        "versions": [["wasmtime", "47.0.4"]],
    })
}

fn never() -> Interrupt {
    Interrupt::never().expect("makes one")
}
