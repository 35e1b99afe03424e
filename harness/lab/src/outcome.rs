//! Why something was not measured: an outcome, and a reason for a person.

use labrun_record::Outcome;

/// Why there is nothing to measure: a launch gave none, or is not made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// It has an outcome, and a reason for a person.
    Outcome(Outcome, String),
    /// The run was asked to end while it was under way.
    Interrupted,
}

impl Failure {
    /// One with an outcome and a reason.
    pub fn new(outcome: Outcome, reason: impl Into<String>) -> Self {
        Self::Outcome(outcome, reason.into())
    }

    /// Its outcome and reason. What an interruption left undone is not missing: the run did
    /// not come to it.
    pub fn into_parts(self) -> (Outcome, String) {
        match self {
            Self::Outcome(outcome, reason) => (outcome, reason),
            Self::Interrupted => (
                Outcome::NotSelected,
                "the run was interrupted before it came to this".to_owned(),
            ),
        }
    }

    /// The reason alone.
    pub fn into_reason(self) -> String {
        self.into_parts().1
    }

    /// The launch failed.
    pub fn failed(reason: impl Into<String>) -> Self {
        Self::Outcome(Outcome::Failed, reason.into())
    }

    /// That something could not be done, with the error that says why: for `map_err`.
    pub(crate) fn cannot<E: std::fmt::Display>(what: &'static str) -> impl Fn(E) -> Self + Copy {
        move |error| Self::failed(format!("cannot {what}: {error}"))
    }

    /// There was output, and it was wrong.
    pub fn mismatch(reason: impl Into<String>) -> Self {
        Self::Outcome(Outcome::Mismatch, reason.into())
    }

    /// No first output within the limit.
    pub fn timeout(reason: impl Into<String>) -> Self {
        Self::Outcome(Outcome::Timeout, reason.into())
    }

    /// The same; a timeout says for what there was no time left.
    pub(crate) fn without(self, what: &str) -> Self {
        match self {
            Self::Outcome(Outcome::Timeout, reason) => {
                Self::timeout(format!("{reason} without {what}"))
            }
            other => other,
        }
    }

    /// The same with more said of the reason; an interruption has none.
    pub(crate) fn reworded(self, words: impl FnOnce(String) -> String) -> Self {
        match self {
            Self::Outcome(outcome, reason) => Self::Outcome(outcome, words(reason)),
            Self::Interrupted => Self::Interrupted,
        }
    }

    /// What it needs is not here, or no longer.
    pub fn unavailable(reason: impl Into<String>) -> Self {
        Self::Outcome(Outcome::Unavailable, reason.into())
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Outcome(outcome, reason) => write!(f, "{outcome}: {reason}"),
            Self::Interrupted => f.write_str("interrupted"),
        }
    }
}

/// An error with its causes, each once: a client's outermost message alone says little.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        source = cause.source();
    }
    text
}

/// The beginning of some output, for a reason.
pub(crate) fn shown(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(160)]).into_owned();
    if bytes.len() > 160 {
        format!("{text}... ({} bytes)", bytes.len())
    } else {
        text
    }
}
