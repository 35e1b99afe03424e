//! The value of a variable that is taken by its name is in no file of a run, and nowhere on the screen,
//! however long it is, whatever is in it, and wherever the program prints it.

use std::fmt::Write as _;
use std::fs;

use crate::support::{Lab, Ran, User};

/// So many letters in a row of a value tell something of it.
const PIECE: usize = 6;

/// Nothing that is left of the value says it, as it is or as it is quoted.
fn tells_nothing(ran: &Ran, secret: &str) {
    let escaped: String = secret.escape_debug().collect();
    let mut texts = vec![ran.stdout.clone(), ran.stderr.clone()];
    for file in fs::read_dir(ran.files.path()).expect("lists") {
        let bytes = fs::read(file.expect("lists").path()).expect("reads");
        texts.push(String::from_utf8_lossy(&bytes).into_owned());
    }
    for form in secret.lines().chain([escaped.as_str()]) {
        let letters: Vec<char> = form.chars().collect();
        for piece in letters.windows(PIECE) {
            let piece: String = piece.iter().collect();
            for text in &texts {
                let at = text.find(&piece);
                let around = at.map(|at| text[at..].chars().take(80).collect::<String>());
                assert_eq!(around, None, "{piece:?} of the secret is told");
            }
        }
    }
}

/// Values as real ones are, of letters that stand in no other word.
fn secrets() -> [String; 4] {
    let mut token = "Zq".to_owned();
    for at in 0..110_u32 {
        // Writing to a string cannot fail.
        let _ = write!(token, "{:07x}", at.wrapping_mul(2_654_435_761) >> 4);
    }
    let lines: Vec<&str> = [&token[..64], &token[64..128], &token[128..160]].to_vec();
    let key = format!("=====QX KEY=====\n{}\n=====XQ KEY=====", lines.join("\n"));
    let json = format!(
        "{{\"Zq!\":\"{}\",\"Qz\\\\!\":\"{}\"}}",
        &token[..40],
        &token[40..80]
    );
    [token, key, json, "Zq9\"f\\3a\tx7 vB".to_owned()]
}

#[test]
fn a_secret_is_told_by_nobody_wherever_it_is_printed() {
    let user = User::of(Lab::fixture().isolation("native/dynamic"));
    for secret in secrets() {
        for script in [
            "printf '%s' \"$KEY\"",
            "printf 'key=%s\\n' \"$KEY\" >&2; exit 3",
            "for i in 1 2 3 4 5 6 7; do printf '%s\\n' \"$KEY\" >&2; done; exit 3",
            "printf 'is %s\\n' \"$KEY\"; exit 1",
        ] {
            let args = ["--native", "/bin/sh", "--env", "KEY", "--expect", "^right$"];
            let args = [&args[..], &["--", "-c", script]].concat();
            let ran = user.measure_with(&args, &[("KEY", &secret)]);
            assert_eq!(ran.status.code(), Some(101), "{script}: {}", ran.stderr);
            tells_nothing(&ran, &secret);
            let rows = ran.files.rows("sh", "native/dynamic");
            let reason = rows[0]["reason"].as_str().expect("a reason");
            assert!(reason.contains("$KEY"), "{script}: {reason}");
        }
    }
}

#[test]
fn a_build_command_tells_none_either() {
    let user = User::of(Lab::fixture());
    user.file(
        "own/workload.toml",
        "name = \"mine\"\nsummary = \"\"\nenv-from = [\"KEY\"]\n[build.native]\n\
         command = [\"sh\", \"-c\", \"echo fetching with $KEY >&2; exit 2\"]\n[run.expect]\nany = true\n",
    );
    for secret in secrets() {
        let ran = user.measure_with(&["-w", "./own"], &[("KEY", &secret)]);
        tells_nothing(&ran, &secret);
        ran.rows("mine", "native/static", "unavailable", "fetching with $KEY");
    }
}
