//! The lines that labrun and a runner exchange, as JSON, one object a line.
//!
//! A runner is a program with two verbs:
//!
//! * `describe` prints one [`Describe`] and exits: the receipt that the runtime
//!   is here and works, and which version it is.
//! * `job` reads one [`Command`] per line on stdin, does it, and answers each
//!   with exactly one [`Event`] line on stdout ([`Event::Done`], [`Event::Failed`],
//!   [`Event::Refused`] or [`Event::Unsupported`]), in the order of the commands.
//!   [`Event::Served`] lines may come in between. It exits 0 when stdin ends.
//! * `precompile` is a command too ([`Command::Precompile`]), so that building
//!   and running share one way in.
//!
//! What a guest prints goes to file descriptor [`GUEST_STDOUT_FD`], a pipe of its
//! own, so that it never mixes with the protocol. A guest's stdin is empty.
//!
//! All instants are nanoseconds of `CLOCK_MONOTONIC`, which every process on a
//! machine shares; labrun's own clock decides the totals, and what a runner
//! reports explains them.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// Version of these types; labrun refuses a runner that speaks another one.
pub const PROTOCOL_VERSION: u32 = 3;

/// The file descriptor on which labrun hands a runner the pipe for guest output.
/// Where it is not open (a runner started by hand), guest output goes to stderr.
pub const GUEST_STDOUT_FD: i32 = 3;

/// What a runner's `describe` prints.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Describe {
    /// [`PROTOCOL_VERSION`] of the runner.
    pub protocol: u32,
    /// The technology, the part before the slash in an isolation: `wasmtime`.
    pub name: String,
    /// Version of the runtime (not of the runner's own package): `48.0.8`.
    pub version: String,
    /// Names of the configurations that the runner can run, sorted.
    pub configurations: Vec<String>,
}

/// What a module is compiled for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum GuestTarget {
    /// A core module importing WASI preview 1.
    Wasip1,
    /// A component importing WASI 0.2.
    Wasip2,
    /// A shared library of the machine itself.
    Native,
}

/// What labrun asks of a runner: one line on its stdin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Command {
    /// Compile `artifact` ahead of time into the file `output`, for
    /// `configuration`. Done outside every clock, while building.
    Precompile {
        /// Configuration whose compiler settings are used.
        configuration: String,
        /// What the artifact is.
        target: GuestTarget,
        /// The `.wasm` file.
        artifact: PathBuf,
        /// Where the precompiled file is written (atomically).
        output: PathBuf,
    },
    /// Make a module current: compile it, or map its precompiled file.
    Load(Load),
    /// Run the current module once, as a command (`_start`, or `wasi:cli/run`),
    /// in a fresh store and instance, and drop them before answering.
    Run(Grants),
    /// Serve the current module as an HTTP handler on `address`. Answered once the
    /// address accepts connections. A request that arrives while no loaded module is a
    /// handler waits until one is. The same address, policy and threads again: the
    /// server goes on, with the new trace and grants; otherwise it is a new server.
    Listen {
        /// `IP:PORT`, port not 0.
        address: String,
        /// How many requests from the next one on are reported by
        /// [`Event::Served`].
        trace: u32,
        /// What every instance is granted.
        grants: Grants,
        /// Which instance answers a request.
        #[serde(default)]
        policy: InstancePolicy,
        /// How many threads answer, at least 1. Connections are given to them in turn;
        /// one stays with its thread.
        #[serde(default = "one")]
        threads: u32,
    },
    /// Instantiate the current module `times` times, without calling it, one after
    /// another, each with a store and WASI context of its own that are dropped
    /// again outside the span; answered with `spans_ns` of each repeat.
    Repeat {
        /// Number of repeats.
        times: u32,
        /// What every instance is granted.
        grants: Grants,
    },
    /// Call an export of one fresh instance of the current module, `batches` times
    /// `calls` times, one call after another, across the boundary and back. `_initialize`
    /// is called before where there is one, `_start` is not. Answered with `spans_ns`, one
    /// for each batch: the clock is read before its first call and after its last one. A
    /// result that is not `expected` is a failure.
    Call {
        /// Name of the export, which takes two `i32` and returns one.
        export: String,
        /// What it is called with.
        arguments: (i32, i32),
        /// What every call returns.
        expected: i32,
        /// Calls in a batch, at least 1.
        calls: u32,
        /// Number of batches, at least 1.
        batches: u32,
        /// What the instance is granted.
        grants: Grants,
    },
    /// Keep `count` instances of the current module alive: make those that are missing,
    /// or drop the newest. Each that is made is used once: a command runs to its end, and
    /// its exit code has to be 0; a handler answers `request`, and its status has to be
    /// 200. What it is then (store, WASI context, instance, memory) stays until a smaller
    /// count or the end of stdin. A failure says how many are alive; those stay.
    Hold {
        /// How many are alive afterwards.
        count: u32,
        /// What every instance is granted.
        grants: Grants,
        /// Path that a handler is asked for with GET; null for a command.
        #[serde(default)]
        request: Option<String>,
    },
    /// Answer at once. Calibrates what a round trip of the pipes costs.
    Ping,
}

/// Which module to make current, and how.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Load {
    /// The part after the slash in an isolation: `cranelift-aot`. A process keeps
    /// the configuration of its first load; another one is an error.
    pub configuration: String,
    /// What the artifact is.
    pub target: GuestTarget,
    /// The `.wasm` file.
    pub artifact: PathBuf,
    /// What [`Command::Precompile`] made of it; null for configurations that
    /// compile at load.
    pub precompiled: Option<PathBuf>,
    /// How many instances this process will be asked to keep alive at once
    /// ([`Command::Hold`]). Read at the first load of a process, by runtimes that reserve
    /// room for instances; null: room for what a server has in flight.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instances: Option<u32>,
}

/// Which instance answers a request.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "kebab-case")]
pub enum InstancePolicy {
    /// A fresh one, dropped after the answer.
    #[default]
    Fresh,
    /// One that has answered others and is idle; a fresh one where there is none. One
    /// that failed is dropped.
    Reused,
}

fn one() -> u32 {
    1
}

/// What a guest is given: nothing else is reachable from it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Grants {
    /// Arguments after the program's name.
    pub args: Vec<String>,
    /// Environment variables.
    pub env: BTreeMap<String, String>,
    /// Directories, readable and writable.
    pub directories: Vec<Directory>,
}

/// One granted directory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Directory {
    /// Path on the host.
    pub host: PathBuf,
    /// Path that the guest sees.
    pub guest: String,
}

/// The end of one phase. Phases are contiguous: each begins where the one before
/// it ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mark {
    /// `spawn` (until `main` is entered; first load of a process only), `runtime`
    /// (engine, linker; first load only), `compile` or `load` (until the module is
    /// ready to be instantiated), `listen`, `instantiate` (store, WASI context,
    /// instance), `call`, `drop` (of the instance; the guest's output is out before),
    /// `hold` (until all that were asked for are alive).
    pub phase: String,
    /// Instant at which it ended, nanoseconds of `CLOCK_MONOTONIC`.
    pub end_ns: u64,
}

/// What a runner answers: one line on its stdout.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Event {
    /// The command is done, and all that it made and no longer needs is dropped.
    Done {
        /// Its phases, in order.
        #[serde(default)]
        marks: Vec<Mark>,
        /// Exit code of the guest, for [`Command::Run`].
        #[serde(default, skip_serializing_if = "Option::is_none")]
        exit_code: Option<i32>,
        /// For [`Command::Repeat`] and [`Command::Call`]: the length of each span,
        /// nanoseconds, in order.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        spans_ns: Vec<u64>,
    },
    /// The command failed (a trap, an unknown configuration). The runner goes on with the
    /// next command.
    Failed {
        /// One line for a person.
        reason: String,
    },
    /// The runtime does not take this module: it does not compile, load or link there. For
    /// a module of the lab's own the row is `failed`; for one that was given it is
    /// `unsupported`, since nobody said that this runtime would take it.
    Refused {
        /// One line for a person.
        reason: String,
    },
    /// The runtime cannot do this at all; the row is `unsupported`.
    Unsupported {
        /// One line for a person.
        reason: String,
    },
    /// A traced request was answered and its instance dropped.
    Served {
        /// `accept` (the instant at which the request had been read), `instantiate`,
        /// `call`, `drop` (the client has its answer before); those after a failure
        /// are missing. Where an instance is reused, `instantiate` is taking an idle one,
        /// and `drop` putting it back.
        marks: Vec<Mark>,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_one_flat_object() {
        let line = r#"{"do":"load","configuration":"cranelift-jit","target":"wasip1","artifact":"/a.wasm","precompiled":null}"#;
        let command: Command = serde_json::from_str(line).expect("parses");
        assert_eq!(serde_json::to_string(&command).expect("prints"), line);
    }

    #[test]
    fn what_is_new_can_be_left_out() {
        let line = r#"{"do":"listen","address":"127.0.0.1:1","trace":0,"grants":{}}"#;
        let command: Command = serde_json::from_str(line).expect("parses");
        let Command::Listen {
            policy, threads, ..
        } = command
        else {
            panic!("{command:?}")
        };
        assert_eq!((policy, threads), (InstancePolicy::Fresh, 1));
        let policy = serde_json::to_string(&InstancePolicy::Reused).expect("prints");
        assert_eq!(policy, "\"reused\"");
    }

    #[test]
    fn a_call_is_one_flat_object() {
        let line = r#"{"do":"call","export":"add","arguments":[19,23],"expected":42,"calls":1000,"batches":3,"grants":{"args":[],"env":{},"directories":[]}}"#;
        let command: Command = serde_json::from_str(line).expect("parses");
        assert_eq!(serde_json::to_string(&command).expect("prints"), line);
    }

    #[test]
    fn an_unknown_key_is_refused() {
        let line = r#"{"do":"ping","loud":true}"#;
        // A unit variant cannot refuse keys by serde's own rules; a struct variant does.
        let repeat = r#"{"do":"repeat","times":1,"grants":{},"loud":true}"#;
        assert!(serde_json::from_str::<Command>(line).is_ok());
        assert!(serde_json::from_str::<Command>(repeat).is_err());
    }
}
