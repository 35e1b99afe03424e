//! A mistake in a `workload.toml` of the user's own is told with its own line, in plain words, wherever in the
//! file it stands and whenever it is found.

use crate::support::{Lab, User};

/// Begins every file: three lines.
const BEGINS: &str = "name = \"mine\"\nsummary = \"a test's\"\nenv-from = [\"HOME\"]\n";

/// With these lines below it is refused, by the number of one of them, with these words, and no name of a type
/// of Rust's.
#[track_caller]
fn refuses(user: &User, lines: &str, line: usize, told: &str) {
    user.file("own/workload.toml", format!("{BEGINS}{lines}"));
    let ran = user.measure(&["-w", "./own"]).exit(2);
    let named = format!("workload.toml:{}: ", 3 + line);
    let ran = ran.stderr_has(&named).stderr_has(told);
    for word in [
        "struct",
        "i64",
        "u32",
        "sequence",
        "invalid type",
        "variant",
    ] {
        assert!(!ran.stderr.contains(word), "{word:?} in {}", ran.stderr);
    }
    assert!(!user.path("run").exists(), "a run was begun");
}

fn user() -> User {
    let user = User::of(Lab::fixture());
    user.right("own/app");
    user
}

#[test]
fn what_is_found_after_reading_has_its_own_line() {
    let user = user();
    let given = "[artifacts]\nnative = \"app\"\n[run]\n";
    let right = "expect = { any = true }\n";
    for (lines, line, told) in [
        ("[run]\n[artifacts]\nnative = \"gone\"\n", 3, "cannot read"),
        (
            "[run]\n[artifacts]\nnative = \"\"\n",
            3,
            "it is empty: name what it is",
        ),
        ("[run]\n[artifacts]\nimage = \"\"\n", 3, "it is empty"),
        (&format!("{given}args = []\n"), 3, "which output is correct"),
        (&format!("{given}\nexpected = \"gone\"\n"), 5, "cannot read"),
        (
            &format!("{given}[run.expect]\n\nregex = \"(\"\n"),
            6,
            "is no regular expression",
        ),
        (&format!("{given}[run.expect]\n"), 4, "exactly one of file"),
        (
            &format!("{given}{right}[env]\nA = \"1\"\n\" B\" = \"2\"\n"),
            7,
            "\" B\" is no name of a variable",
        ),
        (
            &format!("{given}{right}[env]\nHOME = \"/\"\n"),
            0,
            "HOME is said twice",
        ),
        (
            &format!("{given}{right}[grant]\nfiles = \"gone\"\n"),
            6,
            "[grant] files: cannot read",
        ),
        (
            &format!(
                "{given}{right}[build.wasip1]\ncommand = [\"make\"]\ninputs = [\n\"*.c\",\n\"../*\"]\n"
            ),
            9,
            "`../*` is no path from the workload's folder on",
        ),
        (
            &format!("{given}{right}[build.wasip1]\ncommand = []\n"),
            6,
            "command is empty",
        ),
        (
            &format!("{given}{right}[build.native]\ncommand = [\"make\"]\n"),
            5,
            "leave one out",
        ),
        (
            "[artifacts]\nnative = \"app\"\n[serve]\nport = 80\nrequest = \"a b\"\nbody = { any = true }\n",
            5,
            "request is \"a b\": a path begins with `/`",
        ),
        (
            "[artifacts]\nnative = \"app\"\n[serve]\nrequest = \"/\"\nport = 0\nbody = { any = true }\n",
            5,
            "port is 0",
        ),
        (
            "[artifacts]\nnative = \"app\"\n[serve]\nrequest = \"/\"\nport = 80\nstatus = 99\n",
            6,
            "status is 99",
        ),
        (
            "[artifacts]\nnative = \"app\"\n[serve]\nrequest = \"/\"\nport = 80\n",
            3,
            "[serve] it does not say which output is correct",
        ),
    ] {
        refuses(&user, lines, line, told);
    }
}

#[test]
fn a_value_of_another_kind_is_named_with_its_key_in_plain_words() {
    let user = user();
    let given = "[artifacts]\nnative = \"app\"\n[run]\n";
    let serve = "[artifacts]\nnative = \"app\"\n[serve]\nrequest = \"/\"\nport = 80\n";
    for (lines, line, told) in [
        (
            &format!("{given}args = 3\n")[..],
            4,
            "run.args is the number 3, and has to be a list",
        ),
        (
            &format!("{given}args = [\n\"a\",\n3]\n"),
            6,
            "one of run.args is the number 3, and has to be a text",
        ),
        (
            &format!("{given}expect = \"a\"\n"),
            4,
            "run.expect is the text \"a\", and has to be a table",
        ),
        (
            &format!("{given}expect = {{ any = 1 }}\n"),
            4,
            "run.expect.any is the number 1, and has to be true or false",
        ),
        (
            &format!("{given}expected = 2026-01-01\n"),
            4,
            "run.expected is a date, and has to be a text",
        ),
        (
            &format!("{serve}warmup-s = \"1\"\n"),
            6,
            "serve.warmup-s is the text \"1\", and has to be a number",
        ),
        (
            &format!("{serve}[[serve.requests]]\npath = \"/\"\nexpect = \"a\"\n"),
            8,
            "serve.requests.expect is the text \"a\", and has to be a table",
        ),
        (
            &format!("{serve}[[serve.requests]]\npath = \"/\"\nmethod = 3\n"),
            8,
            "serve.requests.method is no text, and has to be a text",
        ),
        (
            "[artifacts]\nnatvie = \"app\"\n",
            2,
            "unknown word `natvie`",
        ),
    ] {
        refuses(&user, lines, line, told);
    }
    user.file("own/workload.toml", b"name = \"mine\"\n\n\xff\xfe");
    user.measure(&["-w", "./own"])
        .exit(2)
        .stderr_has("workload.toml:3: it is no text in UTF-8");
}
