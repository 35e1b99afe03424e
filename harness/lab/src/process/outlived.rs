//! A program that has ended while others still hold its streams: what it started, and left behind.
//!
//! In a container they end with it, as with every first process. What is left of its process group ends
//! with it likewise, whatever it still has to say; what has left that group, too, has a second to end, and
//! then makes the launch a failure with a reason. Nobody waits for an end of output that others put off.

use super::held::Process;
use super::left::{self, GRACE_NS};
use crate::outcome::Failure;
use crate::proc;

/// Who holds the streams that are open.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum Holder {
    /// The program, as far as is known.
    #[default]
    Program,
    /// Others, since the program was seen to have ended at this instant.
    Others(u64),
    /// Others, none of which it has left.
    Strangers,
}

impl Process {
    /// Whether its end is waited for beside its streams: that of a program with a mark, until it is seen.
    pub(super) fn watches_end(&self) -> bool {
        self.mark.is_some() && self.holder == Holder::Program && self.ended.is_none()
    }

    /// Its program has ended, and somebody else may hold its streams.
    pub(super) fn outlived(&mut self, at_ns: u64) {
        self.holder = Holder::Others(at_ns);
        if self.mark.as_ref().is_some_and(|mark| mark.group_goes) {
            // It is not reaped, so that the number of its group is nobody else's.
            proc::kill_group(self.pid);
        }
    }

    /// Until when its streams are waited for before it is looked who holds them.
    pub(super) fn waits_until(&self, deadline_ns: u64) -> u64 {
        match self.holder {
            Holder::Others(since_ns) => deadline_ns.min(since_ns + GRACE_NS),
            Holder::Program | Holder::Strangers => deadline_ns,
        }
    }

    /// Looks who holds the streams of a program that ended long enough ago: whom it has left behind, it fails
    /// for. Gives whether it has looked.
    pub(super) fn looks_at_holders(
        &mut self,
        at_ns: u64,
        deadline_ns: u64,
    ) -> Result<bool, Failure> {
        let Holder::Others(since_ns) = self.holder else {
            return Ok(false);
        };
        if at_ns < self.waits_until(deadline_ns) {
            return Ok(false);
        }
        self.holder = Holder::Strangers;
        let mark = self.mark.as_ref();
        let left = mark.map(|mark| left::after(&mark.name, self.pid, since_ns));
        match left.and_then(|left| left.reason) {
            Some(reason) => Err(Failure::failed(reason)),
            None => Ok(true),
        }
    }
}

#[cfg(test)]
mod tests {
    use labrun_record::Outcome;

    use super::*;
    use crate::clock::now_ns;
    use crate::interrupt::Interrupt;
    use crate::process::{Isolate as _, Mark, Prepared, Program, Stream};
    use crate::site::Site;

    /// A shell that runs this, whose group goes with it or not, and where it stands.
    fn started(script: &str, group_goes: bool) -> (Site, Process) {
        let site = Site::new(Interrupt::never().expect("an interrupt")).expect("a site");
        let program = Program {
            path: "/bin/sh".into(),
            args: vec!["-c".to_owned(), script.to_owned()],
            mark: Some(Mark {
                name: site.mark(),
                group_goes,
            }),
            ..Program::default()
        };
        let started = program.prepare(&site).and_then(Prepared::spawn);
        (site, started.expect("starts"))
    }

    fn late_ns() -> u64 {
        now_ns() + 60_000_000_000
    }

    #[test]
    fn what_is_left_in_the_group_ends_with_it_and_holds_up_nothing() {
        let (site, mut silent) = started("echo right; sleep 1000 & exit 0", true);
        let exit = silent.finish(&site, late_ns()).expect("ends");
        assert!(exit.is_success());
        assert_eq!(silent.kept(Stream::Stdout), b"right\n");
        let (site, mut endless) = started("yes & exit 3", true);
        let exit = endless.finish_unseen(&site, late_ns()).expect("ends");
        assert_eq!(exit.code(), Some(3));
    }

    #[test]
    fn what_has_left_the_group_makes_a_failure_that_names_it() {
        for (script, group_goes, name) in [
            ("setsid sleep 1000 & sleep 0.1", true, "sleep ("),
            ("setsid yes & sleep 0.1", true, "yes ("),
            ("sleep 1000 & exit 0", false, "sleep ("),
        ] {
            let (site, mut process) = started(script, group_goes);
            let finished = process.finish_unseen(&site, late_ns());
            let Err(Failure::Outcome(outcome, reason)) = finished else {
                panic!("{script} is no failure");
            };
            assert_eq!(outcome, Outcome::Failed, "{reason}");
            assert!(reason.contains("left processes behind"), "{reason}");
            assert!(reason.contains(name), "{reason}");
        }
    }

    #[test]
    fn what_ends_soon_after_it_is_on_its_way() {
        let script = "echo one; (sleep 0.2; echo two) & exit 0";
        let (site, mut process) = started(script, false);
        let exit = process.finish(&site, late_ns()).expect("ends");
        assert!(exit.is_success());
        assert_eq!(process.kept(Stream::Stdout), b"one\ntwo\n");
    }
}
