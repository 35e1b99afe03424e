//! Probes of the machine: work that is the same in every run, so that what a machine does to all rows is
//! told from what a build does to some. It is done between blocks, where nothing is launched.
//!
//! None of it is made of what is measured. Each part is a span of `CLOCK_MONOTONIC`, and one that
//! cannot be had here is left out.

use std::fs::{self, File};
use std::hint::black_box;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use labrun_record::Probes;

use crate::clock::now_ns;
use crate::limits::has_room;
use crate::process::run_bare;

/// Time between two readings at least, so that short blocks do not pay for them ...
const INTERVAL: Duration = Duration::from_secs(2);

/// ... and so many times what the last one took, where a disk is slow.
const REST: u32 = 20;

/// Steps of the integer work: each waits for the one before, some 6 cycles.
const STEPS: u32 = 1_500_000;

/// What it begins with ...
const SEED: u64 = 0x9e37_79b9_7f4a_7c15;

/// ... and comes to.
const RESULT: u64 = 0x9cf2_0ae5_440a_e9e9;

/// Bytes that are copied. From one half of a buffer of twice as many to the other: more than the caches
/// of a core are.
const COPIED: usize = 32 << 20;

/// A program that does nothing. That of the system: it is there without a build of ours, is small, and
/// has to be loaded and linked as programs are.
const TRUE: &str = "/bin/true";

/// The file that is written and synced, there only meanwhile.
const FILE: &str = ".probe";

/// Bytes that are written to it: a page.
const WRITTEN: usize = 4096;

/// How often.
const SYNCS: usize = 3;

/// Takes them.
#[derive(Debug)]
pub(crate) struct Prober {
    /// The run's folder.
    folder: PathBuf,
    last: Option<Instant>,
    took: Duration,
}

impl Prober {
    /// Of a run in this folder.
    pub(crate) fn new(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
            last: None,
            took: Duration::ZERO,
        }
    }

    /// A reading; none as long as it is too early for another.
    pub(crate) fn read(&mut self) -> Option<Probes> {
        let rest = INTERVAL.max(REST * self.took);
        if self.last.is_some_and(|last| last.elapsed() < rest) {
            return None;
        }
        let began = Instant::now();
        let probes = Probes {
            // It comes first: the others then find the same in the caches, whatever was launched before.
            memory_ns: copying(COPIED),
            cpu_ns: computing(STEPS, RESULT),
            spawn_ns: spawning(Path::new(TRUE)),
            fsync_ns: syncing(&self.folder.join(FILE)),
        };
        self.took = began.elapsed();
        self.last = Some(Instant::now());
        Some(probes)
    }
}

/// How long something takes, if it has a result that is right.
fn span(work: impl FnOnce() -> bool) -> Option<u64> {
    let began_ns = now_ns();
    let is_right = work();
    let ended_ns = now_ns();
    // Nothing takes no time: such a clock says nothing.
    is_right.then_some(ended_ns - began_ns).filter(|ns| *ns > 0)
}

/// Integer operations, each on what the one before gave: no memory, and no more than one at a time.
fn computing(steps: u32, result: u64) -> Option<u64> {
    span(|| black_box(mixed(black_box(steps))) == result)
}

/// Xorshift ([Marsaglia 2003](https://doi.org/10.18637/jss.v008.i14)).
fn mixed(steps: u32) -> u64 {
    let mut state = black_box(SEED);
    for _ in 0..steps {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
    }
    state
}

/// Copying so many bytes. The memory is held for as long, and none where there is little.
fn copying(bytes: usize) -> Option<u64> {
    if !has_room(2 * bytes as u64) {
        return None;
    }
    let mut buffer = Vec::new();
    buffer.try_reserve_exact(2 * bytes).ok()?;
    // Every page is there before the clock.
    buffer.resize(bytes, 1_u8);
    buffer.resize(2 * bytes, 2);
    let (from, to) = buffer.split_at_mut(bytes);
    let (from, to) = (black_box(from), black_box(to));
    span(|| {
        to.copy_from_slice(from);
        black_box(to).last() == Some(&1)
    })
}

/// A program from before it is asked for until it has ended, and ended well.
fn spawning(program: &Path) -> Option<u64> {
    span(|| run_bare(program).is_ok_and(|status| status.success()))
}

/// Writing to a file and bringing it to the disk: the median of three. The later two write over what the
/// first has made room for.
fn syncing(path: &Path) -> Option<u64> {
    let file = File::create(path).ok()?;
    let sync = || {
        file.write_all_at(&[1; WRITTEN], 0)
            .and_then(|()| file.sync_data())
    };
    let spans: Option<Vec<u64>> = (0..SYNCS).map(|_| span(|| sync().is_ok())).collect();
    let _ = fs::remove_file(path);
    let mut spans = spans?;
    spans.sort_unstable();
    spans.get(SYNCS / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The least of several: whatever else the machine does makes it longer.
    fn least(work: impl Fn() -> Option<u64>) -> u64 {
        let spans: Option<Vec<u64>> = (0..7).map(|_| work()).collect();
        let least = spans.and_then(|spans| spans.into_iter().min());
        least.expect("each is had here")
    }

    #[test]
    fn a_reading_has_all_of_them_and_leaves_no_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let probes = Prober::new(folder.path()).read().expect("is the first");
        for (name, ns) in probes.each() {
            assert!(ns.is_some_and(|ns| ns > 0), "{name}: {probes:?}");
        }
        let mut left = fs::read_dir(folder.path()).expect("is there");
        assert!(left.next().is_none());
    }

    #[test]
    fn more_work_takes_longer() {
        let once = least(|| computing(STEPS, RESULT));
        let twice = least(|| computing(2 * STEPS, mixed(2 * STEPS)));
        assert!(twice > once, "{once} {twice}");
        let (half, whole) = (least(|| copying(COPIED / 2)), least(|| copying(COPIED)));
        assert!(whole > half, "{half} {whole}");
    }

    #[test]
    fn what_cannot_be_had_is_left_out_and_not_zero() {
        let folder = tempfile::tempdir().expect("a folder");
        let gone = folder.path().join("gone");
        let probes = Prober::new(&gone).read().expect("is the first");
        assert_eq!(probes.fsync_ns, None);
        assert!(
            probes.cpu_ns.is_some() && probes.spawn_ns.is_some(),
            "{probes:?}"
        );
        assert_eq!(computing(STEPS, RESULT + 1), None, "a wrong result");
        assert_eq!(spawning(&gone), None);
        assert_eq!(spawning(Path::new("/bin/false")), None, "it ended badly");
        assert_eq!(copying(1 << 60), None);
    }

    #[test]
    fn it_is_read_again_when_some_time_has_passed_and_no_sooner() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut prober = Prober::new(folder.path());
        assert!(prober.read().is_some());
        assert_eq!(prober.read(), None);
        // As if it had been long ago, and then as if it had taken long.
        prober.last = Instant::now().checked_sub(INTERVAL);
        prober.took = Duration::ZERO;
        assert!(prober.read().is_some());
        prober.last = Instant::now().checked_sub(INTERVAL);
        prober.took = INTERVAL;
        assert_eq!(prober.read(), None);
    }
}
