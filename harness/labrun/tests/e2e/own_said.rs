//! What is said of a program on the command line and means nothing, or not what was meant: refused with what to
//! do, or told on stderr.

use std::fs;

use crate::support::{Lab, User};

fn user() -> User {
    User::of(Lab::fixture().isolation("native/dynamic"))
}

#[track_caller]
fn is_refused(user: &User, args: &[&str], reason: &str) {
    user.measure(args).exit(2).stderr_has(reason);
    assert!(!user.path("run").exists(), "a run was begun: {args:?}");
}

#[test]
fn a_placeholder_that_nothing_fills_is_refused_with_what_would() {
    let user = user();
    let echo = ["--native", "/bin/echo"];
    for (args, reason) in [
        (&["--", "{grant}/a"][..], "by --grant DIR"),
        (&["--", "--port={port}"], "by --http PATH or [serve]"),
        (
            &["--", "{address}"],
            "{address} stands for where a server listens",
        ),
        (&["--", "{ip}"], "{ip} stands for where a server listens"),
        (&["--", "{rounds}"], "rounds of a batch"),
        (&["--env", "PORT={port}"], "env: PORT: {port} stands for"),
        (
            &["--env", "DATA={grant}", "--grant", "."],
            "env: DATA: {grant} stands for the granted directory in arguments alone",
        ),
    ] {
        is_refused(&user, &[&echo[..], args].concat(), reason);
    }
    user.right("own/app");
    user.file(
        "own/workload.toml",
        "name = \"mine\"\nsummary = \"a test's\"\n[artifacts]\nnative = \"app\"\n[run]\n\
         args = [\"{grant}\"]\nexpect = { any = true }\n",
    );
    is_refused(
        &user,
        &["-w", "./own"],
        "workload.toml:6: [run] args: {grant}",
    );
}

#[test]
fn braces_are_the_program_s_own_and_what_is_nearly_a_placeholder_is_told() {
    let user = user();
    user.file("said.txt", "{\"a\": 1} {} {prot}\n");
    let args = [
        "--native",
        "/bin/echo",
        "--expect",
        "said.txt",
        "--",
        "{\"a\": 1}",
        "{}",
        "{prot}",
    ];
    let ran = user
        .measure(&args)
        .exit(0)
        .stderr_has("echo: {prot} is no placeholder, and is handed on as it is written (did you mean {port}?)")
        .rows("echo", "native/dynamic", "measured", "");
    assert_eq!(ran.stderr.matches("is no placeholder").count(), 1);
}

#[test]
fn a_name_that_is_taken_is_refused_where_it_was_asked_for_and_told_where_it_was_not() {
    let user = user();
    // `right` is one of the lab's.
    let right = user.right("right");
    let right = right.to_str().expect("is text");
    is_refused(
        &user,
        &["--native", right, "--name", "right"],
        "--name right: there is a workload of that name already",
    );
    user.measure(&["--native", right])
        .exit(0)
        .stderr_has("is called right-2 in this run")
        .rows("right-2", "native/static", "measured", "");
    let ran = user
        .measure(&["--native", right, "--name", "other"])
        .exit(0);
    assert!(!ran.stderr.contains("is called"), "{}", ran.stderr);
}

#[test]
fn an_empty_value_is_said_to_be_one() {
    let user = user();
    for (args, reason) in [
        (
            &["--native", ""][..],
            "--native <FILE> is given an empty value",
        ),
        (&["--native="], "--native <FILE> is given an empty value"),
        (&["--wasm", ""], "--wasm <FILE> is given an empty value"),
        (&["--image", ""], "--image is given an empty value"),
        (
            &["--native", "/bin/true", "--grant", ""],
            "--grant <DIR> is given an empty value",
        ),
        (&["--native", "/bin/true", "--name", ""], "cannot be called"),
        (
            &["--native", "/bin/true", "--http", ""],
            "a path begins with `/`",
        ),
        // One that was forgotten is not empty.
        (&["--native"], "a value is required for '--native <FILE>'"),
    ] {
        is_refused(&user, args, reason);
    }
    assert!(fs::read_dir(user.path("")).expect("lists").next().is_none());
}

#[test]
fn a_variable_has_a_name_and_is_said_once() {
    let user = user();
    for (env, reason) in [
        (&["A B=x"][..], "\"A B\" is no name of a variable"),
        (&["=x"], "\"\" is no name of a variable"),
        (&["A\tB"], "is no name of a variable"),
        (&["A=1", "A=2"], "A is said twice"),
        (&["A=1", "A"], "A is said twice"),
        (&["HOME", "HOME"], "HOME is said twice"),
    ] {
        let mut args = vec!["--native", "/bin/true"];
        args.extend(env.iter().flat_map(|one| ["--env", one]));
        is_refused(&user, &args, reason);
    }
    // A value may be anything, and have a `=` of its own.
    let args = ["--native", "/usr/bin/printenv", "--expect", "^b=c d$"];
    user.measure(&[&args[..], &["--env", "A=b=c d", "--", "A"]].concat())
        .exit(0)
        .rows("printenv", "native/dynamic", "measured", "");
}
