//! What the processors' time went into: the lab's own work and what is done for it, that of others,
//! and what the hypervisor took. It is looked at between blocks, where no clock runs.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::mem;
use std::time::{Duration, Instant};

use rustix::thread::{CpuSet, sched_getaffinity};

use crate::proc::{self, Pid, Work};

/// Time between two looks at least, since the kernel counts in hundredths of a second ...
const INTERVAL: Duration = Duration::from_secs(1);

/// ... and so many times what the last one took.
const REST: u32 = 100;

/// What the names of programs begin with that run containers for a daemon.
const DAEMONS: [&str; 2] = ["dockerd", "containerd"];

/// What they did since they were last looked at. Shares are of the time of all of them, from 0 to 1.
#[derive(Debug, Clone, PartialEq)]
pub struct Shares {
    /// Seconds since then.
    pub seconds: f64,
    /// What the processes of others took; none where they cannot be told from a daemon's.
    pub others: Option<f64>,
    /// Name of the process that took most of that, with what it had started.
    pub most_by: Option<String>,
    /// What the hypervisor gave to other machines.
    pub steal: f64,
}

/// The processors that this process may use.
#[derive(Debug)]
pub struct Processors {
    /// Their numbers; all of them where the kernel does not say.
    allowed: Option<BTreeSet<usize>>,
    /// Whether a daemon runs something for the lab.
    with_daemon: bool,
    last: Look,
    took: Duration,
}

/// How things stood at an instant.
#[derive(Debug)]
struct Look {
    at: Instant,
    time: Time,
    works: BTreeMap<(Pid, u64), Work>,
}

/// Clock ticks of all processors since boot.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Time {
    all: u64,
    /// In processes, and in the kernel for them.
    busy: u64,
    steal: u64,
}

impl Processors {
    /// Begins to look at them. `with_daemon` says whether a daemon runs something for the lab: what it
    /// does is then no work of others.
    pub fn watch(with_daemon: bool) -> Self {
        let numbers = |set: CpuSet| (0..CpuSet::MAX_CPU).filter(|n| set.is_set(*n)).collect();
        let allowed: Option<BTreeSet<usize>> = sched_getaffinity(None).ok().map(numbers);
        Self {
            last: Look::take(allowed.as_ref()),
            allowed,
            with_daemon,
            took: Duration::ZERO,
        }
    }

    /// What they did since the last look; nothing as long as it is too early for another, unless there
    /// will be none.
    pub fn look(&mut self, is_last: bool) -> Option<Shares> {
        let rest = INTERVAL.max(REST * self.took);
        if !is_last && self.last.at.elapsed() < rest {
            return None;
        }
        let began = Instant::now();
        let now = Look::take(self.allowed.as_ref());
        self.took = began.elapsed();
        let before = mem::replace(&mut self.last, now);
        self.last.since(&before, self.with_daemon)
    }
}

impl Look {
    fn take(allowed: Option<&BTreeSet<usize>>) -> Self {
        let stat = fs::read_to_string("/proc/stat").unwrap_or_default();
        let works = proc::every().filter_map(|pid| {
            let work = proc::work(pid)?;
            Some(((pid, work.started), work))
        });
        Self {
            at: Instant::now(),
            time: Time::of(&stat, allowed),
            works: works.collect(),
        }
    }

    /// What was done since another look. Whatever is not known to be the lab's, the kernel's or a
    /// daemon's is the work of others, also of those that came and went meanwhile.
    fn since(&self, before: &Self, with_daemon: bool) -> Option<Shares> {
        let lab = std::process::id().cast_signed();
        let (mut known, mut most, mut has_daemon) = (0, (0, None), false);
        for (key, work) in &self.works {
            let (own, children) = before
                .works
                .get(key)
                .map_or((0, 0), |b| (b.own, b.children));
            let (own, children) = (
                work.own.saturating_sub(own),
                work.children.saturating_sub(children),
            );
            let is_lab = key.0 == lab || work.parent == lab;
            let is_daemon = with_daemon && DAEMONS.iter().any(|name| work.name.starts_with(name));
            has_daemon |= is_daemon;
            if is_lab || is_daemon || work.is_kernel {
                known += own + children;
            } else if with_daemon && key.0 == 1 {
                // It waits for the processes around containers, whose parents have ended.
                known += children;
            } else if own + children > most.0 {
                most = (own + children, Some(&work.name));
            }
        }
        let all = self.time.all.saturating_sub(before.time.all);
        let others = self.time.busy.saturating_sub(before.time.busy + known);
        let steal = self.time.steal.saturating_sub(before.time.steal);
        let share = |ticks: u64| (ticks as f64 / all as f64).min(1.0);
        (all > 0).then(|| Shares {
            seconds: self.at.duration_since(before.at).as_secs_f64(),
            others: (has_daemon || !with_daemon).then(|| share(others)),
            // Of next to nothing nobody is named.
            most_by: most
                .1
                .filter(|_| 2 * most.0 > others && 100 * others > all)
                .cloned(),
            steal: share(steal),
        })
    }
}

impl Time {
    /// From `/proc/stat` (proc(5)): what counts as idle, waiting and interrupts is nobody's work.
    fn of(stat: &str, allowed: Option<&BTreeSet<usize>>) -> Self {
        let mut time = Self::default();
        for line in stat.lines() {
            let mut words = line.split_whitespace();
            let number = words.next().and_then(|name| name.strip_prefix("cpu"));
            let Some(number) = number.and_then(|number| number.parse::<usize>().ok()) else {
                continue;
            };
            if allowed.is_some_and(|allowed| !allowed.contains(&number)) {
                continue;
            }
            // user, nice, system, idle, iowait, irq, softirq, steal; what guests had is in the first two.
            let ticks: Vec<u64> = words.take(8).map(|n| n.parse().unwrap_or(0)).collect();
            time.all += ticks.iter().sum::<u64>();
            time.busy += ticks.iter().take(3).sum::<u64>();
            time.steal += ticks.get(7).copied().unwrap_or(0);
        }
        time
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STAT: &str = "cpu  30 6 9 90 3 3 3 15 0 0\ncpu0 10 2 3 30 1 1 1 5 0 0\n\
        cpu2 20 4 6 60 2 2 2 10 0 0\nintr 5 0\n";

    #[test]
    fn the_time_of_the_processors_that_may_be_used_is_counted() {
        let all = Time::of(STAT, None);
        let expected = |all, busy, steal| Time { all, busy, steal };
        assert_eq!(all, expected(159, 45, 15));
        let second = BTreeSet::from([1, 2]);
        assert_eq!(Time::of(STAT, Some(&second)), expected(106, 30, 10));
        assert_eq!(Time::of("", None), Time::default());
    }

    /// Processes with their names, parents and work: own, and of children.
    fn look(time: Time, works: &[(Pid, &str, Pid, u64, u64)]) -> Look {
        let works = works.iter().map(|(pid, name, parent, own, children)| {
            let work = Work {
                name: (*name).to_owned(),
                parent: *parent,
                is_kernel: *parent == 2,
                started: 7,
                own: *own,
                children: *children,
            };
            ((*pid, work.started), work)
        });
        Look {
            at: Instant::now(),
            time,
            works: works.collect(),
        }
    }

    /// The shares of 400 ticks of which `busy` were work and 20 stolen.
    fn shares(
        busy: u64,
        with_daemon: bool,
        before: &[(Pid, &str, Pid, u64, u64)],
        now: &[(Pid, &str, Pid, u64, u64)],
    ) -> Shares {
        let time = |all, busy, steal| Time { all, busy, steal };
        let before = look(time(1000, 500, 40), before);
        let now = look(time(1400, 500 + busy, 60), now);
        now.since(&before, with_daemon).expect("some time passed")
    }

    fn is(found: Option<f64>, share: f64) -> bool {
        found.is_some_and(|found| (found - share).abs() < 1e-9)
    }

    #[test]
    fn what_is_not_the_labs_is_the_work_of_others() {
        let lab = std::process::id().cast_signed();
        let before = [
            (lab, "labrun", 5, 100, 200),
            (9_000_001, "cargo", 5, 50, 5000),
            (2, "kthreadd", 0, 0, 0),
        ];
        let now = [
            (lab, "labrun", 5, 110, 260),
            (9_000_001, "cargo", 5, 60, 5090),
            (9_000_002, "kworker", 2, 30, 0),
            (9_000_003, "held", lab, 20, 0),
        ];
        // 70 the lab's, 30 the kernel's, 20 a child's; of the others 100 are cargo's.
        let found = shares(280, false, &before, &now);
        assert!(is(found.others, 160.0 / 400.0), "{found:?}");
        assert_eq!(found.most_by.as_deref(), Some("cargo"));
        assert!(is(Some(found.steal), 20.0 / 400.0), "{found:?}");
        // Nobody took most of it.
        let found = shares(380, false, &before, &now);
        assert_eq!(found.most_by, None, "{found:?}");
        // Counted at another instant: less than nothing is nothing.
        let found = shares(100, false, &before, &now);
        assert!(is(found.others, 0.0), "{found:?}");
    }

    #[test]
    fn what_a_daemon_does_for_the_lab_is_no_work_of_others() {
        let before = [(1, "init", 0, 10, 1000), (9_000_001, "dockerd", 1, 500, 0)];
        let now = [
            (1, "init", 0, 10, 1040),
            (9_000_001, "dockerd", 1, 530, 10),
            (9_000_002, "containerd-shim", 1, 20, 5),
        ];
        let found = shares(125, true, &before, &now);
        assert!(is(found.others, 20.0 / 400.0), "{found:?}");
        let alone = shares(125, false, &before, &now);
        assert!(is(alone.others, 125.0 / 400.0), "{alone:?}");
        // A daemon that is not seen cannot be told from others.
        let unseen = shares(125, true, &before[..1], &now[..1]);
        assert_eq!(unseen.others, None, "{unseen:?}");
    }

    #[test]
    fn this_machine_is_looked_at() {
        let mut processors = Processors::watch(false);
        // The kernel counts in ticks: one has to pass.
        let found = std::iter::repeat_with(|| processors.look(true)).find_map(|found| found);
        let found = found.expect("a tick passes");
        assert!(
            found
                .others
                .is_some_and(|others| (0.0..=1.0).contains(&others)),
            "{found:?}"
        );
        assert!((0.0..=1.0).contains(&found.steal), "{found:?}");
    }
}
