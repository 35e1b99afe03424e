//! Programs of the user's own on what needs the lab itself: a server in an image on containerd, and weighted
//! requests to a component.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::skip::skip;
use crate::{alone, lab, scenario, target, text};

/// What the lab builds of `http` for an isolation; none where that is not here, which is why.
fn built(isolation: &str) -> Result<PathBuf, String> {
    let _one = alone();
    let ran = Command::new(env!("CARGO_BIN_EXE_labrun"))
        .env("CARGO_TARGET_DIR", target())
        .arg("--lab")
        .arg(lab())
        .args(["build", "--json", "-w", "http", "-i", isolation])
        .output()
        .expect("it starts");
    let all: Value = serde_json::from_slice(&ran.stdout).expect("stdout is JSON alone");
    let mut built = all["built"].as_array().expect("a list").iter();
    let path = built
        .find(|one| text(one, "what").starts_with("http for "))
        .and_then(|one| one["path"].as_str());
    path.map(PathBuf::from).ok_or_else(|| format!("{all:#}"))
}

/// An image in a folder, as `docker save` writes one, whose one layer holds a program.
fn image(folder: &Path, program: &Path) -> PathBuf {
    let root = folder.join("root");
    fs::create_dir_all(&root).expect("makes a folder");
    fs::copy(program, root.join("app")).expect("copies");
    let layer = folder.join("layer.tar");
    let packed = Command::new("tar")
        .args(["--numeric-owner", "--owner=0", "--group=0", "-cf"])
        .arg(&layer)
        .args(["-C".as_ref(), root.as_os_str(), "app".as_ref()])
        .status();
    assert!(packed.expect("tar runs").success());
    let id = lab::digest::sha256(&layer).expect("reads");
    let config = serde_json::json!({
        "architecture": "amd64", "os": "linux",
        "config": {"Entrypoint": ["/app", "--listen", "0.0.0.0:9123"], "ExposedPorts": {"9123/tcp": {}}},
        "rootfs": {"type": "layers", "diff_ids": [format!("sha256:{id}")]},
    });
    fs::write(folder.join("config.json"), config.to_string()).expect("writes");
    let list = r#"[{"Config": "config.json", "RepoTags": [], "Layers": ["layer.tar"]}]"#;
    fs::write(folder.join("manifest.json"), list).expect("writes");
    let archive = folder.join("web.tar");
    let packed = Command::new("tar")
        .arg("-cf")
        .arg(&archive)
        .arg("-C")
        .arg(folder)
        .args(["manifest.json", "config.json", "layer.tar"])
        .status();
    assert!(packed.expect("tar runs").success());
    archive
}

#[test]
fn a_server_in_an_image_is_measured_on_containerd() {
    let test = "real-lab-own-containerd";
    let folder = tempfile::tempdir().expect("a folder");
    let archive = image(folder.path(), &built("native/static").expect("is built"));
    let archive = archive.to_str().expect("is text");
    let isolation = "containerd/runc";
    let _one = alone();
    let ran = Command::new(env!("CARGO_BIN_EXE_labrun"))
        .env("CARGO_TARGET_DIR", target())
        .arg("--lab")
        .arg(lab())
        .args(["scenario", "cold-start", "--image", archive, "--http", "/"])
        .args([
            "-i",
            isolation,
            "--samples",
            "2",
            "--expect",
            "Hello from WASM",
            "--json",
            "--out",
        ])
        .arg(folder.path().join("run"))
        .output()
        .expect("it starts");
    let summary: Value = serde_json::from_slice(&ran.stdout).expect("stdout is JSON alone");
    let all = summary["results"].as_array().expect("results").iter();
    let rows: Vec<&Value> = all.filter(|row| row["isolation"] == isolation).collect();
    assert!(!rows.is_empty());
    if rows.iter().all(|row| row["outcome"] == "unavailable") {
        return skip(test, &text(rows[0], "reason"));
    }
    for row in rows {
        assert_eq!(row["outcome"], "measured", "{row:#}");
        assert_eq!(row["workload"], "web");
    }
}

#[test]
fn requests_to_a_component_come_as_often_as_they_weigh() {
    let test = "real-lab-own-component";
    let isolation = "wasmtime/cranelift-aot";
    let folder = tempfile::tempdir().expect("a folder");
    let component = lab_component();
    fs::copy(component, folder.path().join("web.wasm")).expect("copies");
    let definition = "name = \"web\"\nsummary = \"a test's\"\n[artifacts]\nwasip2 = \"web.wasm\"\n\
        [serve]\nrequest = \"/\"\nbody = { regex = \"Hello from WASM\" }\n\
        [[serve.requests]]\npath = \"/\"\nweight = 3\nexpect = { regex = \"Hello from WASM\" }\n\
        [[serve.requests]]\nmethod = \"POST\"\npath = \"/echo\"\nbody = \"said again\"\n\
        expect = { regex = \"^said again$\" }\n\
        [[serve.requests]]\npath = \"/nowhere\"\nstatus = 404\n";
    fs::write(folder.path().join("workload.toml"), definition).expect("writes");
    let own = folder.path().display().to_string();
    let asked = ["throughput", "-w", &own, "-i", isolation, "--samples", "1"];
    let ran = scenario(test, &[], &asked);
    let mut rates = 0;
    for row in ran.results().filter(|row| row["isolation"] == isolation) {
        let metric = text(row, "metric");
        if ["requests_per_second", "latency"].contains(&&*metric) {
            assert_eq!(row["outcome"], "measured", "{row:#}");
            rates += 1;
        }
    }
    assert!(rates >= 2);
    let run = ran.page.with_file_name("run.json");
    let run: Value = serde_json::from_slice(&fs::read(run).expect("reads")).expect("is JSON");
    let samples = fs::read_to_string(ran.page.with_file_name("samples.jsonl")).expect("reads");
    let mut looked_at = 0;
    for line in samples.lines() {
        let sample: Value = serde_json::from_str(line).expect("a whole line");
        let row = &run["rows"][sample["row"].as_u64().expect("a row") as usize];
        let answered = sample["answered"].as_array().into_iter().flatten();
        let counts: Vec<u64> = answered.filter_map(Value::as_u64).collect();
        if row["metric"] != "latency" || row["params"]["rate"] != "1000/s" {
            continue;
        }
        let [greeted, echoed, missing] = counts[..] else {
            panic!("there are three: {sample:#}");
        };
        // Whole periods of five are due.
        assert_eq!((greeted, missing), (3 * echoed, echoed), "{sample:#}");
        looked_at += 1;
    }
    assert!(looked_at > 0);
}

/// The component of `http`.
fn lab_component() -> PathBuf {
    let _first = built("wasmtime/cranelift-aot").expect("is built");
    let artifacts = target().join("labrun/artifacts/http/wasm32-wasip2");
    let mut found: Vec<PathBuf> = fs::read_dir(artifacts)
        .expect("lists a folder")
        .flat_map(|digest| fs::read_dir(digest.expect("lists").path()).expect("lists"))
        .map(|file| file.expect("lists").path())
        .filter(|path| path.extension().is_some_and(|end| end == "wasm"))
        .collect();
    found.sort_by_key(|path| fs::metadata(path).and_then(|found| found.modified()).ok());
    found.pop().expect("it is built")
}
