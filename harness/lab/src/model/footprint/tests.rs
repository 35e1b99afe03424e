//! Tests of a launch that is measured for memory.

use super::*;

fn held(instances: u32, swap: u64, swapped_of_cgroup: u64) -> Held {
    Held {
        instances,
        processes: Footprint {
            pss: u64::from(instances) << 20,
            swap,
            ..Footprint::default()
        },
        cgroup: Ok(CgroupMemory {
            anon: 4096,
            file: 0,
            kernel: Some(4096),
            usage: 8192,
            swap: swapped_of_cgroup,
        }),
    }
}

fn readings(idle: Held, end: End) -> Readings {
    Readings {
        grown: vec![idle.clone()],
        idle,
        peak: Ok(1 << 20),
        end,
    }
}

fn reason(value: Value) -> String {
    value.given.expect_err("no value").to_string()
}

#[test]
fn what_was_swapped_out_is_never_a_smaller_number() {
    for (swap, of_cgroup) in [(5000, 0), (0, 5000)] {
        let read = readings(held(1, swap, of_cgroup), End::Whole);
        for (metric, scope) in [
            (Metric::MemoryIdle, "pss"),
            (Metric::MemoryIdle, "cgroup"),
            (Metric::MemoryPeak, "hwm"),
            (Metric::MemoryMarginal, "pss"),
        ] {
            let reason = reason(read.value(metric, scope));
            assert!(
                reason.starts_with("unavailable: 5 KiB of it were swapped out"),
                "{reason}"
            );
        }
    }
    let read = readings(held(1, 0, 0), End::Whole);
    let idle = read
        .value(Metric::MemoryIdle, "pss")
        .given
        .expect("a value");
    assert_eq!(idle.to_bits(), f64::from(1 << 20).to_bits());
}

#[test]
fn a_series_that_broke_off_costs_its_own_rows_alone() {
    let failure = Failure::failed("it was ended by signal 9");
    let read = readings(held(1, 0, 0), End::BrokenOff(failure.clone()));
    assert!(read.value(Metric::MemoryIdle, "private").given.is_ok());
    assert!(read.value(Metric::MemoryPeak, "cgroup").given.is_ok());
    for metric in [Metric::MemoryMarginal, Metric::MemoryFixed] {
        assert_eq!(read.value(metric, "pss").given, Err(failure.clone()));
    }
    let read = readings(held(1, 0, 0), End::NoRoom("the cgroup".to_owned()));
    let reason = reason(read.value(Metric::MemoryMarginal, "pss"));
    assert_eq!(
        reason,
        "unavailable: one more instance would not have fitted into the cgroup"
    );
}
