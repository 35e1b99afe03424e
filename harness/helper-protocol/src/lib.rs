//! The lines that labrun and its helper for containerd exchange, as JSON, one object a line.
//!
//! The helper is a package of its own, since what speaks to containerd is built with a
//! protobuf compiler. It is a program with five verbs; before each stands `--address PATH`:
//!
//! * `version` prints one [`Version`]: containerd answers.
//! * `owners` prints the owners of whatever of the lab's containerd holds, a line each: the owner, and
//!   the instant at which the newest of what it has was made, in whole seconds since 1970.
//! * `clear OWNER` removes all that belongs to an owner, and the lab's namespace once it is
//!   empty; prints how many containers that were.
//! * `remove ID` removes one container whatever state it is in.
//! * `run` is one container. It reads a [`Command`] a line on stdin and answers each with one
//!   [`Event`] line on descriptor [`EVENTS_FD`]. When the container has ended, the helper removes
//!   all that was made for it, and exits with the container's exit code. SIGTERM is passed on to
//!   the container. When stdin ends, the container's does, or the container is killed, as its
//!   [`Stdin`] says; where it has none the lab is gone, and the container is ended.
//!
//! A verb that fails says why on stderr in one line, and exits with [`FAILED`], or with
//! [`ABSENT`] where containerd does not answer.
//!
//! All instants are nanoseconds of `CLOCK_MONOTONIC`, which every process on a machine
//! shares; labrun's own clock decides the totals.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// The descriptor on which `run` answers.
pub const EVENTS_FD: i32 = 3;

/// Exit code of a verb that failed.
pub const FAILED: u8 = 70;

/// Exit code where containerd does not answer, or no longer.
pub const ABSENT: u8 = 69;

/// Exit code of a container that was killed: 128 and the number of SIGKILL, as shims say it.
pub const KILLED: u8 = 137;

/// The label with the owner of whatever the lab makes in containerd.
pub const OWNER_LABEL: &str = "labrun.owner";

/// Names of a container's outputs in the folder of its [`ContainerSpec`], named pipes that the lab has made.
pub const OUTPUTS: [&str; 2] = ["stdout", "stderr"];

/// What `version` prints.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Version {
    /// That of containerd.
    pub version: String,
}

/// A container to be made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ContainerSpec {
    /// Its id, which the lab has chosen.
    pub id: String,
    /// Whose it is.
    pub owner: String,
    /// What else it is labelled with.
    pub labels: BTreeMap<String, String>,
    /// What containerd calls the runtime: `io.containerd.runc.v2`.
    pub runtime: String,
    /// The image: an OCI layout as a tar, with one manifest.
    pub image: PathBuf,
    /// SHA-256 of that file, 64 hex digits.
    pub image_sha256: String,
    /// Arguments after those of the image's entry point.
    pub args: Vec<String>,
    /// Variables beside the image's.
    pub env: BTreeMap<String, String>,
    /// Directories of the host that it is granted.
    pub grants: Vec<Grant>,
    /// Folder of its outputs ([`OUTPUTS`]).
    pub streams: PathBuf,
    /// What its stdin is.
    pub stdin: Stdin,
}

/// What a container's stdin is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stdin {
    /// It has none.
    Empty,
    /// It stays open until the helper's ends, and ends then.
    Ends,
    /// It stays open, and its shim never lets it end: when the helper's ends, the container is
    /// killed, and the helper's exit code is [`KILLED`].
    Stays,
}

/// A directory that a container is granted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    /// Its path on the host.
    pub host: PathBuf,
    /// Its path in the container.
    pub guest: String,
}

/// What the lab asks of `run`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    tag = "command",
    content = "of",
    rename_all = "kebab-case",
    deny_unknown_fields
)]
pub enum Command {
    /// Do whatever may stand before the clock starts: connect, import and unpack the image.
    Prepare(Box<ContainerSpec>),
    /// Make the snapshot, the container and its task, which does not run yet.
    Create,
    /// Let it run.
    Start,
}

/// What `run` answers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    tag = "event",
    content = "of",
    rename_all = "kebab-case",
    deny_unknown_fields
)]
pub enum Event {
    /// [`Command::Prepare`] is done.
    Ready,
    /// [`Command::Create`] is done.
    Created(Created),
    /// [`Command::Start`] is done.
    Started(Started),
    /// It is not done. The helper removes what it has made, and ends.
    Failed(String),
    /// It is not done, since containerd does not answer, or not as it should.
    Absent(String),
}

/// A container whose task is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Created {
    /// The task's process; that of the shim itself, where a shim makes none before the start.
    pub pid: i32,
    /// When the snapshot was there.
    pub snapshot_ns: u64,
    /// When containerd's record of the container was there.
    pub record_ns: u64,
}

/// A container whose task runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Started {
    /// The task's process.
    pub pid: i32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_read_as_they_are_written() {
        let created = Event::Created(Created {
            pid: 7,
            snapshot_ns: 1,
            record_ns: 2,
        });
        let started = Event::Started(Started { pid: 8 });
        let failed = Event::Failed("why".to_owned());
        for event in [created, started, Event::Ready, failed] {
            let line = serde_json::to_string(&event).expect("writes");
            assert_eq!(
                serde_json::from_str::<Event>(&line).expect("reads"),
                event,
                "{line}"
            );
        }
        assert_eq!(
            serde_json::to_string(&Stdin::Stays).expect("writes"),
            r#""stays""#
        );
        assert_eq!(
            serde_json::to_string(&Command::Start).expect("writes"),
            r#"{"command":"start"}"#
        );
    }

    #[test]
    fn a_word_that_is_not_known_is_refused() {
        let line = r#"{"event":"created","of":{"pid":1,"snapshot_ns":1,"record_ns":1,"x":1}}"#;
        assert!(serde_json::from_str::<Event>(line).is_err());
    }
}
