//! `labrun compare`: a workload that was slowed is worse, a run equals itself, and
//! runs that cannot be compared are not.

use std::fs;

use crate::support::{Lab, Ran};

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
    let itself = compare(&lab, &base, &base, &["--json"]).exit(0).json();
    assert_eq!(itself["counts"]["worse"], 0);
    assert_eq!(itself["counts"]["equivalent"], 1, "{itself:#}");

    let slower = sleeper(MILLISECONDS + MILLISECONDS / 10 + 4);
    let lab = lab.write("workloads/sleeps/src/main.rs", &slower);
    let slow = measure(&lab);
    let worse = compare(&lab, &base, &slow, &["--json"]).exit(100).json();
    assert_eq!(worse["counts"]["worse"], 1, "{worse:#}");
    let better = compare(&lab, &slow, &base, &["--json"]).exit(0).json();
    assert_eq!(better["counts"]["better"], 1, "{better:#}");
    compare(&lab, &base, &slow, &[])
        .exit(100)
        .stdout_has("sleeps");
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
    let forced = compare(&lab, &base, &other, &["--force", "--json"]);
    assert_eq!(forced.json()["forced"], true);
}
