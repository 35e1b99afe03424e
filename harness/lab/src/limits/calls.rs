//! Calls of the kernel that an old one lacks, or that a filter of system calls refuses.

use super::Limit;
use crate::wait::has_pidfds;

/// For a person.
pub(super) fn stated() -> Limit {
    let refused = has_pidfds().err();
    Limit {
        what: "system calls",
        said: match refused {
            None => "all that the lab uses".to_owned(),
            Some(error) => format!("pidfd_open is refused: {error}"),
        },
        lift: refused.map(|_| {
            "the end of a process is known some tens of microseconds late: Linux 5.3 or newer, in Docker \
             20.10 or newer (or --security-opt seccomp=unconfined)"
                .to_owned()
        }),
    }
}
