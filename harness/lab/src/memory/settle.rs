//! When a footprint counts: two readings in a row agree.
//!
//! An isolate that has just printed its output may still return memory, fault pages in
//! or end helper processes.

use std::time::Duration;

use super::{Footprint, MemoryError};
use crate::clock::now_ns;
use crate::site::Site;
use crate::wait::pause;

/// Two readings agree if they differ by no more than this share of the larger ...
pub const AGREE_SHARE: f64 = 0.01;

/// ... or by no more than these bytes.
pub const AGREE_BYTES: u64 = 64 * 1024;

/// Time between two readings. Two that follow at once would agree whatever happens.
pub const LOOK_INTERVAL: Duration = Duration::from_millis(20);

/// Reads until the PSS of two readings in a row, [`LOOK_INTERVAL`] apart, agrees; gives
/// the second. `read` finds the processes anew each time: where one ended in between, the
/// pair does not count. Gives up after `limit`, with the last two readings or with what
/// ended.
pub fn settled(
    site: &Site,
    limit: Duration,
    mut read: impl FnMut() -> Result<Footprint, MemoryError>,
) -> Result<Footprint, MemoryError> {
    let deadline_ns = now_ns() + limit.as_nanos() as u64;
    let mut before = None;
    loop {
        let now = match read() {
            Ok(now) => Ok(now),
            Err(ended @ (MemoryError::Ended { .. } | MemoryError::NoProcess)) => Err(ended),
            Err(other) => return Err(other),
        };
        if let (Some(before), Ok(now)) = (before, &now)
            && agree(before, now.pss)
        {
            return Ok(*now);
        }
        if now_ns() >= deadline_ns {
            let after = now?.pss;
            return Err(MemoryError::Unsettled {
                before: before.unwrap_or(after),
                after,
                limit,
            });
        }
        before = now.ok().map(|now| now.pss);
        pause(&site.interrupt, LOOK_INTERVAL).map_err(|_| MemoryError::Interrupted)?;
    }
}

fn agree(a: u64, b: u64) -> bool {
    let allowed = (a.max(b) as f64 * AGREE_SHARE).max(AGREE_BYTES as f64);
    a.abs_diff(b) as f64 <= allowed
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::interrupt::Interrupt;

    const MIB: u64 = 1024 * 1024;

    fn of(pss: u64) -> Footprint {
        Footprint {
            pss,
            ..Footprint::default()
        }
    }

    fn site() -> Site {
        Site::new(Interrupt::never().expect("an interrupt")).expect("a site")
    }

    #[test]
    fn the_second_of_the_first_two_that_agree_counts() {
        // In MiB: falls, loses a process, rises, then moves by less than 1 %.
        let mut readings = [Some(90 * MIB), Some(64 * MIB), None, Some(64 * MIB)]
            .into_iter()
            .chain([Some(70 * MIB), Some(70 * MIB + MIB / 2), Some(0)]);
        let got = settled(&site(), Duration::from_mins(1), || {
            readings.next().flatten().map(of).ok_or(MemoryError::Ended {
                pid: 7,
                name: String::new(),
            })
        });
        assert_eq!(got.expect("settles").pss, 70 * MIB + MIB / 2);
        assert_eq!(readings.next(), Some(Some(0)));
    }

    #[test]
    fn what_never_settles_says_so() {
        let mut pss = MIB;
        let error = settled(&site(), Duration::from_millis(100), || {
            pss *= 2;
            Ok(of(pss))
        })
        .expect_err("it grows");
        let MemoryError::Unsettled { before, after, .. } = error else {
            panic!("{error}");
        };
        assert_eq!((before, after), (pss / 2, pss));
    }

    #[test]
    fn a_little_is_agreed_to_whatever_its_share() {
        assert!(agree(100 * 1024, 160 * 1024));
        assert!(!agree(100 * 1024, 170 * 1024));
        assert!(agree(100 * MIB, 101 * MIB));
        assert!(!agree(100 * MIB, 102 * MIB));
    }
}
