//! Sides of a replay that cannot be had: exit code 2 before anything is measured, what to do, and
//! nothing left.

use std::fs;

use serde_json::json;

use crate::support::{Elsewhere, GOOD_JOB, Lab, Question, Ran, Runner};

/// It is a mistake of who asked for it, said with `reason`, and no run is begun.
#[track_caller]
fn refused(lab: &Lab, args: &[&str], reason: &str) -> Ran {
    let ran = lab.run(["replay"].iter().chain(args)).exit(2);
    assert!(!lab.path().join("runs").exists(), "a run is left");
    ran.stderr_has(reason)
}

fn folder(ran: &Ran) -> String {
    format!("run:{}", ran.files.path().display())
}

#[test]
fn what_is_no_side_is_answered_with_the_nearest_kind() {
    let lab = Lab::fixture();
    let kinds = "write run:DIR, commit:REV, bundle:FILE or isolation:NAME";
    for (side, reason) in [
        ("comit:HEAD", "did you mean `commit`?"),
        ("HEAD~1", kinds),
        ("commit:", "such as commit:HEAD~1"),
        ("xyzzy:x", kinds),
    ] {
        refused(&lab, &[side, "commit:HEAD"], reason);
        refused(&lab, &["commit:HEAD", side], reason);
    }
    let run = lab.measure([""; 0]).exit(0);
    let bare = run.files.path().display().to_string();
    let meant = format!("did you mean `run:{bare}`?");
    refused(&lab, &[&bare, "commit:HEAD"], &meant);
}

#[test]
fn sides_that_do_not_go_together_are_no_pair() {
    let lab = Lab::fixture();
    let isolation = "isolation:native/static";
    refused(&lab, &[isolation, "commit:HEAD"], "are no pair");
    refused(&lab, &["bundle:b.tar.zst", isolation], "are no pair");
    let select = [isolation, isolation, "-i", "native/*"];
    refused(&lab, &select, "leave out --isolation");
    let suspects = [isolation, isolation, "--suspects"];
    refused(&lab, &suspects, "both sides have to be runs");
}

#[test]
fn an_isolation_that_is_not_there_is_answered_with_the_nearest_one() {
    let lab = Lab::fixture().isolation("native/dynamic");
    let right = "isolation:native/static";
    for (side, reason) in [
        ("isolation:natve/static", "did you mean `native/static`?"),
        ("isolation:toy@1/plain", "`labrun build --runner toy"),
        ("isolation:native/*", "a side is one of them: native/"),
        ("isolation:docker/runc", "docker/runc"),
    ] {
        refused(&lab, &[right, side], reason);
    }
    let other = ["--scenario", "cold-strat"];
    let args = [&[right, "isolation:native/dynamic"][..], &other].concat();
    refused(&lab, &args, "did you mean `cold-start`?");
}

#[test]
fn a_commit_is_asked_of_a_checkout_that_has_it() {
    let lab = Lab::fixture();
    let head = ["commit:HEAD", "commit:HEAD"];
    refused(&lab, &head, "is no git checkout");
    lab.commit();
    let branch = lab.git(&["branch", "--show-current"]);
    let almost = format!("commit:{branch}x");
    let nearest = format!("did you mean `{branch}`?");
    refused(&lab, &[&almost, "commit:HEAD"], &nearest);
    for word in ["HEAD~1", "0123456789abcdef", "--all", "HEAD:scenarios"] {
        let side = format!("commit:{word}");
        refused(&lab, &[&side, "commit:HEAD"], "git knows no commit");
    }
    assert!(
        !lab.path().join("target/labrun/commits").exists(),
        "files of a commit that was not replayed"
    );
}

#[test]
fn a_commit_without_a_lab_that_can_be_read_is_named() {
    let lab = Lab::fixture();
    let good = lab.commit();
    let lab = lab.replace(
        "scenarios/cold-start.toml",
        "[plan]\n",
        "[plan]\nslowly = 1\n",
    );
    let scenario = lab.commit();
    lab.git(&["checkout", "--quiet", &good, "--", "."]);
    let lab = lab.replace("workloads/right/workload.toml", "summary", "sumary");
    let workload = lab.commit();
    fs::remove_dir_all(lab.path().join("scenarios")).expect("removes a folder");
    let none = lab.commit();
    lab.git(&["checkout", "--quiet", &good, "--", "."]);
    for (commit, reason) in [
        (scenario, "cannot be read by this labrun"),
        (workload, "cannot be read by this labrun"),
        (none, "holds no lab: it has no folder `scenarios`"),
    ] {
        let side = format!("commit:{commit}");
        let ran = refused(&lab, &["commit:HEAD~3", &side], reason);
        ran.stderr_has(&side);
    }
}

#[test]
fn a_run_that_is_none_or_no_more_there_is_refused() {
    let lab = Lab::fixture().guest("other", "fn main() {\n    println!(\"right\");\n}\n");
    refused(
        &lab,
        &["run:nowhere", "run:nowhere"],
        "run:nowhere: it is no run",
    );
    let ran = lab.measure(["-w", "other"]).exit(0);
    let run = folder(&ran);
    fs::remove_dir_all(lab.path().join("target/labrun/artifacts/other")).expect("removes it");
    // It is of no commit.
    refused(&lab, &[&run, &run], "it does not say of which commit it is")
        .stderr_has("Missing: other for ")
        .stderr_has("Measure it again, or replay a bundle of it");
    let path = ran.files.path().join("run.json");
    for (key, value, reason) in [
        ("machine", json!("sparc"), "the run was taken on sparc"),
        (
            "lab_version",
            json!("0.1.0 (0123456789ab, changed)"),
            "not committed",
        ),
        (
            "lab_version",
            json!("0.1.0 (0123456789ab)"),
            "is no git checkout",
        ),
    ] {
        let mut run_json = ran.files.json("run.json");
        let place = &mut run_json[key];
        let place = if key == "machine" {
            &mut place["arch"]
        } else {
            place
        };
        *place = value;
        fs::write(&path, run_json.to_string()).expect("writes a file");
        refused(&lab, &[&run, &run], reason);
        run_json["machine"]["arch"] = json!(std::env::consts::ARCH);
        fs::write(&path, run_json.to_string()).expect("writes a file");
    }
}

#[test]
fn a_script_that_has_changed_since_is_not_what_the_run_has_launched() {
    let lab = Lab::fixture().runner(&Runner::new("good", GOOD_JOB));
    let run = folder(&lab.measure(["-i", "good/*"]).exit(0));
    let lab = lab.replace("harness/runners/good/run.sh", "job)", "job) :");
    refused(
        &lab,
        &[&run, &run],
        "the runner good: the program with the digest",
    );
}

#[test]
fn what_is_no_bundle_of_here_is_refused() {
    let lab = Lab::fixture();
    refused(
        &lab,
        &["bundle:none.tar.zst", "commit:HEAD"],
        "none.tar.zst",
    );
    let away = Elsewhere::with(lab, &["cold-start"]);
    away.altered("arm.tar.zst", |_, contents| {
        let text = contents["plans"].to_string();
        let text = text.replace(std::env::consts::ARCH, "sparc");
        contents["plans"] = serde_json::from_str(&text).expect("is JSON");
    });
    away.altered("newer.tar.zst", |_, contents| {
        contents["protocol_version"] = json!(99);
    });
    for (bundle, reason) in [
        ("bundle:arm.tar.zst", "sparc"),
        ("bundle:newer.tar.zst", "protocol of version 99"),
    ] {
        for args in [[bundle, "bundle:b.tar.zst"], ["bundle:b.tar.zst", bundle]] {
            away.run(&[&["replay"][..], &args].concat())
                .exit(2)
                .stderr_has(reason);
        }
    }
    let args = ["replay", "bundle:b.tar.zst", "bundle:b.tar.zst"];
    away.run(&[&args[..], &["--scenario", "memory"]].concat())
        .exit(2)
        .stderr_has("the bundle has no scenario memory");
    assert!(!away.path().join("runs").exists(), "a run is left");
}

#[test]
fn sides_without_a_row_in_common_are_refused() {
    let lab = Lab::fixture()
        .guest("other", "fn main() {\n    println!(\"right\");\n}\n")
        .question(&Question::size().of("right", ""));
    let right = folder(&lab.measure(["-w", "right"]).exit(0));
    let other = folder(&lab.measure(["-w", "other"]).exit(0));
    let size = folder(&lab.ask("size", [""; 0]).exit(0));
    let none = "have no row of cold-start in common";
    refused(&lab, &[&right, &other], none);
    refused(&lab, &[&right, &size], none);
    let all = [
        "isolation:native/static",
        "isolation:native/static",
        "-w",
        "rihgt",
    ];
    refused(&lab, &all, "did you mean `right`?");
    // What compare suspects of a run and itself is nothing.
    lab.run(["replay", &right, &right, "--suspects"])
        .exit(0)
        .stderr_has("there is nothing to decide");
    let ran = lab.run(["replay", &right, &right, "--suspects", "--json"]);
    assert!(ran.exit(0).json()["replay"].is_null());
    refused(&lab, &[&right, &size, "--suspects"], "cannot be compared");
}
