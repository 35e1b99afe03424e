//! Suspects of a night that `labrun track check` replays itself, against builds of commits.

use crate::support::Lab;
use crate::support::made::Made;
use crate::tracking::{Nights, name};

#[test]
fn an_old_build_that_was_asked_for_other_work_decides_nothing() {
    let lab = Lab::fixture();
    let old = lab.commit();
    let lab = lab.replace(
        "workloads/right/workload.toml",
        "[run]",
        "[run]\nargs = [\"more\"]",
    );
    let new = lab.commit();
    let nights = Nights::of(Made::of(lab, "native/static"));
    for day in 1..=10 {
        nights.night(day, 1.0).exit(0);
    }
    nights.night(11, 1.5).exit(0);
    let run = nights.path(&name(11));
    let check = |commit: &str| {
        let against = format!("commit:{commit}");
        let ran = nights.track(&["check", &run, "--against", &against, "--quads", "2"]);
        ran.exit(0)
    };
    let other = "asked for other work (arguments, files or outputs) in right";
    check(&old)
        .stderr_has(other)
        .stdout_has("suspect right \u{b7} native/static");
    let ran = check(&new);
    assert!(!ran.stderr.contains(other), "{}", ran.stderr);
}
