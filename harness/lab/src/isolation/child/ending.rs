//! How a server in a container ends that is not of the lab's making: by SIGTERM if it handles that, and
//! else as an engine of containers ends it, by SIGKILL.
//!
//! The first process of a PID namespace gets no signal that it has no handler for (`pid_namespaces(7)`), so
//! that many an image never ends by SIGTERM. Engines wait ten seconds before they find out. Where the lab
//! can see it, it does not wait.

use std::fs;
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
/// ended.
pub(super) fn end(
    child: &mut dyn Child,
    isolate: &mut dyn Isolate,
    site: &Site,
    deadline_ns: u64,
) -> Result<(u64, Exit), Failure> {
    // Looked at before it is asked: the look takes time.
    let is_deaf = child.first_process(isolate).is_some_and(is_deaf);
    let asked_ns = now_ns();
    if is_deaf {
        child.kill(isolate);
        return Ok((asked_ns, isolate.end(site, deadline_ns)?));
    }
    child.stop(isolate);
    let grace_ns = deadline_ns.min(asked_ns + GRACE.as_nanos() as u64);
    let exit = match isolate.end(site, grace_ns) {
        Err(Failure::Outcome(Outcome::Timeout, _)) => {
            child.kill(isolate);
            isolate.end(site, deadline_ns)?
        }
        ended => ended?,
    };
    Ok((asked_ns, exit))
}

/// Whether a process has no handler for SIGTERM, as far as that is to be seen.
fn is_deaf(pid: Pid) -> bool {
    let status = fs::read_to_string(format!("/proc/{pid}/status"));
    status.is_ok_and(|status| handles_no_term(&status) == Some(true))
}

fn handles_no_term(status: &str) -> Option<bool> {
    let is_first = status
        .lines()
        .find_map(|line| line.strip_prefix("NSpid:"))
        .is_some_and(|pids| pids.split_whitespace().count() > 1 && pids.trim().ends_with("\t1"));
    let caught = status
        .lines()
        .find_map(|line| line.strip_prefix("SigCgt:"))?;
    let caught = u64::from_str_radix(caught.trim(), 16).ok()?;
    Some(is_first && caught & (1 << (libc::SIGTERM - 1)) == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_of_its_namespace_hears_what_it_handles() {
        let of = |pids: &str, caught: &str| {
            handles_no_term(&format!("Name:\tapp\nNSpid:\t{pids}\nSigCgt:\t{caught}\n"))
        };
        assert_eq!(of("4711\t1", "0000000000000000"), Some(true));
        assert_eq!(of("4711\t1", "0000000000004000"), Some(false));
        assert_eq!(of("4711\t7", "0000000000000000"), Some(false), "another");
        assert_eq!(of("4711", "0000000000000000"), Some(false), "on the host");
        assert_eq!(handles_no_term("Name:\tapp\n"), None);
    }
}
