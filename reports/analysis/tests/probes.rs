//! What fixed work took, over the readings of a run.

mod support;

use labrun_analysis::ProbeMedians;
use labrun_record::{BlockLoad, Probes};
use support::run;

/// A block with a reading of the processor and the disk, or with none.
fn block(first: u32, read: Option<(u64, Option<u64>)>) -> BlockLoad {
    BlockLoad {
        first,
        end: first + 1,
        seconds: 2.0,
        others: None,
        most_by: None,
        steal: 0.0,
        probes: read.map(|(cpu, fsync)| Probes {
            cpu_ns: Some(cpu),
            fsync_ns: fsync,
            ..Probes::default()
        }),
    }
}

#[test]
fn each_has_the_median_of_the_readings_that_have_it() {
    let mut run = run();
    assert_eq!(ProbeMedians::of(&run), None);
    run.blocks = vec![block(0, None)];
    assert_eq!(ProbeMedians::of(&run), None, "nobody read");
    run.blocks = vec![
        block(0, Some((5, None))),
        block(1, Some((3, Some(40)))),
        block(2, None),
        block(3, Some((90, Some(20)))),
    ];
    let found = ProbeMedians::of(&run).expect("was read");
    assert_eq!(found.readings, 3);
    let each = [
        ("cpu", Some(5.0)),
        ("memory", None),
        ("spawn", None),
        ("fsync", Some(30.0)),
    ];
    assert_eq!(found.each, each);
}
