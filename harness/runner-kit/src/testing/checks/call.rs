//! Checks of the command `call`.

use anyhow::{Result, bail, ensure};
use labrun_protocol::{Command as Order, Event, Grants, GuestTarget};

use super::super::driver::Driver;
use super::super::{Check, Subject, guests};
use super::{failed, phases};

pub(super) const ALL: &[(&str, Check)] = &[
    ("calls_as_often_as_asked", calls),
    ("a_wrong_answer_fails", wrong_answer),
    ("an_unknown_export_is_named", unknown_export),
    ("a_trap_in_a_call_fails", trap),
    ("refuses_calls_of_what_has_no_bare_exports", not_callable),
];

fn calls(subject: &Subject) -> Result<()> {
    let mut runner = Driver::start(subject.program)?;
    phases(&runner.load(subject, guests::COUNTER)?)?;
    // `within` answers 1 as long as it is not called more often than its first argument says.
    // Twice: an instance is fresh.
    for _ in 0..2 {
        let answer = runner.send(&call("within", (12, 0), 1, 4, 3))?;
        let Event::Done { spans_ns, .. } = &answer.event else {
            bail!("{answer:?}")
        };
        ensure!(spans_ns.len() == 3, "{answer:?}");
    }
    let reason = failed(&runner.send(&call("within", (11, 0), 1, 4, 3))?)?;
    ensure!(reason.contains("returned 0"), "{reason}");
    let answer = runner.send(&call("add", (19, 23), 42, 1000, 5))?;
    ensure!(matches!(answer.event, Event::Done { .. }), "{answer:?}");
    ensure!(runner.finish()?.success(), "did not exit with 0");
    Ok(())
}

fn wrong_answer(subject: &Subject) -> Result<()> {
    let mut runner = Driver::start(subject.program)?;
    phases(&runner.load(subject, guests::COUNTER)?)?;
    let reason = failed(&runner.send(&call("add", (i32::MAX, 1), 0, 10, 1))?)?;
    ensure!(
        reason.contains("`add` returned -2147483648") && reason.contains("not 0"),
        "{reason}"
    );
    for (calls, batches) in [(0, 1), (1, 0)] {
        let reason = failed(&runner.send(&call("add", (1, 2), 3, calls, batches))?)?;
        ensure!(reason.contains("at least 1"), "{reason}");
    }
    Ok(())
}

fn unknown_export(subject: &Subject) -> Result<()> {
    let mut runner = Driver::start(subject.program)?;
    phases(&runner.load(subject, guests::COUNTER)?)?;
    // `_initialize` is there, but takes nothing; `memory` is no function.
    for name in ["sub", "_initialize", "memory", ""] {
        let reason = failed(&runner.send(&call(name, (1, 2), 3, 1, 1))?)?;
        ensure!(
            reason.contains(&format!("no `{name}`")) && reason.ends_with("add, trap, within"),
            "{reason}"
        );
    }
    Ok(())
}

fn trap(subject: &Subject) -> Result<()> {
    let mut runner = Driver::start(subject.program)?;
    phases(&runner.load(subject, guests::COUNTER)?)?;
    let reason = failed(&runner.send(&call("trap", (1, 2), 3, 1, 1))?)?;
    ensure!(reason.contains("unreachable"), "{reason}");
    let answer = runner.send(&call("add", (1, 2), 3, 1, 1))?;
    ensure!(matches!(answer.event, Event::Done { .. }), "{answer:?}");
    Ok(())
}

fn not_callable(subject: &Subject) -> Result<()> {
    let mut runner = Driver::start(subject.program)?;
    let reason = failed(&runner.send(&call("add", (1, 2), 3, 1, 1))?)?;
    ensure!(reason.contains("no module is loaded"), "{reason}");
    phases(&runner.load(subject, guests::HANDLER)?)?;
    let reason = failed(&runner.send(&call("add", (1, 2), 3, 1, 1))?)?;
    ensure!(reason.contains("is a handler"), "{reason}");
    if subject.components {
        phases(&runner.load_as(GuestTarget::Wasip2, subject, guests::COMPONENT, None)?)?;
        let answer = runner.send(&call("add", (1, 2), 3, 1, 1))?;
        ensure!(
            matches!(answer.event, Event::Unsupported { .. }),
            "{answer:?}"
        );
    }
    Ok(())
}

fn call(export: &str, arguments: (i32, i32), expected: i32, calls: u32, batches: u32) -> Order {
    Order::Call {
        export: export.to_owned(),
        arguments,
        expected,
        calls,
        batches,
        grants: Grants::default(),
    }
}
