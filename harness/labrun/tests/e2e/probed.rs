//! Probes of the machine: fixed work that is done before blocks is in the files of every run whose values
//! are measured.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::memory::holding;
use crate::support::{Lab, Question, Ran};

const EACH: [&str; 4] = ["cpu_ns", "memory_ns", "spawn_ns", "fsync_ns"];

/// The readings in the folder of a run.
fn readings(folder: &Path) -> Vec<Value> {
    let text = fs::read_to_string(folder.join("blocks.jsonl")).expect("reads");
    // The last line of a run that goes on may not be whole.
    let lines = text
        .split_inclusive('\n')
        .filter(|line| line.ends_with('\n'));
    let lines = lines.map(|line| serde_json::from_str(line).expect("is JSON"));
    lines
        .filter_map(|line: Value| line.get("probes").cloned())
        .collect()
}

/// Of this run there is a reading with all four, and no file of theirs is left.
#[track_caller]
fn is_probed(ran: &Ran) {
    let readings = readings(ran.files.path());
    assert!(!readings.is_empty(), "nothing was read");
    for reading in &readings {
        for name in EACH {
            let ns = reading[name].as_u64();
            assert!(ns.is_some_and(|ns| ns > 0), "{name} of {reading}");
        }
    }
    assert!(!ran.files.has(".probe"));
    let page = ran.files.text("report.html");
    assert!(page.contains("fixed work"));
}

#[test]
fn runs_of_every_measured_kind_have_them_and_replays_too() {
    let lab = Lab::fixture().samples(6);
    is_probed(&lab.measure([""; 0]).exit(0));
    let side = "isolation:native/static";
    is_probed(&lab.replay(&[side, side, "--quads", "2"]).exit(0));

    let lab = Lab::fixture()
        .guest("held", &holding(""))
        .question(&Question::memory().samples(3).of("held", ""));
    is_probed(&lab.begin_of("memory", |command| command).ended().exit(0));
}

#[test]
fn what_is_counted_needs_none() {
    let lab = Lab::fixture().question(&Question::size().of("right", ""));
    let ran = lab.begin_of("size", |command| command).ended().exit(0);
    assert_eq!(readings(ran.files.path()), Vec::<Value>::new());
    assert!(!ran.files.text("report.html").contains("fixed work"));
}

#[test]
fn where_nothing_can_be_written_that_one_is_left_out_and_the_run_goes_on() {
    let lab = Lab::fixture().samples(100_000);
    lab.run(["build", "-i", "native/*"]).exit(0);
    let mut live = lab.begin(|command| command);
    live.until_samples(1);
    let folder = live.files().path().to_owned();
    let moved = folder.with_extension("moved");
    fs::rename(&folder, &moved).expect("moves the run's folder");
    let without = |reading: &Value| reading.get("fsync_ns").is_none();
    live.until("a reading is without it", |_| {
        readings(&moved).iter().any(without)
    });
    fs::rename(&moved, &folder).expect("moves it back");
    live.signal(libc::SIGINT);
    let ran = live.ended().exit(130);
    let readings = readings(ran.files.path());
    let others = |reading: &Value| EACH[..3].iter().all(|name| reading[name].is_u64());
    assert!(readings.iter().all(others), "{readings:?}");
}
