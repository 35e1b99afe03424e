//! Resource limits (getrlimit(2)) that a launch inherits and that end it: processor time, and the size
//! of a file.

use std::io;
use std::time::Duration;

use super::Limit;
use crate::proc;

/// What `/proc/PID/limits` calls `RLIMIT_CPU`, in seconds, and `RLIMIT_FSIZE`, in bytes.
const TIME: &str = "Max cpu time";
const FILE: &str = "Max file size";

/// How a reason tells of SIGXCPU: a shell's and a sandbox's exit code is 128 and the signal.
const OUT_OF_TIME: [&str; 2] = ["ended by signal 24", "exited with code 152"];

/// The same of SIGKILL, which the kernel sends where the limit may not be raised either.
const KILLED: [&str; 2] = ["ended by signal 9", "exited with code 137"];

/// The same of SIGXFSZ, and what is said where it is ignored (EFBIG, strerror(3)).
const OUT_OF_FILE: [&str; 3] = [
    "ended by signal 25",
    "exited with code 153",
    "File too large",
];

/// The limit that a launch has met which took so long and failed for this reason, if it is one of these.
pub(super) fn met(reason: &str, took: Duration) -> Option<String> {
    let tells = |words: &[&str]| words.iter().any(|word| reason.contains(word));
    let time = tells(&OUT_OF_TIME) || tells(&KILLED);
    // What was killed for another reason has had less than that of all processors.
    if time && let Some(seconds) = least(TIME).filter(|seconds| could_use(*seconds, took)) {
        return Some(format!("{}: {LIFT_TIME}", of_time(seconds)));
    }
    let bytes = tells(&OUT_OF_FILE).then(|| least(FILE)).flatten();
    bytes.map(|bytes| format!("{}: {LIFT_FILE}", of_file(bytes)))
}

/// The limit that a file of the lab's own has met, if it is that.
pub fn file_too_large(error: &io::Error) -> Option<String> {
    let bytes = (error.kind() == io::ErrorKind::FileTooLarge)
        .then(|| least(FILE))
        .flatten();
    bytes.map(|bytes| format!("{}: {LIFT_FILE}", of_file(bytes)))
}

/// Whether the processors together have so many seconds in such a time.
fn could_use(seconds: u64, took: Duration) -> bool {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    took.as_secs_f64() * processors as f64 >= seconds as f64
}

/// What a process that is started here has of a limit.
fn least(name: &str) -> Option<u64> {
    let [has, _] = proc::limit(std::process::id().cast_signed(), name)?;
    has
}

fn of_time(seconds: u64) -> String {
    format!("a process may use {seconds} s of processor time (RLIMIT_CPU)")
}

fn of_file(bytes: u64) -> String {
    format!("a file may have {bytes} bytes (RLIMIT_FSIZE)")
}

/// How they are lifted.
const LIFT_TIME: &str = "raise it, as root: `ulimit -t unlimited`, LimitCPU= of its unit";
const LIFT_FILE: &str = "raise it, as root: `ulimit -f unlimited`, LimitFSIZE= of its unit";

/// For a person.
pub(super) fn stated() -> Limit {
    let of = |name, said: fn(u64) -> String, lift| least(name).map(|most| (said(most), lift));
    let found = [of(TIME, of_time, LIFT_TIME), of(FILE, of_file, LIFT_FILE)];
    let (said, lift): (Vec<String>, Vec<&str>) = found.into_iter().flatten().unzip();
    Limit {
        what: "each process",
        said: if said.is_empty() {
            "any processor time, files of any size".to_owned()
        } else {
            said.join("; ")
        },
        lift: (!lift.is_empty()).then(|| {
            format!(
                "what needs more is unavailable, and a run that does ends early; {}",
                lift.join("; ")
            )
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_limited_was_not_met() {
        // No test is run with such limits.
        for reason in ["it was ended by signal 24 (SIGXCPU)", "File too large"] {
            assert_eq!(met(reason, Duration::from_hours(1)), None);
        }
        assert_eq!(stated().lift, None);
        assert!(could_use(0, Duration::ZERO));
        assert!(!could_use(3600, Duration::from_millis(10)));
    }
}
