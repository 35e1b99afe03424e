//! What went wrong, as the one line that an event carries.

use std::any::Any;

use labrun_protocol::Event;

/// The runtime cannot do this at all, whatever it is given: the row is
/// `unsupported`, not `failed`. Return it as the error of any method.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Unsupported(pub String);

/// The event that reports `error`.
pub(crate) fn event(error: &anyhow::Error) -> Event {
    let reason = one_line(error);
    if error.downcast_ref::<Unsupported>().is_some() {
        Event::Unsupported { reason }
    } else {
        Event::Failed { reason }
    }
}

/// The event that reports a panic of a runtime.
pub(crate) fn panicked(payload: &(dyn Any + Send)) -> Event {
    let said = payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("it did not say why");
    let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
    Event::Failed {
        reason: format!("the runtime panicked: {said}"),
    }
}

/// The chain of `error` on one line. Runtimes put whole backtraces into their
/// messages; a reason is the first line of each link, and no link twice.
pub(crate) fn one_line(error: &anyhow::Error) -> String {
    let mut links: Vec<String> = Vec::new();
    for link in error.chain() {
        let text = link.to_string();
        let mut said = text.lines().map(str::trim);
        let line = said.find(|line| !line.is_empty()).unwrap_or("no reason");
        let line = line.trim_end_matches(':').to_owned();
        if links.last().is_none_or(|last| !last.contains(&line)) {
            links.push(line);
        }
    }
    links.join(": ")
}

#[cfg(test)]
mod tests {
    use anyhow::anyhow;

    use super::*;

    #[test]
    fn a_chain_is_one_line() {
        let error = anyhow!("no such file").context("reading it:\n  0: here\n  1: there");
        assert_eq!(one_line(&error), "reading it: no such file");
    }

    #[test]
    fn what_cannot_be_done_is_unsupported() {
        let error = anyhow::Error::from(Unsupported("no components".into()));
        assert_eq!(
            event(&error),
            Event::Unsupported {
                reason: "no components".into()
            }
        );
    }
}
