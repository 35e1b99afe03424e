//! What else uses the processors while a run is taken is recorded for its blocks, and said of it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use crate::support::{Lab, Ran};

/// Ends the threads that are busy, however the test ends.
struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Measures while threads of the test's own keep every processor busy.
fn measured_beside_others(lab: &Lab) -> Ran {
    let over = AtomicBool::new(false);
    let processors = thread::available_parallelism().map_or(1, std::num::NonZero::get);
    thread::scope(|scope| {
        for _ in 0..processors {
            scope.spawn(|| {
                while !over.load(Ordering::Relaxed) {
                    std::hint::spin_loop();
                }
            });
        }
        let _over = Over(&over);
        lab.measure([""; 0])
    })
}

#[test]
fn what_others_took_of_the_processors_is_recorded_and_said() {
    let lab = Lab::fixture().samples(300);
    let ran = measured_beside_others(&lab)
        .exit(0)
        .stdout_has("warning: other processes (other processes took ");
    let blocks: Vec<serde_json::Value> = ran
        .files
        .text("blocks.jsonl")
        .lines()
        .map(|line| serde_json::from_str(line).expect("is JSON"))
        .collect();
    // One after another, they hold every launch.
    let mut next = 0;
    for block in &blocks {
        assert_eq!(block["first"], next, "{block}");
        next = block["end"].as_u64().expect("a place");
        assert!(
            block["seconds"]
                .as_f64()
                .is_some_and(|seconds| seconds > 0.0)
        );
        for share in ["others", "steal"] {
            let share = block[share].as_f64().expect("a share");
            assert!((0.0..=1.0).contains(&share), "{block}");
        }
    }
    let last = ran.files.samples().last().expect("a sample")["seq"].clone();
    assert_eq!(Some(next), last.as_u64().map(|seq| seq + 1));
    let summary = ran.files.json("summary.json");
    let warnings = summary["warnings"].as_array().expect("a list");
    let mut own = warnings
        .iter()
        .filter(|one| one["name"] == "other_processes");
    let warning = own.next().expect("a warning");
    assert!(
        warning["row"].is_null() && own.next().is_none(),
        "{warning}"
    );
    assert!(
        ran.files
            .text("report.html")
            .contains("other processes took ")
    );

    let run = ran.files.path().to_str().expect("a name");
    let twin = &ran.files.copied(&lab.path().join("twin"));
    lab.run(["compare", run, twin])
        .exit(0)
        .stdout_has("other processes took ")
        .stdout_has("what differs may be that");
    let compared = lab.run(["compare", run, twin, "--json"]).exit(0).json();
    for side in ["base", "candidate"] {
        let others = &compared[side]["disturbance"]["others"];
        assert!(
            others.as_f64().is_some_and(|share| share >= 0.05),
            "{others}"
        );
    }

    // A run of an older labrun does not say: that is no doubt about it.
    std::fs::remove_file(ran.files.path().join("blocks.jsonl")).expect("removes it");
    let again = lab.run(["report", run, "--json"]).exit(0).json();
    let again = again["warnings"].as_array().expect("a list").clone();
    assert!(
        again.iter().all(|one| one["name"] != "other_processes"),
        "{again:?}"
    );
}
