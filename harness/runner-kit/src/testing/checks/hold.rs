//! Checks of the command `hold`.

use anyhow::{Context as _, Result, ensure};
use labrun_protocol::{Command as Order, Grants, GuestTarget};

use super::super::driver::Driver;
use super::super::{Check, Subject, guests};
use super::{failed, phases};

pub(super) const ALL: &[(&str, Check)] = &[
    ("holds_grows_and_shrinks", grows_and_shrinks),
    ("what_is_held_keeps_its_memory", keeps_memory),
    ("what_fails_is_not_held", fails),
    ("holds_handlers", handlers),
    ("holds_as_many_as_it_said_at_load", many),
];

fn grows_and_shrinks(subject: &Subject) -> Result<()> {
    let mut runner = Driver::start(subject.program)?;
    phases(&runner.load(subject, guests::ECHO)?)?;
    // How many are alive, and how often the guest prints on the way there.
    for (count, made) in [(3, 3), (5, 2), (5, 0), (2, 0), (4, 2), (0, 0), (1, 1)] {
        let answer = runner.send(&hold(count, None))?;
        ensure!(phases(&answer)? == ["hold"], "{answer:?}");
        ensure!(answer.printed == "held\n".repeat(made), "{answer:?}");
    }
    // With some alive.
    ensure!(runner.finish()?.success(), "did not exit with 0");
    Ok(())
}

fn keeps_memory(subject: &Subject) -> Result<()> {
    let mut runner = Driver::start(subject.program)?;
    phases(&runner.load(subject, guests::EIGHT_MIB)?)?;
    let mut resident = |count| -> Result<u64> {
        phases(&runner.send(&hold(count, None))?)?;
        let memory = format!("/proc/{}/smaps_rollup", runner.id());
        let memory = std::fs::read_to_string(memory)?;
        let line = memory.lines().find_map(|line| line.strip_prefix("Rss:"));
        let kib = line.and_then(|line| line.split_whitespace().next());
        Ok(kib.context("no Rss")?.parse()?)
    };
    let one = resident(1)?;
    let five = resident(5)?;
    let shrunk = resident(1)?;
    let (expected, grown, freed) = (4 * 8 * 1024, five - one, five - shrunk);
    // What is above is what an instance has beside its memory. A heap that is collected gives
    // some of its own back meanwhile.
    let least = if subject.collected_heap {
        expected * 95 / 100
    } else {
        expected
    };
    ensure!(
        (least..expected * 105 / 100).contains(&grown),
        "4 instances more took {grown} KiB"
    );
    ensure!(
        freed >= expected * 95 / 100,
        "4 instances less freed {freed} KiB"
    );
    Ok(())
}

fn fails(subject: &Subject) -> Result<()> {
    let mut runner = Driver::start(subject.program)?;
    let reason = failed(&runner.send(&hold(1, None))?)?;
    ensure!(reason.contains("no module is loaded"), "{reason}");
    phases(&runner.load(subject, guests::ECHO)?)?;
    phases(&runner.send(&hold(2, None))?)?;
    for (guest, why) in [(guests::TRAP, "unreachable"), (guests::EXIT, "code 7")] {
        phases(&runner.load(subject, guest)?)?;
        let reason = failed(&runner.send(&hold(4, None))?)?;
        ensure!(
            reason.contains("instance 3 of 4, 2 are alive") && reason.contains(why),
            "{reason}"
        );
    }
    phases(&runner.load(subject, guests::ECHO)?)?;
    let answer = runner.send(&hold(3, None))?;
    ensure!(answer.printed == "held\n", "{answer:?}");
    Ok(())
}

fn handlers(subject: &Subject) -> Result<()> {
    let mut runner = Driver::start(subject.program)?;
    phases(&runner.load(subject, guests::HANDLER)?)?;
    for count in [3, 5, 1, 0, 2] {
        ensure!(
            phases(&runner.send(&hold(count, Some("/")))?)? == ["hold"],
            "hold {count}"
        );
    }
    let reason = failed(&runner.send(&hold(3, None))?)?;
    ensure!(reason.contains("is a handler"), "{reason}");
    let reason = failed(&runner.send(&hold(3, Some("no path")))?)?;
    ensure!(reason.contains("is no path"), "{reason}");
    let not_found = guests::HANDLER.replace(r"\c8\00", r"\94\01");
    phases(&runner.load(subject, &not_found)?)?;
    let reason = failed(&runner.send(&hold(3, Some("/x")))?)?;
    ensure!(
        reason.contains("2 are alive") && reason.contains("404 Not Found to GET /x"),
        "{reason}"
    );
    phases(&runner.load(subject, guests::ECHO)?)?;
    let reason = failed(&runner.send(&hold(3, Some("/")))?)?;
    ensure!(reason.contains("is a command"), "{reason}");
    ensure!(runner.finish()?.success(), "did not exit with 0");
    Ok(())
}

fn many(subject: &Subject) -> Result<()> {
    let count = 300;
    let mut runner = Driver::start(subject.program)?;
    let target = GuestTarget::Wasip1;
    phases(&runner.load_as(target, subject, guests::HANDLER, Some(count))?)?;
    phases(&runner.send(&hold(count, Some("/")))?)?;
    phases(&runner.load(subject, guests::ECHO)?)?;
    phases(&runner.send(&hold(0, None))?)?;
    phases(&runner.send(&hold(count, None))?)?;
    ensure!(runner.finish()?.success(), "did not exit with 0");
    Ok(())
}

fn hold(count: u32, request: Option<&str>) -> Order {
    Order::Hold {
        count,
        grants: Grants {
            args: vec!["held".into()],
            ..Grants::default()
        },
        request: request.map(str::to_owned),
    }
}
