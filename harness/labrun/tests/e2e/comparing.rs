//! `labrun compare`: a workload that was slowed is worse, a run equals itself, and
//! runs that cannot be compared are not.

use std::fs;

use crate::support::{Lab, Question, Ran};

/// How long the guest sleeps in the first run; in the second a tenth longer and more.
const MILLISECONDS: u32 = 200;

fn sleeper(milliseconds: u32) -> String {
    format!(
        "fn main() {{ std::thread::sleep(std::time::Duration::from_millis({milliseconds})); println!(\"right\"); }}"
    )
}

fn compare(lab: &Lab, base: &Ran, candidate: &Ran, more: &[&str]) -> Ran {
    let folder = |ran: &Ran| ran.files.path().display().to_string();
    let (base, candidate) = (folder(base), folder(candidate));
    lab.run(["compare", &base, &candidate].iter().chain(more))
}

#[test]
fn a_slowed_workload_is_worse_and_a_run_equals_itself() {
    let lab = Lab::fixture()
        .guest("sleeps", &sleeper(MILLISECONDS))
        .samples(12);
    // The first result alone: the teardown of a sleeper is no different.
    let lab = lab.replace(
        "scenarios/cold-start.toml",
        "\n[[metric]]\nname = \"teardown\"\nreference = \"native/static\"\nreference_start = \"process\"\n",
        "",
    );
    let measure = |lab: &Lab| lab.measure(["-w", "sleeps"]).exit(0);
    let base = measure(&lab);
    let twin = &base.files.copied(&lab.path().join("twin"));
    let folder = base.files.path().to_str().expect("a name");
    let itself = lab.run(["compare", folder, twin, "--json"]);
    let itself = itself.exit(0).json();
    assert_eq!(itself["counts"]["worse"], 0);
    assert_eq!(itself["counts"]["equivalent"], 1, "{itself:#}");

    let slower = sleeper(MILLISECONDS + MILLISECONDS / 10 + 4);
    let lab = lab.write("workloads/sleeps/src/main.rs", &slower);
    let slow = measure(&lab);
    // Two runs one after another only suspect.
    let worse = compare(&lab, &base, &slow, &["--json"]).exit(0).json();
    assert_eq!(worse["counts"]["worse"], 1, "{worse:#}");
    assert!(worse["confirmation"].is_null());
    let better = compare(&lab, &slow, &base, &["--json"]).exit(0).json();
    assert_eq!(better["counts"]["better"], 1, "{better:#}");
    compare(&lab, &base, &slow, &[])
        .exit(0)
        .stdout_has("sleeps")
        .stdout_has("suspected: 1 row; run the candidate again");

    let confirm = |again: &Ran| {
        let again = again.files.path().display().to_string();
        compare(&lab, &base, &slow, &["--confirm", &again])
    };
    confirm(&slow)
        .exit(2)
        .stderr_has("it is the candidate itself");
    let again = measure(&lab);
    confirm(&again)
        .exit(100)
        .stdout_has("1 of 1 row")
        .stdout_has("sleeps");
    let quick = lab.measure(["-w", "sleeps", "--quick"]).exit(0);
    confirm(&quick).exit(2).stderr_has("can only suspect");
}

#[test]
fn what_went_wrong_in_the_candidate_is_said_by_the_exit_code() {
    let lab = Lab::fixture().guest("turns", &sleeper(1)).samples(8);
    let base = lab.measure(["-w", "turns"]).exit(0);
    let lab = lab.write(
        "workloads/turns/src/main.rs",
        "fn main() { println!(\"wrong\"); }",
    );
    let wrong = lab.measure(["-w", "turns"]).exit(101);
    compare(&lab, &base, &wrong, &[])
        .exit(101)
        .stdout_has("went wrong: turns native native/static");
    // That it was wrong before is no fault of the candidate.
    compare(&lab, &wrong, &base, &[])
        .exit(0)
        .stdout_has("went wrong in the base alone: turns native native/static");
}

#[test]
fn runs_without_a_row_in_common_give_the_reason_alone() {
    let lab = Lab::fixture().guest("other", &sleeper(1)).samples(6);
    let base = lab.measure(["-w", "right"]).exit(0);
    let question = Question::size().of("right", "");
    let size = lab.question(&question);
    let other = size.ask("size", [""; 0]).exit(0);
    let ran = compare(&size, &base, &other, &[]).exit(2);
    let ran = ran.stderr_has("have no row in common");
    assert_eq!(ran.stdout, "");
}

#[test]
fn runs_of_different_machines_are_not_compared_unless_forced() {
    let lab = Lab::fixture();
    let base = lab.measure([""; 0]).exit(0);
    let other = lab.measure([""; 0]).exit(0);
    let path = other.files.path().join("run.json");
    let mut run = other.files.json("run.json");
    run["machine_class"] = "x86_64/another/2c/8g/linux-6.1/bare".into();
    fs::write(path, run.to_string()).expect("changes the machine");
    compare(&lab, &base, &other, &[])
        .exit(2)
        .stderr_has("cannot be compared")
        .stderr_has("--force");
    let alone = compare(&lab, &base, &other, &[]);
    assert_eq!(alone.stdout, "", "the reason alone");
    let forced = compare(&lab, &base, &other, &["--force", "--json"]);
    assert_eq!(forced.json()["forced"], true);
}
