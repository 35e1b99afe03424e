//! The files that are asked for: whether they can be written is known before anything is measured, and
//! what was there is lost to none that cannot be.

use std::fs;

use crate::support::Lab;

#[test]
fn a_file_that_cannot_be_written_is_known_before_anything_is_measured() {
    let lab = Lab::fixture();
    fs::create_dir(lab.path().join("folder")).expect("makes a folder");
    let fresh = ["scenario", "cold-start", "--out", "fresh", "--export-json"];
    for (file, told) in [
        ("no/x.json", "make the folder first: mkdir -p no"),
        ("folder", "folder is a folder: name a file in it"),
        ("/proc/x.json", "cannot write /proc/x.json"),
    ] {
        for args in [&fresh[..], &["conform", "--out"]] {
            let ran = lab.run(args.iter().chain([&file])).exit(2).stderr_has(told);
            assert_eq!(ran.stdout, "", "{args:?}");
        }
        assert!(
            !lab.path().join("fresh").exists(),
            "a run was begun for {file}"
        );
        assert!(
            !lab.path().join("runs").exists(),
            "a run was begun for {file}"
        );
        assert!(!lab.path().join("no").exists());
    }
    lab.run(["bundle", "cold-start", "--out", "/proc/b.tar.zst"])
        .exit(2)
        .stderr_has("cannot write a bundle to /proc/b.tar.zst");
    let ran = lab.measure([""; 0]).exit(0);
    let run = ran.files.path().to_str().expect("a name");
    let page = ran.files.text("report.html");
    for (file, told) in [
        ("no/x.html", "make the folder first"),
        ("folder", "folder is a folder"),
    ] {
        lab.run(["report", run, "-o", file])
            .exit(2)
            .stderr_has(told);
    }
    assert_eq!(ran.files.text("report.html"), page);
}

#[test]
fn a_folder_of_a_run_that_cannot_be_made_is_known_before_anything_is_built() {
    let lab = Lab::unbuilt().write("file", "");
    let (a, b) = ("isolation:native/static", "isolation:native/static");
    for args in [
        &["replay", a, b, "--out"][..],
        &["calibrate", "--out"],
        &["scenario", "cold-start", "--out"],
    ] {
        for out in ["file", "file/run", "/proc/run"] {
            lab.run(args.iter().chain([&out]))
                .exit(2)
                .stderr_has(&format!("cannot write to {out}"))
                .stderr_has("give --out a folder that can be written");
        }
    }
    let built = lab.path().join("target/labrun/artifacts");
    assert!(!built.exists(), "something was built");
}

#[test]
fn what_is_no_file_is_written_as_it_is() {
    let lab = Lab::fixture();
    let ran = lab.measure(["--export-json", "/dev/null"]).exit(0);
    let run = ran.files.path().to_str().expect("a name");
    lab.run(["report", run, "-o", "/dev/null"]).exit(0);
    assert!(!fs::metadata("/dev/null").expect("is there").is_file());
    // A link stays one, and what it leads to is the page.
    fs::write(lab.path().join("page.html"), "old").expect("writes a file");
    std::os::unix::fs::symlink("page.html", lab.path().join("link")).expect("makes a link");
    lab.run(["report", run, "-o", "link"]).exit(0);
    assert!(lab.path().join("link").is_symlink());
    let page = fs::read_to_string(lab.path().join("page.html")).expect("reads a file");
    assert_eq!(page, ran.files.text("report.html"));
}

#[test]
fn runs_that_begin_in_one_second_have_folders_of_their_own() {
    let lab = Lab::fixture();
    let begun = [(); 3].map(|()| {
        let command = lab.labrun(["scenario", "cold-start"]);
        lab.start(command, lab.path())
    });
    for live in begun {
        live.ended().exit(0);
    }
    let runs = fs::read_dir(lab.path().join("runs")).expect("has runs");
    let mut ids: Vec<String> = runs
        .map(|run| {
            let path = run.expect("lists runs").path();
            let text = fs::read_to_string(path.join("run.json")).expect("has a record");
            let json: serde_json::Value = serde_json::from_str(&text).expect("is JSON");
            assert_eq!(
                path.file_name().and_then(|name| name.to_str()),
                json["id"].as_str()
            );
            json["id"].to_string()
        })
        .collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 3, "{ids:?}");
}
