//! What a launch does, and under which circumstances.

mod expected;
mod request;

use serde::{Deserialize, Serialize};

pub use expected::{Expected, Learned, OUTPUT_LIMIT, Rule, Seen};
pub use request::{Method, Request};

/// What a launch does, and the output that is correct.
#[derive(Debug, Clone)]
pub enum Task {
    /// Run as a command.
    Run {
        /// Arguments; `{grant}` stands for the granted directory.
        args: Vec<String>,
        /// The output that is correct.
        expected: Expected,
    },
    /// Work batch after batch until it is ended; `line` is the output of each.
    Batches {
        /// Arguments; `{grant}` stands for the granted directory.
        args: Vec<String>,
        /// The line of a batch, with its newline.
        line: Vec<u8>,
    },
    /// Serve HTTP.
    Serve {
        /// Path of the request, which is a GET.
        request: String,
        /// The answer that is correct.
        right: RightAnswer,
    },
}

/// Which answer of a server is correct.
#[derive(Debug, Clone)]
pub struct RightAnswer {
    /// Its status.
    pub status: u16,
    /// Its body.
    pub body: Expected,
    /// Whether the first answer has to be that. One that is not may answer with another status until
    /// it is ready.
    pub is_first: bool,
}

impl RightAnswer {
    /// A 200 with this body, and nothing else before it.
    pub fn of_body(body: Vec<u8>) -> Self {
        Self {
            status: 200,
            body: Expected::Whole(body),
            is_first: true,
        }
    }
}

impl Task {
    /// Arguments with the granted directory put in.
    pub fn args(&self, grant: &str) -> Vec<String> {
        match self {
            Self::Run { args, .. } | Self::Batches { args, .. } => args
                .iter()
                .map(|arg| arg.replace("{grant}", grant))
                .collect(),
            Self::Serve { .. } => Vec::new(),
        }
    }
}

/// Where a granted directory lies.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum FileSystem {
    /// In memory.
    #[default]
    Tmpfs,
    /// On a disk.
    Disk,
}

impl FileSystem {
    /// The name in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Tmpfs => "tmpfs",
            Self::Disk => "disk",
        }
    }
}

/// Which instance of a server answers a request.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Policy {
    /// A fresh one for each.
    #[default]
    Fresh,
    /// One that has answered others.
    Reused,
}

impl Policy {
    /// The name in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Fresh => "fresh",
            Self::Reused => "reused",
        }
    }
}

/// How a server is reached.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum NetworkPath {
    /// As its users reach it: a container's by its published port.
    #[default]
    AsUsers,
    /// At the address that the container itself has.
    Direct,
}
