//! Programs of the user's own that print and stay, or end and leave others behind: one outcome and one reason,
//! whatever isolates them, as far as that can be told.

use crate::support::{Lab, User};

/// What has nothing around it that would end with it.
const BARE: [&str; 2] = ["native/dynamic", "control/spawn"];

fn user() -> User {
    let lab = Lab::fixture()
        .isolation("native/dynamic")
        .isolation("control/*")
        .isolation("bubblewrap/*")
        .samples(1)
        .plan("timeout_s", "3");
    User::of(lab)
}

/// The reasons of a shell that runs this, on these.
#[track_caller]
fn reasons(user: &User, script: &str, outcome: &str) -> Vec<String> {
    let args = ["--native", "/bin/sh", "--", "-c", script];
    let mut ran = user.measure(&args);
    for isolation in BARE {
        ran = ran.rows("sh", isolation, outcome, "");
    }
    let reason = |isolation: &&str| {
        let rows = ran.files.rows("sh", isolation);
        let reason = rows[0]["reason"].as_str().unwrap_or_default();
        // Each has processes of its own.
        reason.replace(|c: char| c.is_ascii_digit(), "")
    };
    BARE.iter().map(reason).collect()
}

#[test]
fn a_program_that_printed_and_stays_is_told_so_with_its_stderr() {
    let user = user();
    let script = "echo right; echo still at work >&2; exec sleep 1000";
    for reason in reasons(&user, script, "timeout") {
        for part in [
            "without the end of the output",
            "its stderr ends: still at work",
        ] {
            assert!(reason.contains(part), "no {part:?} in {reason:?}");
        }
    }
    for script in [
        "echo right; exec >&-; echo still at work >&2; exec sleep 1000",
        "echo still at work >&2; exec sleep 1000",
    ] {
        let [native, control] = &reasons(&user, script, "timeout")[..] else {
            panic!("two are asked for");
        };
        assert_eq!(native, control);
        assert!(native.contains("still at work"), "{native}");
    }
    // What is said on stderr before, however much, holds up nothing.
    reasons(
        &user,
        "head -c 300000 /dev/zero >&2; echo right",
        "measured",
    );
}

#[test]
fn what_a_program_leaves_in_its_group_ends_with_it_everywhere() {
    let user = user();
    for script in [
        "sleep 1000 & echo right",
        "sleep 1000 >&- 2>&- & echo right",
        "echo right; yes & exit 0",
    ] {
        reasons(&user, script, "measured");
        let rows = user.measure(&["--native", "/bin/sh", "--", "-c", script]);
        for row in rows.files.rows("sh", "bubblewrap/unshare-all") {
            let outcome = row["outcome"].as_str().expect("an outcome");
            assert!(["measured", "unavailable"].contains(&outcome), "{row:#}");
        }
    }
}

#[test]
fn what_has_gone_into_the_background_is_named_whatever_it_holds() {
    let user = user();
    for script in [
        "setsid sleep 1000 & sleep 0.2; echo right",
        "setsid sleep 1000 >&- 2>&- & sleep 0.2; echo right",
    ] {
        let [native, control] = &reasons(&user, script, "failed")[..] else {
            panic!("two are asked for");
        };
        assert_eq!(native, control);
        let left = "it ended and left processes behind, which were ended: sleep (";
        assert!(native.contains(left), "{native}");
    }
}
