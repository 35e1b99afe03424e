//! Bundles that are not whole, not of here, or cannot be written.

use std::fs;
use std::process::Command;

use serde_json::{Value, json};

use crate::bundles::COMPILING_JOB;
use crate::support::{Elsewhere, Files, Lab, Runner, lay_tmpfs, may_mount, started_by};

/// `EM_AARCH64`, in the bytes of the ELF header.
const AARCH64: [u8; 2] = [183, 0];

fn away() -> Elsewhere {
    Elsewhere::with(Lab::fixture(), &["cold-start", "-i", "native/*"])
}

/// To measure it, and to look at it, is a mistake of who named it; nothing is left (the support
/// looks for scratch folders).
fn refused(away: &Elsewhere, bundle: &str, reason: &str) {
    away.measure("run", &["cold-start", "--bundle", bundle])
        .exit(2)
        .stderr_has(reason);
    assert!(!away.path().join("run").exists(), "a run is left");
    assert!(!away.path().join("runs").exists(), "a run is left");
    away.run(&["doctor", "--bundle", bundle])
        .exit(2)
        .stderr_has(reason);
}

#[test]
fn a_bundle_that_is_not_as_it_was_written_is_refused() {
    let away = away();
    let whole = fs::read(away.bundle()).expect("reads the bundle");
    let put = |name: &str, bytes: &[u8]| {
        fs::write(away.path().join(name), bytes).expect("writes a file");
    };
    put("cut.tar.zst", &whole[..whole.len() / 2]);
    refused(
        &away,
        "cut.tar.zst",
        "cut.tar.zst is cut short: copy it again",
    );
    put("last.tar.zst", &whole[..whole.len() - 1]);
    refused(&away, "last.tar.zst", "is cut short: copy it again");
    let mut altered = whole.clone();
    altered[whole.len() / 2] ^= 0xff;
    put("altered.tar.zst", &altered);
    refused(
        &away,
        "altered.tar.zst",
        "altered.tar.zst is not as it was written",
    );
    put("text.tar.zst", b"no bundle at all");
    refused(&away, "text.tar.zst", "text.tar.zst is no bundle");
    put("empty.tar.zst", b"");
    refused(&away, "empty.tar.zst", "empty.tar.zst");
    refused(&away, "nowhere.tar.zst", "cannot read nowhere.tar.zst");
    fs::create_dir(away.path().join("folder")).expect("makes a folder");
    refused(&away, "folder", "folder is no bundle");
}

#[test]
fn an_unpacked_bundle_is_held_against_its_list_too() {
    let away = away();
    let opened = away.unpack("unpacked");
    let listed = opened
        .files()
        .keys()
        .find(|name| name.ends_with("/workload.toml"));
    let path = away
        .path()
        .join("unpacked")
        .join(listed.expect("a definition"));
    let text = fs::read_to_string(&path).expect("reads a definition");
    fs::write(&path, text.replace("guest", "GUEST")).expect("alters it");
    refused(&away, "unpacked", "unpacked is not as it was written");
    fs::write(&path, &text).expect("restores it");
    fs::write(away.path().join("unpacked/lab/more"), "").expect("adds a file");
    refused(&away, "unpacked", "\"lab/more\" is not in bundle.json");
    fs::remove_file(away.path().join("unpacked/lab/more")).expect("removes it");
    fs::remove_file(path).expect("removes a definition");
    refused(&away, "unpacked", "is missing");
}

/// A change of a manifest.
type Edit = fn(&mut Value);

#[test]
fn what_a_newer_labrun_wrote_is_refused_and_a_new_field_taken() {
    let away = away();
    let cases: [(&str, Edit, &str); 2] = [
        (
            "plan.tar.zst",
            |contents| contents["plans"][0]["plan_version"] = json!(99),
            "the bundle has a plan of version 99, and this labrun knows version 3: carry it out \
             with the labrun in the bundle",
        ),
        (
            "protocol.tar.zst",
            |contents| contents["protocol_version"] = json!(99),
            "the bundle has a protocol of version 99",
        ),
    ];
    for (name, edit, reason) in cases {
        away.altered(name, |_, contents| edit(contents));
        refused(&away, name, reason);
    }
    away.altered("broken.tar.zst", |_, contents| contents["plans"] = json!(3));
    refused(&away, "broken.tar.zst", "the bundle's manifest: ");
    away.altered("field.tar.zst", |_, contents| {
        contents["sent_by"] = json!("a later labrun");
        contents["plans"][0]["parts"][0]["cases"][0]["note"] = json!("later");
        contents["artifacts"][0]["note"] = json!("later");
    });
    away.measure("run", &["--bundle", "field.tar.zst"])
        .exit(0)
        .rows("right", "native/static", "measured", "");
}

#[test]
fn a_plan_in_a_bundle_is_held_against_its_definitions() {
    let away = away();
    let edits: [(&str, Edit, &str); 7] = [
        (
            "no-rows.tar.zst",
            |plan| plan["parts"][0]["cases"][0]["rows"] = json!([]),
            "parts.0.cases.0 (cold-start): it has no rows",
        ),
        (
            "no-parts.tar.zst",
            |plan| plan["parts"] = json!([]),
            "it has no parts",
        ),
        (
            "version.tar.zst",
            |plan| plan["plan_version"] = json!(0),
            "a plan of the bundle: its plan_version is 0",
        ),
        (
            "margin.tar.zst",
            |plan| plan["parts"][0]["rules"]["margin"] = json!(-1),
            "rules: margin is -1",
        ),
        (
            "tier.tar.zst",
            |plan| plan["parts"][0]["cases"][0]["rows"][0]["tier"] = json!("micro-vm"),
            "rows.0.tier is \"micro-vm\", and has to be \"process\"",
        ),
        (
            "limit.tar.zst",
            |plan| plan["parts"][0]["cases"][0]["launch"]["launch"]["timeout_s"] = json!(-1),
            "launch: timeout_s is -1",
        ),
        (
            "name.tar.zst",
            |plan| plan["scenario"] = json!("../../cold-start"),
            "cannot be called \"../../cold-start\"",
        ),
    ];
    for (name, edit, reason) in edits {
        away.altered(name, |_, contents| edit(&mut contents["plans"][0]));
        refused(&away, name, reason);
    }
}

#[test]
fn a_program_for_another_architecture_is_unavailable() {
    let away = away();
    away.altered("arm.tar.zst", |files: &mut Files, _| {
        let programs = files.iter_mut().filter(|(name, (bytes, _))| {
            name.starts_with("store/") && bytes.starts_with(b"\x7fELF")
        });
        // The field e_machine.
        let made = programs.map(|(_, (bytes, _))| bytes[18..20].copy_from_slice(&AARCH64));
        assert_eq!(made.count(), 1);
    });
    let reason = "right of the bundle does not fit this machine: it was compiled for aarch64";
    away.measure("run", &["--bundle", "arm.tar.zst"])
        .exit(4)
        .rows("right", "native/static", "unavailable", reason);
    away.run(&["doctor", "--bundle", "arm.tar.zst"])
        .exit(0)
        .stdout_has(reason);
}

#[test]
fn a_module_compiled_for_more_than_this_processor_has_is_unavailable() {
    let lab = Lab::fixture().runner(&Runner::new("ahead", COMPILING_JOB).precompiles());
    let away = Elsewhere::with(lab, &["cold-start"]);
    away.altered("more.tar.zst", |_, contents| {
        let features = contents["processor_features"].as_array_mut();
        features.expect("features").push(json!("telepathy"));
    });
    away.measure("run", &["--bundle", "more.tar.zst"])
        .exit(0)
        .rows("right", "ahead/plain", "unavailable", "telepathy")
        .rows("right", "native/static", "measured", "");
}

#[test]
fn a_bundle_that_cannot_be_written_leaves_nothing() {
    let lab = Lab::unbuilt();
    fs::create_dir(lab.path().join("taken.tar.zst")).expect("makes a folder");
    for (out, reason) in [
        (
            "nowhere/b.tar.zst",
            "make the folder first: mkdir -p nowhere",
        ),
        ("b.tgz", "name a file that ends in .tar.zst"),
        (".tar.zst", "name a file that ends in .tar.zst"),
        ("taken.tar.zst", "something other than a file has that name"),
    ] {
        lab.run(["bundle", "cold-start", "--out", out])
            .exit(2)
            .stderr_has(reason);
    }
    for (args, reason) in [
        (["hot-start", "-i", "native/static"], "hot-start"),
        (
            ["cold-start", "-i", "native/statik"],
            "did you mean `native/static`?",
        ),
    ] {
        let args = ["bundle", "--out", "b.tar.zst"].into_iter().chain(args);
        lab.run(args).exit(2).stderr_has(reason);
    }
    lab.run(["bundle", "--out", "b.tar.zst"])
        .exit(2)
        .stderr_has("<NAMES>...");
    for left in ["nowhere", "b.tgz", "b.tar.zst", "target"] {
        assert!(!lab.path().join(left).exists(), "{left} is left");
    }
}

#[test]
fn a_disk_that_fills_leaves_no_part_of_a_bundle() {
    if !may_mount("bundle-disk-full") {
        return;
    }
    let lab = Lab::fixture();
    let ours = lab.labrun(["bundle", "cold-start", "--out", "/dev/shm/b.tar.zst"]);
    // Only what is started with the mount sees what is left in it.
    let mut shell = Command::new("/bin/sh");
    shell.args(["-c", "\"$0\" \"$@\"; code=$?; ls -A /dev/shm; exit $code"]);
    let mut shell = started_by(shell, &ours);
    lay_tmpfs(&mut shell, c"/dev/shm", c"size=1m");
    let ran = lab.start(shell, lab.path()).ended().exit(1);
    let ran = ran.stderr_has("the disk is full at /dev/shm/b.tar.zst: make room there");
    assert_eq!(ran.stdout, "", "something is left on the full disk");
}

#[test]
fn a_bundle_that_finds_no_room_is_not_measured() {
    if !may_mount("bundle-no-room") {
        return;
    }
    let away = away();
    let mut command = away.labrun(&["scenario", "--bundle", "b.tar.zst", "--out", "run"]);
    lay_tmpfs(&mut command, c"/var/tmp", c"size=1m");
    away.start(command)
        .ended()
        .exit(1)
        .stderr_has("the disk is full at /var/tmp/");
    assert!(!away.path().join("run").exists(), "a run is left");
}
