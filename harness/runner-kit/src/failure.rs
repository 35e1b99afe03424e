//! What went wrong, as the one line that an event carries.

use std::any::Any;

use labrun_protocol::Event;

/// The runtime cannot do this at all, whatever it is given: the row is
/// `unsupported`, not `failed`. Return it as the error of any method.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Unsupported(pub String);

/// The runtime does not take this module: it does not compile, load or link. What
/// [`Runtime::precompile`](crate::Runtime::precompile) and [`Runtime::load`](crate::Runtime::load)
/// fail with is this without being told; where linking is part of making an instance, return
/// [`Refused::because`] of its error.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Refused(String);

impl Refused {
    /// That the module is refused because of `error`, unless the reason lies elsewhere: in what
    /// the runtime can do at all, or in a file that cannot be read.
    pub fn because(error: anyhow::Error) -> anyhow::Error {
        let is_elsewhere = error.downcast_ref::<Unsupported>().is_some()
            || error
                .chain()
                .any(<dyn std::error::Error>::is::<std::io::Error>);
        if is_elsewhere {
            error
        } else {
            Self(one_line(&error)).into()
        }
    }
}

impl Refused {
    /// That the module imports what the runtime does not have. What runtimes say of it themselves has names of
    /// types in their own language in it.
    pub fn no_import(module: &str, name: &str) -> anyhow::Error {
        Self(format!(
            "it imports {module}.{name}, which the runtime does not have"
        ))
        .into()
    }

    /// That it imports what the runtime has in another form.
    pub fn other_import(module: &str, name: &str) -> anyhow::Error {
        let reason = format!("it imports {module}.{name} as another type than the runtime has it");
        Self(reason).into()
    }
}

/// The event that reports `error`.
pub(crate) fn event(error: &anyhow::Error) -> Event {
    let reason = one_line(error);
    if error.downcast_ref::<Unsupported>().is_some() {
        Event::Unsupported { reason }
    } else if error.downcast_ref::<Refused>().is_some() {
        Event::Refused { reason }
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
    fn a_module_is_refused_for_what_it_is() {
        let refused = Refused::because(anyhow!("no exceptions").context("cannot load the module"));
        let reason = "cannot load the module: no exceptions".to_owned();
        assert_eq!(event(&refused), Event::Refused { reason });

        let missing = Refused::no_import("env", "emscripten_exit");
        let Event::Refused { reason } = event(&missing) else {
            panic!("it is refused");
        };
        assert!(
            reason.starts_with("it imports env.emscripten_exit, "),
            "{reason}"
        );

        let gone = std::io::Error::from(std::io::ErrorKind::NotFound);
        let unread = Refused::because(anyhow::Error::from(gone).context("cannot read /a.wasm"));
        assert!(matches!(event(&unread), Event::Failed { .. }));
        let never = Refused::because(Unsupported("no components".into()).into());
        assert!(matches!(event(&never), Event::Unsupported { .. }));
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
