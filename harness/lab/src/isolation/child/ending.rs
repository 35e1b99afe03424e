//! How a server in a container ends that is not of the lab's making: by SIGTERM if it handles that, and
//! else as an engine of containers ends it, by SIGKILL.
//!
//! The first process of a PID namespace gets no signal that it has no handler for (`pid_namespaces(7)`), so
//! that many an image never ends by SIGTERM. Engines wait ten seconds before they find out. Where the lab
//! can see it, it does not wait; and where a handler does not end the process (Node.js puts the terminal
//! right in its own, and raises the signal again, in vain), it waits once.

use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use labrun_record::Outcome;

use super::Child;
use crate::clock::now_ns;
use crate::outcome::Failure;
use crate::proc::Pid;
use crate::process::{Exit, Isolate};
use crate::site::Site;

/// How long a server has after SIGTERM: that of `docker stop`.
const GRACE: Duration = Duration::from_secs(10);

/// Has a server end that may not handle SIGTERM; gives the instant at which it was asked to, and how it
/// ended. That one handles it and does not end is noted in `outlives`, and believed of the next.
pub(super) fn end(
    child: &mut dyn Child,
    isolate: &mut dyn Isolate,
    site: &Site,
    outlives: &AtomicBool,
    deadline_ns: u64,
) -> Result<(u64, Exit), Failure> {
    // Looked at before it is asked: the look takes time.
    let hearing = child.first_process(isolate).and_then(look);
    let asked_ns = now_ns();
    if match hearing {
        Some(Hearing::Deaf) => true,
        Some(Hearing::First) => outlives.load(Ordering::Relaxed),
        Some(Hearing::Other) | None => false,
    } {
        child.kill(isolate);
        return Ok((asked_ns, isolate.end(site, deadline_ns)?));
    }
    child.stop(isolate);
    let grace_ns = deadline_ns.min(asked_ns + GRACE.as_nanos() as u64);
    let exit = match isolate.end(site, grace_ns) {
        Err(Failure::Outcome(Outcome::Timeout, _)) => {
            if hearing == Some(Hearing::First) {
                outlives.store(true, Ordering::Relaxed);
            }
            child.kill(isolate);
            isolate.end(site, deadline_ns)?
        }
        ended => ended?,
    };
    Ok((asked_ns, exit))
}

/// How a process hears SIGTERM.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hearing {
    /// The first of its namespace, without a handler: not at all.
    Deaf,
    /// The first of its namespace, with a handler: what that does is all that happens.
    First,
    /// Another one, which ends by it at the latest.
    Other,
}

fn look(pid: Pid) -> Option<Hearing> {
    hearing(&fs::read_to_string(format!("/proc/{pid}/status")).ok()?)
}

fn hearing(status: &str) -> Option<Hearing> {
    let of = |name: &str| status.lines().find_map(|line| line.strip_prefix(name));
    let caught = u64::from_str_radix(of("SigCgt:")?.trim(), 16).ok()?;
    let is_first = of("NSpid:")
        .is_some_and(|pids| pids.split_whitespace().count() > 1 && pids.trim().ends_with("\t1"));
    Some(match (is_first, caught & (1 << (libc::SIGTERM - 1)) == 0) {
        (true, true) => Hearing::Deaf,
        (true, false) => Hearing::First,
        (false, _) => Hearing::Other,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_its_namespace_hears_what_it_handles() {
        let of = |pids: &str, caught: &str| {
            hearing(&format!("Name:\tapp\nNSpid:\t{pids}\nSigCgt:\t{caught}\n"))
        };
        assert_eq!(of("4711\t1", "0000000000000000"), Some(Hearing::Deaf));
        assert_eq!(of("4711\t1", "0000000000004000"), Some(Hearing::First));
        assert_eq!(of("4711\t7", "0000000000000000"), Some(Hearing::Other));
        assert_eq!(of("4711", "0000000000000000"), Some(Hearing::Other));
        assert_eq!(hearing("Name:\tapp\n"), None);
    }
}
