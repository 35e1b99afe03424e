//! `[[serve.requests]]` with a mistake: exit code 2, file, line and what to do.

use std::fs;

use crate::mixed_load::{lab, measured, own};
use crate::support::Lab;

/// A folder whose definition is right, and which has what a wrong one names.
struct Folder {
    lab: Lab,
    good: String,
}

impl Folder {
    fn new() -> Self {
        let lab = lab(2);
        own(&lab, "", "", &[]);
        fs::write(lab.path().join("outside.txt"), "right\n").expect("writes");
        let large = fs::File::create(lab.path().join("own/large.bin")).expect("makes a file");
        large.set_len((1 << 20) + 1).expect("is large");
        let path = lab.path().join("own/workload.toml");
        let good = fs::read_to_string(path).expect("reads");
        Self { lab, good }
    }

    /// With these lines below it is refused, by the number of one of them, with these words.
    #[track_caller]
    fn refuses(&self, lines: &str, line: usize, told: &[&str]) {
        let text = format!("{}{lines}", self.good);
        fs::write(self.lab.path().join("own/workload.toml"), text).expect("writes");
        let line = self.good.lines().count() + line;
        let named = format!("workload.toml:{line}: ");
        let mut ran = measured(&self.lab).exit(2).stderr_has(&named);
        for part in told {
            ran = ran.stderr_has(part);
        }
        let is_run = |entry: std::io::Result<fs::DirEntry>| {
            let name = entry.expect("an entry").file_name();
            name.to_string_lossy().starts_with("run-")
        };
        let mut all = fs::read_dir(self.lab.path()).expect("lists a folder");
        assert!(!all.any(is_run), "a run was begun");
    }
}

/// A request with these lines, of which the first is the fourth.
fn with(lines: &str) -> String {
    format!("[[serve.requests]]\npath = \"/a\"\n\n{lines}\n")
}

#[test]
fn a_wrong_value_is_named_with_its_line() {
    let folder = Folder::new();
    for (lines, told) in [
        (
            "weigth = 1",
            &["unknown field `weigth`", "did you mean `weight`?"][..],
        ),
        (
            "weight = 0",
            &["weight is 0, and has to be 1 to 1000", "leave out"],
        ),
        ("weight = 1001", &["weight is 1001"]),
        ("weight = -1", &["weight is -1"]),
        (
            "weight = 1.5",
            &["serve.requests.weight is the number 1.5, and has to be a whole number"],
        ),
        (
            "method = \"PUTS\"",
            &["unknown word `PUTS`", "did you mean `PUT`?"],
        ),
        ("method = \"CONNECT\"", &["unknown word `CONNECT`"]),
        ("status = 100", &["status is 100, and has to be 200 to 599"]),
        (
            "expect = { first-line = true }",
            &["unknown field `first-line`"],
        ),
    ] {
        folder.refuses(&with(lines), 4, told);
    }
    folder.refuses(
        "[[serve.requests]]\npath = \"a b\"\n",
        2,
        &["a path begins with `/`"],
    );
    folder.refuses(
        "\n[[serve.requests]]\nweight = 2\n",
        2,
        &["missing field `path`"],
    );
    for (seconds, told) in [("-1", "-1.0"), ("601", "601.0"), ("nan", "NaN")] {
        let reason = format!("warmup-s is {told}, and has to be 0 to 600");
        folder.refuses(&format!("warmup-s = {seconds}\n"), 1, &[&reason]);
    }
}

#[test]
fn a_header_that_is_none_or_not_the_user_s_is_refused() {
    let folder = Folder::new();
    for (header, told) in [
        ("a = \"b\\r\\nc: d\"", &["headers: a is", "one line"][..]),
        ("\"a: b\" = \"c\"", &["no name of a header"]),
        (
            "Host = \"b\"",
            &["Host is written by the load generator", "leave it out"],
        ),
        ("content-length = \"3\"", &["content-length is written"]),
        (
            "Transfer-Encoding = \"chunked\"",
            &["Transfer-Encoding is written"],
        ),
        ("connection = \"close\"", &["connection is written"]),
        (
            "Expect = \"100-continue\"",
            &["Expect asks for what the load generator does not do"],
        ),
        ("upgrade = \"h2c\"", &["upgrade asks for", "leave it out"]),
        ("TE = \"trailers\"", &["TE asks for"]),
        (
            "X-A = \"a\", x-a = \"b\"",
            &["X-A and x-a are one header", "leave one out"],
        ),
    ] {
        folder.refuses(&with(&format!("headers = {{ {header} }}")), 4, told);
    }
}

#[test]
fn bodies_and_answers_that_cannot_be_are_refused() {
    let folder = Folder::new();
    for (lines, told) in [
        (
            "body-file = \"../outside.txt\"",
            &["(GET /a)", "leads out of the folder"][..],
        ),
        ("body-file = \"gone.bin\"", &["cannot read", "gone.bin"]),
        (
            "body-file = \"large.bin\"",
            &["body-file: it has over 1 MiB"],
        ),
        (
            "expect = { file = \"../outside.txt\" }",
            &["expect: file: ", "leads out of the folder"],
        ),
        (
            "expect = { file = \"large.bin\" }",
            &["expect: file: it has over 1 MiB"],
        ),
        ("expect = { regex = \"(\" }", &["no regular expression"]),
        ("expect = {}", &["exactly one of file", "without expect"]),
        (
            "expect = { file = \"right.txt\", regex = \"a\" }",
            &["exactly one of file"],
        ),
    ] {
        folder.refuses(&with(lines), 4, told);
    }
    let both = "body = \"a\"\nbody-file = \"sent.bin\"";
    folder.refuses(
        &with(both),
        1,
        &["it has body and body-file: leave one out"],
    );
    for (line, told) in [
        (
            "method = \"HEAD\"",
            "an answer to HEAD has no body: leave expect out",
        ),
        ("status = 204", "an answer with status 204 has no body"),
    ] {
        let lines = format!("{line}\nexpect = {{ regex = \"a\" }}");
        folder.refuses(&with(&lines), 5, &[told]);
    }
}

#[test]
fn no_request_and_too_many_are_refused() {
    let folder = Folder::new();
    folder.refuses("requests = []\n", 1, &["1 to 64 requests, not 0"]);
    let many = "[[serve.requests]]\npath = \"/\"\n".repeat(65);
    folder.refuses(&many, 1, &["1 to 64 requests, not 65"]);
}
