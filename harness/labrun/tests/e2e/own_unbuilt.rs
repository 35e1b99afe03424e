//! A build command whose tool is not there: the reason with the way to get it stands whole under the table, the
//! rest is measured, and where nothing was, the exit code says so.

use crate::support::{GOOD_JOB, Lab, Runner, User};

fn user() -> User {
    let lab = Lab::fixture()
        .isolation("control/*")
        .runner(&Runner::new("good", GOOD_JOB));
    User::of(lab)
}

/// The way to get the tool: longer than a line of the table, and at the end of its reason.
const HINT: &str = "take the release of your system from where its makers keep it and put it into a folder that is \
                    on PATH, as the manual in docs/building says of each system, or apt-get install golang-go";

fn workload(user: &User, given: &str) {
    let text = format!(
        "name = \"mine\"\nsummary = \"a test's\"\n{given}[build.wasip1]\ncommand = [\"no-such-go\"]\n\
         needs = [\"no-such-go\"]\nhint = \"{HINT}\"\n[run]\n[run.expect]\nregex = \"^right$\"\n"
    );
    user.file("own/workload.toml", text);
}

/// Stdout as one line: a reason is broken into several.
fn told(ran: &crate::support::Ran) -> String {
    ran.stdout.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn where_nothing_else_was_measured_the_exit_code_says_so() {
    let user = user();
    workload(&user, "");
    let ran = user.measure(&["-w", "./own"]).exit(4);
    let ran = ran.rows(
        "mine",
        "good/plain",
        "unavailable",
        "apt-get install golang-go",
    );
    assert_eq!(told(&ran).matches(HINT).count(), 1, "{}", ran.stdout);
}

#[test]
fn what_else_there_is_is_measured_and_the_reason_stands_whole_under_it() {
    let user = user();
    user.right("own/app");
    workload(&user, "[artifacts]\nnative = \"app\"\n");
    for full in [&[][..], &["--full"]] {
        let ran = user.measure(&[&["-w", "./own"], full].concat()).exit(0);
        let ran = ran
            .rows("mine", "native/static", "measured", "")
            .rows("mine", "control/spawn", "measured", "")
            .rows("mine", "good/plain", "unavailable", "no-such-go");
        assert_eq!(told(&ran).matches(HINT).count(), 1, "{}", ran.stdout);
    }
    user.measure(&["-w", "./own", "--strict"]).exit(102);
    // The control is there whatever is selected.
    user.measure(&["-w", "./own", "-i", "native/*"])
        .exit(0)
        .rows("mine", "control/spawn", "measured", "");
}
