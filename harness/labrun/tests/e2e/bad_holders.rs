//! Guests that are to stay while their memory is read, and do not: each costs its own
//! rows, with the reason.

use crate::support::{Lab, Question};

const HOLD: &str = "std::io::copy(&mut std::io::stdin(), &mut std::io::sink()).unwrap();";

/// Measures the memory of a guest.
fn measured(lab: Lab, body: &str) -> crate::support::Ran {
    let source = format!("fn main() {{ {body} }}");
    lab.guest("bad", &source)
        .question(&Question::memory().of("bad", "").of("right", ""))
        .ask("memory", ["-w", "bad"])
}

#[test]
fn a_guest_that_does_not_stay_fails() {
    for (body, how) in [
        ("println!(\"right\");", "exited with code 0"),
        (
            "println!(\"right\"); eprintln!(\"off I go\"); std::process::exit(3);",
            "exited with code 3",
        ),
    ] {
        let ran = measured(Lab::fixture(), body).exit(101);
        ran.rows("bad", "native/static", "failed", how).rows(
            "bad",
            "native/static",
            "failed",
            "LABRUN_HOLD",
        );
    }
}

#[test]
fn a_guest_that_prints_wrongly_is_a_mismatch() {
    measured(Lab::fixture(), &format!("println!(\"wrong\"); {HOLD}"))
        .exit(101)
        .rows("bad", "native/static", "mismatch", "got \"wrong\\n\"");
}

#[test]
fn a_guest_that_does_not_end_is_a_timeout() {
    let lab = Lab::fixture()
        .guest(
            "bad",
            "fn main() { println!(\"right\"); loop { std::thread::park(); } }",
        )
        .question(&Question::memory().plan("timeout_s", "2").of("bad", ""));
    lab.ask("memory", [""; 0])
        .exit(101)
        .rows("bad", "native/static", "timeout", "did not end");
}

#[test]
fn a_guest_that_ends_badly_fails() {
    let body = format!("println!(\"right\"); {HOLD} std::process::exit(9);");
    measured(Lab::fixture(), &body).exit(101).rows(
        "bad",
        "native/static",
        "failed",
        "exited with code 9",
    );
}

#[test]
fn a_guest_that_dies_while_others_are_started_fails() {
    for code in [0, 6] {
        let lab = Lab::fixture();
        let (first, second) = (lab.path().join("first"), lab.path().join("second"));
        // The first one ends when there is a second one, which prints when it has.
        let body = format!(
            "let there = |path: &str| std::path::Path::new(path).exists(); \
             let wait = |path: &str| while !there(path) {{ std::thread::yield_now() }}; \
             let make = |path: &str| std::fs::write(path, \"\").unwrap(); \
             if there({first:?}) {{ make({second:?}); let pid = std::fs::read_to_string({first:?}).unwrap(); \
             let stat = format!(\"/proc/{{pid}}/stat\"); \
             while std::fs::read_to_string(&stat).is_ok_and(|s| !s.contains(\") Z \")) {{ std::thread::yield_now() }} \
             println!(\"right\"); {HOLD} }} \
             else {{ std::fs::write({first:?}, std::process::id().to_string()).unwrap(); \
             println!(\"right\"); wait({second:?}); std::process::exit({code}); }}"
        );
        measured(lab, &body).exit(101).rows(
            "bad",
            "native/static",
            "failed",
            &format!("exited with code {code}"),
        );
    }
}

#[test]
fn a_guest_that_wants_more_than_there_is_fails_with_its_own_words() {
    let body = "let held = vec![1_u8; 1 << 46]; println!(\"{}\", held[7]);";
    let ran = measured(Lab::fixture(), body).exit(101);
    ran.rows(
        "bad",
        "native/static",
        "failed",
        "memory allocation of 70368744177664 bytes failed",
    );
}
