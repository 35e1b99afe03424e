//! Programs of the user's own, given on the command line: measured as the lab's own are, from any
//! folder, and what of them is right.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

use crate::support::{GOOD_JOB, Lab, Question, Runner, User, skip};

fn user() -> User {
    let lab = Lab::fixture()
        .isolation("native/dynamic")
        .isolation("control/*")
        .runner(&Runner::new("good", GOOD_JOB).every_start())
        .question(&Question::memory().of("right", ""))
        .question(&Question::size().of("right", ""))
        .question(&Question::throughput().of("right", ""));
    User::of(lab)
}

/// A program of the system, as it is found; none where it is not installed.
fn installed(name: &str, test: &str) -> Option<String> {
    let path = format!("/usr/bin/{name}");
    if Path::new(&path).exists() {
        return Some(path);
    }
    skip(test, &format!("{name} is not installed"));
    None
}

fn text(path: &Path) -> &str {
    path.to_str().expect("is text")
}

#[test]
fn a_program_is_measured_from_any_folder_and_the_lab_stays_as_it_is() {
    let user = user();
    let app = user.right("app");
    let ran = user
        .measure(&["--native", "./app"])
        .exit(0)
        .rows("app", "native/static", "measured", "")
        .rows("app", "control/spawn", "measured", "")
        .rows("app", "native/dynamic", "unsupported", "linked statically");
    user.lab_is_untouched();
    let run = ran.files.json("run.json");
    let given = &run["given"][0];
    assert_eq!(
        (&given["workload"], &given["name"]),
        (&"app".into(), &"app".into())
    );
    let digest = lab::digest::sha256(&app).expect("reads");
    assert_eq!(given["sha256"], digest);
    let workloads = |run: &Value| {
        let rows = run["rows"].as_array().expect("rows").clone();
        rows.into_iter().all(|row| row["workload"] == "app")
    };
    assert!(workloads(&run), "nothing but the program is measured");
    let row = ran
        .files
        .row("app", "native/static", "time_to_first_result");
    assert_eq!(row["artifact_sha256"], digest);
}

#[test]
fn what_each_file_is_is_found_out() {
    let user = user();
    user.right("app");
    user.module("app.wasm");
    user.measure(&["--native", "app", "--wasm", "app.wasm", "--name", "mine"])
        .exit(0)
        .rows("mine", "native/static", "measured", "")
        .rows("mine", "good/plain", "measured", "");
    // Two of a kind are two workloads.
    let other = user.path("other");
    fs::create_dir(&other).expect("makes a folder");
    fs::copy(user.path("app.wasm"), other.join("app.wasm")).expect("copies");
    user.measure(&["--wasm", "app.wasm", "--wasm", "other/app.wasm"])
        .exit(0)
        .rows("app", "good/plain", "measured", "")
        .rows("app-2", "good/plain", "measured", "");
    // Nor is one of the lab's taken for it.
    let right = user.right("right");
    user.measure(&["--native", text(&right)]).exit(0).rows(
        "right-2",
        "native/static",
        "measured",
        "",
    );
}

#[test]
fn a_distribution_s_own_program_is_compared_with_itself_as_it_is_linked() {
    let Some(jq) = installed("jq", "own-dynamic") else {
        return;
    };
    let user = user();
    let ran = user
        .measure(&["--native", &jq, "-r", "10", "--", "--version"])
        .exit(0)
        .rows("jq", "native/dynamic", "measured", "")
        .rows("jq", "control/spawn", "measured", "")
        .rows(
            "jq",
            "native/static",
            "unsupported",
            "jq is linked dynamically",
        );
    let control = ran.files.row("jq", "control/spawn", "time_to_first_result");
    assert_eq!(control["ratio"]["to"], "native/dynamic");
}

#[test]
fn a_sandbox_lets_a_program_have_its_libraries() {
    let Some(jq) = installed("jq", "own-sandboxed") else {
        return;
    };
    let lab = Lab::fixture()
        .isolation("native/landlock")
        .isolation("bubblewrap/*");
    let user = User::of(lab);
    user.file("out.txt", "{\"a\":1}\n");
    let ran = user.measure(&[
        "--native", &jq, "--expect", "out.txt", "--", "-nc", "{a: 1}",
    ]);
    for isolation in ["native/landlock", "bubblewrap/unshare-all"] {
        let rows = ran.files.rows("jq", isolation);
        assert!(!rows.is_empty());
        for row in rows {
            // Either may not be possible here.
            let outcome = row["outcome"].as_str().expect("an outcome");
            assert!(["measured", "unavailable"].contains(&outcome), "{row:#}");
        }
    }
}

#[test]
fn a_program_has_its_own_name_everywhere() {
    let user = User::of(
        Lab::fixture()
            .isolation("native/dynamic")
            .isolation("bubblewrap/*"),
    );
    // What it does is in its name.
    let args = [
        "--native", "/bin/sh", "--expect", "/sh$", "--", "-c", "echo $0",
    ];
    let ran = user.measure(&args);
    let rows = ran.files.rows("sh", "bubblewrap/unshare-all");
    assert!(!rows.is_empty());
    for row in rows {
        let outcome = row["outcome"].as_str().expect("an outcome");
        assert!(["measured", "unavailable"].contains(&outcome), "{row:#}");
    }
}

#[test]
fn an_output_is_right_by_its_first_line_a_file_or_a_pattern() {
    let user = user();
    user.file("two.txt", "one\ntwo\n");
    let print = |args: &[&str]| {
        let args = [
            &["--native", "/usr/bin/printf"],
            args,
            &["--", "one\\ntwo\\n"],
        ]
        .concat();
        user.measure(&args)
    };
    for expect in [&[][..], &["--expect", "two.txt"], &["--expect", "^t.o$"]] {
        let ran = print(expect).exit(0);
        let ran = ran.rows("printf", "native/dynamic", "measured", "");
        let row = ran
            .files
            .row("printf", "native/dynamic", "time_to_first_result");
        assert_eq!(row["params"], serde_json::json!({}), "{expect:?}");
    }
    user.file("other.txt", "one\nthree\n");
    print(&["--expect", "other.txt"]).exit(101).rows(
        "printf",
        "native/dynamic",
        "mismatch",
        "expected \"one\\nthree\\n\"",
    );
    print(&["--expect", "^three$"])
        .exit(101)
        .stderr_has("there is no file \"^three$\"")
        .rows(
            "printf",
            "native/dynamic",
            "mismatch",
            "matches \"^three$\"",
        );
}

#[test]
fn what_is_not_checked_says_so_and_is_compared_with_nothing() {
    let user = user();
    let ran = user
        .measure(&[
            "--native",
            "/bin/date",
            "--expect",
            "any",
            "-r",
            "10",
            "--",
            "+%N",
        ])
        .exit(0)
        .stdout_has("unchecked")
        .rows("date", "native/dynamic", "measured", "");
    for isolation in ["native/dynamic", "control/spawn"] {
        let row = ran.files.row("date", isolation, "time_to_first_result");
        assert_eq!(row["params"]["checked"], "no");
        assert!(row["ratio"].is_null(), "{row:#}");
    }
    // A program that says nothing has answered when it has ended.
    user.measure(&["--native", "/bin/true", "--expect", "any"])
        .exit(0)
        .rows("true", "native/dynamic", "measured", "");
}

#[test]
fn a_first_line_that_is_never_the_same_is_told_with_what_to_do() {
    let user = user();
    user.measure(&["--native", "/bin/date", "--", "+%N"])
        .exit(101)
        .rows(
            "date",
            "native/dynamic",
            "mismatch",
            "the first launch of all printed",
        );
    user.measure(&["--native", "/bin/true"]).exit(101).rows(
        "true",
        "native/dynamic",
        "mismatch",
        "before it had printed a line (of a program that prints none say that any output is right: \
         --expect any",
    );
}

#[test]
fn an_output_without_end_is_a_timeout() {
    let lab = Lab::fixture()
        .isolation("native/dynamic")
        .samples(1)
        .plan("timeout_s", "1");
    let user = User::of(lab);
    user.measure(&["--native", "/usr/bin/yes"]).exit(101).rows(
        "yes",
        "native/dynamic",
        "timeout",
        "without the end of the output",
    );
    // A long one that ends is none.
    let user = self::user();
    let long = user.measure(&["--native", "/usr/bin/seq", "--", "100000"]);
    long.exit(0).rows("seq", "native/dynamic", "measured", "");
}

#[test]
fn a_directory_is_granted_afresh_and_arguments_say_where_it_is() {
    let user = user();
    user.file("grant/number", "42\n");
    user.file("42.txt", "42\n");
    let args = [
        "--native", "/bin/cat", "--grant", "grant", "--expect", "42.txt",
    ];
    user.measure(&[&args[..], &["--", "{grant}/number"]].concat())
        .exit(0)
        .rows("cat", "native/dynamic", "measured", "");
    let said = user.measure(&["--native", "/bin/cat", "--grant", "gone"]);
    said.exit(2).stderr_has("gone");
}

const SECRET: &str = "hush-9f3a";

#[test]
fn a_secret_reaches_the_program_and_no_file_of_the_run() {
    let user = user();
    let shell = |script: &str, more: &[&str]| {
        let args = [
            &["--native", "/bin/sh", "--env", "OPEN=shown", "--env", "KEY"],
            more,
        ]
        .concat();
        let args = [&args[..], &["--", "-c", script]].concat();
        user.measure_with(&args, &[("KEY", SECRET)])
    };
    let has = "[ \"$KEY\" = hush-'9f3a' ] && echo $OPEN";
    shell(has, &["--expect", "^shown$"])
        .exit(0)
        .rows("sh", "native/dynamic", "measured", "");
    let told = shell("echo bad key $KEY >&2; exit 3", &[]).exit(101).rows(
        "sh",
        "native/dynamic",
        "failed",
        "bad key $KEY",
    );
    for file in fs::read_dir(told.files.path()).expect("lists") {
        let bytes = fs::read(file.expect("lists").path()).expect("reads");
        let found = bytes
            .windows(SECRET.len())
            .any(|part| part == SECRET.as_bytes());
        assert!(!found, "the secret is in a file of the run");
    }
    user.measure(&["--native", "/bin/sh", "--env", "KEY"])
        .exit(4)
        .rows(
            "sh",
            "native/dynamic",
            "unavailable",
            "it needs the variable KEY",
        );
}

#[test]
fn a_command_that_ends_has_its_size_and_the_peak_of_its_cgroup() {
    let user = user();
    let app = user.right("app");
    let sizes = user.ask("size", &["--native", "app"], &[]).exit(0);
    let built = sizes.files.native("app", "size", &["built"]);
    let bytes = fs::metadata(&app).expect("is there").len();
    assert_eq!(built["median"].as_f64(), Some(bytes as f64));
    let memory = user.ask("memory", &["--native", "app"], &[]);
    let peak = memory.files.native("app", "memory_peak", &["cgroup"]);
    assert!(["measured", "unavailable"].contains(&peak["outcome"].as_str().expect("one")));
    for (metric, scope) in [("memory_idle", "pss"), ("memory_peak", "hwm")] {
        let row = memory.files.native("app", metric, &[scope]);
        assert_eq!(row["outcome"], "unsupported");
        let reason = row["reason"].as_str().expect("a reason");
        assert!(reason.contains("it ends when it is done"), "{reason}");
    }
    user.ask("throughput", &["--native", "app"], &[])
        .exit(4)
        .rows("app", "native/static", "unsupported", "no steady state");
}

#[test]
fn a_plan_of_it_is_shown() {
    let user = user();
    user.right("app");
    user.run_with(&["plan", "cold-start", "--native", "app"], &[])
        .exit(0)
        .stdout_has("1 as given, 0 compiled")
        .stdout_has("app is linked statically");
}

#[test]
fn the_page_has_the_command_that_measures_a_row_again() {
    let user = user();
    user.right("other/app two");
    let asked = [
        "--native",
        "other/app two",
        "-i",
        "native/*",
        "--seed",
        "7",
        "--",
        "it's two",
    ];
    let page = user.measure(&asked).exit(0).files.text("report.html");
    let commands = page.split("<code data-rows=").skip(1);
    let commands = commands.filter_map(|rest| Some(rest.split_once('>')?.1.split_once('<')?.0));
    let own: Vec<&str> = commands
        .filter(|one| one.contains("-i native/static "))
        .collect();
    assert!(!own.is_empty(), "no command of native/static");
    for command in own {
        // As a shell reads it.
        let print = format!("printf '%s\\n' {command}");
        let words = Command::new("sh")
            .args(["-c", &print])
            .output()
            .expect("a shell");
        let words = String::from_utf8(words.stdout).expect("is text");
        let words: Vec<&str> = words.lines().collect();
        // The lab was named, and is again.
        let (begin, rest) = words.split_at(5);
        assert_eq!(begin[..2], ["labrun", "--lab"], "{command}");
        assert_eq!(begin[3..], ["scenario", "cold-start"], "{command}");
        assert!(
            words.ends_with(&["--seed", "7", "--", "it's two"]),
            "{command}"
        );
        let ran = user.ask("cold-start", rest, &[]).exit(0);
        let ran = ran.rows("app-two", "native/static", "measured", "");
        ran.rows("app-two", "native/dynamic", "not-selected", "");
    }
}
