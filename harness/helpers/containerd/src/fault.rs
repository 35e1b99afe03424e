//! What can go wrong, and whether containerd said so or is not there to say anything.

use std::error::Error as _;

use containerd_client::tonic::{Code, Status};
use labrun_helper_protocol::{ABSENT, Event, FAILED};
use thiserror::Error;

/// Why something was not done, in one line for a person.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(crate) enum Fault {
    /// containerd, or the kernel, says no.
    #[error("{0}")]
    Failed(String),
    /// containerd does not answer, or no longer.
    #[error("{0}")]
    Absent(String),
}

impl Fault {
    /// The exit code of a verb that ends with it.
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::Failed(_) => FAILED,
            Self::Absent(_) => ABSENT,
        }
    }

    /// What `run` says of it.
    pub(crate) fn event(&self) -> Event {
        match self {
            Self::Failed(reason) => Event::Failed(reason.clone()),
            Self::Absent(reason) => Event::Absent(reason.clone()),
        }
    }
}

/// Turns an answer of containerd into a fault that says what it was asked to do.
pub(crate) fn refused(asked_to: &str) -> impl Fn(Status) -> Fault + '_ {
    move |status| {
        // An answer of containerd has no source; what has one was made on this side.
        if status.source().is_some() {
            Fault::Absent(format!(
                "containerd stopped answering: {}",
                innermost(&status)
            ))
        } else {
            let said = status.message().trim();
            Fault::Failed(format!("containerd could not {asked_to}: {said}"))
        }
    }
}

/// The same where what is asked for may be done already: an answer of `code` is none.
pub(crate) fn unless<T>(
    code: Code,
    asked_to: &str,
    answer: Result<T, Status>,
) -> Result<Option<T>, Fault> {
    match answer {
        Err(status) if status.code() == code => Ok(None),
        answer => answer.map(Some).map_err(refused(asked_to)),
    }
}

/// The innermost reason of an error.
pub(crate) fn innermost(error: &(dyn std::error::Error + 'static)) -> String {
    std::iter::successors(Some(error), |&error| error.source())
        .last()
        .map_or_else(String::new, ToString::to_string)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_containerd_says_is_told_from_its_silence() {
        let said = refused("create the task")(Status::unavailable("ttrpc: closed"));
        let wanted = "containerd could not create the task: ttrpc: closed";
        assert_eq!(said, Fault::Failed(wanted.to_owned()));
        let broken = std::io::Error::from(std::io::ErrorKind::BrokenPipe);
        let silence = refused("create the task")(Status::from_error(Box::new(broken)));
        assert_eq!(silence.exit_code(), ABSENT);
    }

    #[test]
    fn what_is_done_already_is_no_fault() {
        let answer: Result<(), Status> = Err(Status::not_found("no such container"));
        assert_eq!(unless(Code::NotFound, "remove it", answer), Ok(None));
        let answer: Result<(), Status> = Err(Status::internal("disk"));
        assert!(unless(Code::NotFound, "remove it", answer).is_err());
    }
}
