//! How much of the processors there is: a quota of a cgroup, and which of them may be used.

use std::fs;

use super::Limit;
use crate::cgroup::cpu_quota;

/// For a person.
pub(super) fn stated() -> Limit {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mut lines = status.lines();
    let allowed = lines.find_map(|line| line.strip_prefix("Cpus_allowed_list:"));
    let allowed = allowed.unwrap_or_default().trim();
    let online = fs::read_to_string("/sys/devices/system/cpu/online").unwrap_or_default();
    let few = count(allowed);
    // Without a /sys nobody tells how many there are.
    let all = count(online.trim()).max(few);
    let mut said = format!("{few} of {all} processors ({allowed})");
    let mut lift = Vec::new();
    if few < all {
        lift.push(
            "a cpuset or an affinity leaves out the others: docker run --cpuset-cpus, taskset",
        );
    }
    if let Some((processors, folder)) = cpu_quota() {
        let folder = folder.display();
        said =
            format!("{said}; the time of {processors:.2} in each period, by the cgroup {folder}");
        lift.push(
            "what takes more is stopped for the rest of a period, and times jump: docker run --cpus, \
             CPUQuota= of its unit",
        );
    }
    Limit {
        what: "processors",
        said,
        lift: (!lift.is_empty()).then(|| lift.join("; ")),
    }
}

/// How many a list such as `0-3,8` has.
fn count(ranges: &str) -> u32 {
    let of = |range: &str| -> Option<u32> {
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        let (first, last): (u32, u32) = (first.parse().ok()?, last.parse().ok()?);
        Some(last.checked_sub(first)? + 1)
    };
    ranges.split(',').filter_map(of).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_processors_is_counted() {
        assert_eq!(count("0-3,8"), 5);
        assert_eq!(count("7"), 1);
        assert_eq!(count(""), 0);
        assert!(stated().said.contains(" processors ("));
    }
}
