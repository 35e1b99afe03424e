//! Workloads in folders of the user's own: prebuilt, or built by a command of theirs.

use std::fs;

use crate::support::{GOOD_JOB, Lab, Runner, User};

fn user() -> User {
    let lab = Lab::fixture()
        .isolation("native/dynamic")
        .runner(&Runner::new("good", GOOD_JOB));
    User::of(lab)
}

/// Writes `own/workload.toml`: what is right is the first line.
fn workload(user: &User, lines: &str) {
    let text = format!(
        "name = \"mine\"\nsummary = \"a test's\"\n{lines}\n[run]\n[run.expect]\nregex = \"^right$\"\n"
    );
    user.file("own/workload.toml", text);
}

#[test]
fn a_folder_is_a_workload_like_those_of_the_lab() {
    let user = user();
    user.right("own/bin/app");
    user.module("own/app.wasm");
    workload(
        &user,
        "[artifacts]\nnative = \"bin/app\"\nwasip1 = \"app.wasm\"",
    );
    user.measure(&["--workload", "./own"])
        .exit(0)
        .rows("mine", "native/static", "measured", "")
        .rows("mine", "good/plain", "measured", "");
    user.lab_is_untouched();
    // Beside one of the lab's, if that is asked for.
    user.measure(&["-w", "own/", "-w", "right"])
        .exit(0)
        .rows("mine", "native/static", "measured", "")
        .rows("right", "native/static", "measured", "");
    for (value, reason) in [
        ("./gone", "is a folder with a workload.toml"),
        ("own/bin/", "workload.toml"),
        ("mine", "there is no workload `mine`"),
    ] {
        user.measure(&["-w", value]).exit(2).stderr_has(reason);
    }
}

#[test]
fn a_pipe_in_the_place_of_a_file_is_named_and_not_waited_for() {
    let user = user();
    user.right("own/app");
    let made = std::process::Command::new("mkfifo")
        .arg(user.path("own/pipe"))
        .status();
    assert!(made.expect("mkfifo runs").success());
    let of = |rest: &str| {
        let begins = "name = \"mine\"\nsummary = \"a test's\"\n[artifacts]\nnative = \"app\"\n";
        user.file("own/workload.toml", format!("{begins}{rest}"));
        user.measure(&["-w", "./own", "-i", "native/static"])
    };
    let serve = "[serve]\nrequest = \"/\"\nargs = [\"{port}\"]\n";
    let request = "[serve.body]\nany = true\n[[serve.requests]]\npath = \"/\"\n";
    for rest in [
        "[run]\nexpected = \"pipe\"\n".to_owned(),
        "[run.expect]\nfile = \"pipe\"\n".to_owned(),
        format!("{serve}expected = \"pipe\"\n"),
        format!("{serve}{request}body-file = \"pipe\"\n"),
        format!("{serve}{request}expect = {{ file = \"pipe\" }}\n"),
    ] {
        of(&rest).exit(2).stderr_has("a named pipe");
    }
    let granted = of("[run.expect]\nregex = \"^right$\"\n[grant]\nfiles = \"given\"\n");
    granted.exit(2).stderr_has("given");
    std::fs::create_dir(user.path("own/given")).expect("makes a folder");
    std::fs::rename(user.path("own/pipe"), user.path("own/given/pipe")).expect("moves it");
    let granted = of("[run.expect]\nregex = \"^right$\"\n[grant]\nfiles = \"given\"\n");
    granted.exit(2).stderr_has("given/pipe: it is a named pipe");
    std::fs::remove_file(user.path("own/workload.toml")).expect("removes it");
    std::fs::rename(user.path("own/given/pipe"), user.path("own/workload.toml")).expect("moves");
    user.measure(&["-w", "./own"])
        .exit(2)
        .stderr_has("a named pipe");
}

#[test]
fn a_name_that_the_lab_has_is_refused() {
    let user = user();
    user.right("own/app");
    workload(&user, "[artifacts]\nnative = \"app\"");
    let path = user.path("own/workload.toml");
    let text = fs::read_to_string(&path).expect("reads");
    fs::write(&path, text.replace("\"mine\"", "\"right\"")).expect("writes");
    user.measure(&["-w", "./own"])
        .exit(2)
        .stderr_has("there is a workload of that name already");
}

#[test]
fn a_command_builds_it_where_it_is_stale() {
    let user = user();
    user.right("own/made");
    user.file("own/main.src", "one");
    user.file("own/README", "of no account");
    workload(
        &user,
        "[build.native]\ncommand = [\"sh\", \"-c\", \"echo built >> ../log; cp made $LABRUN_OUT\"]\n\
         needs = [\"sh\"]\ninputs = [\"*.src\", \"made\"]",
    );
    let built = || {
        user.measure(&["-w", "./own"])
            .exit(0)
            .rows("mine", "native/static", "measured", "")
            .rows("mine", "native/dynamic", "unsupported", "linked statically");
        fs::read_to_string(user.path("log"))
            .expect("was built")
            .lines()
            .count()
    };
    assert_eq!(built(), 1);
    assert_eq!(built(), 1, "nothing was changed");
    user.file("own/README", "of no account still");
    assert_eq!(built(), 1, "what it is not built from was changed");
    user.file("own/main.src", "two");
    assert_eq!(built(), 2, "its source was changed");
}

#[test]
fn a_build_that_comes_to_nothing_says_why() {
    for (lines, reason) in [
        (
            "command = [\"sh\", \"-c\", \"echo compiling; echo main.c:3: no >&2; exit 2\"]",
            "its last lines: compiling / main.c:3: no",
        ),
        (
            "command = [\"true\"]",
            "wrote nothing to where LABRUN_OUT says",
        ),
        (
            "command = [\"sh\", \"-c\", \"echo text > $LABRUN_OUT\"]",
            "wrote what is no artifact for native",
        ),
        (
            "command = [\"sh\", \"-c\", \"mkdir $LABRUN_OUT\"]",
            "made a folder of what LABRUN_OUT says",
        ),
        (
            "command = [\"sh\", \"-c\", \"cp /bin/true $LABRUN_OUT; chmod -x $LABRUN_OUT\"]",
            "chmod +x $LABRUN_OUT",
        ),
        ("command = [\"labrun-no-such-program\"]", "does not start"),
        (
            "command = [\"true\"]\nneeds = [\"labrun-no-such\"]\nhint = \"apt-get install it\"",
            "labrun-no-such is not on PATH; to get it: apt-get install it",
        ),
    ] {
        let user = user();
        workload(&user, &format!("[build.native]\n{lines}"));
        user.measure(&["-w", "./own"])
            .exit(4)
            .rows("mine", "native/static", "unavailable", reason);
    }
}

/// As real folders are: with links to folders (of a `venv`, of `pnpm`), and with what a build leaves in them.
#[test]
fn a_build_without_inputs_takes_links_and_what_it_leaves_itself() {
    let user = user();
    user.right("own/made");
    user.file("own/lib/part", "one");
    for (name, leads) in [("lib64", "lib"), ("gone", "nowhere")] {
        std::os::unix::fs::symlink(leads, user.path("own").join(name)).expect("links");
    }
    let build = |more: &str| {
        workload(
            &user,
            &format!("[build.native]\ncommand = [\"sh\", \"-c\", \"{more}; cp made $LABRUN_OUT\"]"),
        );
        user.measure(&["-w", "./own"])
    };
    for _ in 0..2 {
        build("echo object > made.o")
            .exit(0)
            .rows("mine", "native/static", "measured", "");
    }
    assert!(user.path("own/made.o").exists());
    user.file("own/log", "");
    build("date +%N >> log").exit(4).rows(
        "mine",
        "native/static",
        "unavailable",
        "inputs = [\"src/*\"]",
    );
    let pipe = user.path("own/pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.expect("mkfifo runs").success());
    for reason in ["own/pipe: it is a named pipe", "inputs = [\"src/*\"]"] {
        build("true")
            .exit(4)
            .rows("mine", "native/static", "unavailable", reason);
    }
}

#[test]
fn what_a_build_leaves_behind_is_ended_and_not_waited_for() {
    let user = user();
    user.right("own/made");
    workload(
        &user,
        "[build.native]\ncommand = [\"sh\", \"-c\", \
         \"sleep 100000 & echo $! > ../left; cp made $LABRUN_OUT\"]",
    );
    user.measure(&["-w", "./own"])
        .exit(0)
        .rows("mine", "native/static", "measured", "");
    let pid = fs::read_to_string(user.path("left")).expect("was built");
    let status = fs::read_to_string(format!("/proc/{}/status", pid.trim()));
    let runs = status.is_ok_and(|status| !status.contains("State:\tZ"));
    assert!(!runs, "it holds the pipes of labrun's still");
}

#[test]
fn what_is_given_and_built_travels() {
    let user = user();
    user.right("own/made");
    user.module("own/app.wasm");
    workload(
        &user,
        "[artifacts]\nwasip1 = \"app.wasm\"\n[build.native]\n\
         command = [\"sh\", \"-c\", \"cp made $LABRUN_OUT\"]",
    );
    let args = ["bundle", "cold-start", "-w", "./own", "--out", "b.tar.zst"];
    user.run_with(&args, &[]).exit(0);
    fs::remove_dir_all(user.path("own")).expect("takes it away");
    let ran = user
        .measure(&["--bundle", "b.tar.zst"])
        .exit(0)
        .rows("mine", "native/static", "measured", "")
        .rows("mine", "good/plain", "measured", "");
    let given = ran.files.json("run.json")["given"].clone();
    assert_eq!(given.as_array().map(Vec::len), Some(1), "{given}");
    assert_eq!(given[0]["name"], "app.wasm");
}

#[test]
fn it_is_built_and_replayed_as_those_of_the_lab() {
    let user = user();
    user.right("own/made");
    workload(
        &user,
        "[build.native]\ncommand = [\"sh\", \"-c\", \"cp made $LABRUN_OUT\"]",
    );
    let asked = ["build", "--json", "-w", "own/", "-i", "native/*"];
    let built = user.run_with(&asked, &[]).exit(0).json()["built"].clone();
    let built = built.as_array().expect("a list").clone();
    let mut what = built.iter().filter_map(|one| one["what"].as_str());
    assert!(what.any(|what| what.starts_with("mine for ")), "{built:#?}");
    let what = built.iter().filter_map(|one| one["what"].as_str());
    assert_eq!(
        what.filter(|what| what.starts_with("right")).count(),
        0,
        "the lab's own is not asked for"
    );
    let (a, b) = ("isolation:native/static", "isolation:native/static");
    let sides = ["replay", a, b, "-w", "own/", "--scenario", "cold-start"];
    let quads = ["--quads", "6", "--out", "replayed"];
    user.run_with(&[&sides[..], &quads].concat(), &[]).exit(0);
    let summary = fs::read_to_string(user.path("replayed/summary.json")).expect("reads");
    assert!(summary.contains("\"mine\""), "{summary}");
}
