//! What a runner and its guest say through two pipes has an order that the pipes do not show.

use super::*;
use crate::interrupt::Interrupt;
use crate::task::{Learned, Rule};

fn site() -> Site {
    Site::new(Interrupt::never().expect("an interrupt")).expect("a site")
}

/// A runner whose guest prints a line that one read does not hold, and which has ended.
fn ended<'a>(site: &'a Site, event: &Event) -> RunnerSession<'a> {
    let script = format!("printf '%020000d\\n' 7 >&{GUEST_STDOUT_FD}; echo \"$1\"");
    let event = serde_json::to_string(event).expect("an event");
    let program = Program {
        path: "/bin/sh".into(),
        args: vec!["-c".to_owned(), script, "sh".to_owned(), event],
        guest: Some(GUEST_STDOUT_FD),
        ..Program::default()
    };
    let prepared = program.prepare(site).expect("prepares");
    let runner = RunnerSession::start(site, prepared).expect("starts");
    let stat = format!("/proc/{}/stat", runner.pid());
    let is_gone = || {
        let stat = std::fs::read_to_string(&stat).expect("not yet reaped");
        stat.contains(") Z ")
    };
    while !is_gone() {
        std::thread::yield_now();
    }
    runner
}

#[test]
fn what_the_guest_printed_counts_before_its_end() {
    let site = site();
    let mut runner = ended(
        &site,
        &Event::Done {
            marks: Vec::new(),
            exit_code: Some(0),
            spans_ns: Vec::new(),
        },
    );
    let mut lines = 0;
    let told = runner.lines(20_000_000_000, &mut |line| {
        assert!(line.text.len() == 20_001 && line.text.ends_with(b"7\n"));
        lines += 1;
        Ok(More::Enough)
    });
    told.expect("the line is told");
    assert_eq!(lines, 1);
}

#[test]
fn a_guest_that_ends_too_early_is_told_with_its_end() {
    let site = site();
    let mut runner = ended(
        &site,
        &Event::Done {
            marks: Vec::new(),
            exit_code: Some(5),
            spans_ns: Vec::new(),
        },
    );
    let wants = |_: crate::isolation::Line<'_>| Ok(More::Wanted);
    let told = runner.lines(20_000_000_000, &mut { wants });
    let failure = told.expect_err("there is no second line");
    assert!(
        failure.to_string().contains("exited with code 5"),
        "{failure}"
    );
}

const DONE: &str = r#"{"event":"done","exit_code":0}"#;

/// A runner that does what a script does for its guest, and then says that it is done.
fn runner<'a>(site: &'a Site, guest: &str) -> RunnerSession<'a> {
    let script = format!("({guest}) >&{GUEST_STDOUT_FD}; echo '{DONE}'");
    let program = Program {
        path: "/bin/sh".into(),
        args: vec!["-c".to_owned(), script],
        guest: Some(GUEST_STDOUT_FD),
        ..Program::default()
    };
    let prepared = program.prepare(site).expect("prepares");
    RunnerSession::start(site, prepared).expect("starts")
}

#[test]
fn what_a_guest_prints_behind_its_answer_is_dropped_however_much_it_is() {
    let site = site();
    let expected = Expected::Line(Rule::First(Learned::default()));
    let deadline_ns = now_ns() + 20_000_000_000;
    for guest in ["echo right; seq 100000", "echo right", "printf right"] {
        let mut runner = runner(&site, guest);
        let held_ns = runner.expect_guest(&expected, deadline_ns);
        held_ns.unwrap_or_else(|failure| panic!("{guest}: {failure}"));
        runner.reply(deadline_ns).expect("is done");
        let dropped = runner.discard_guest(&expected, deadline_ns);
        dropped.expect("nothing is wrong");
        assert_eq!(runner.process.kept(Stream::Guest), b"", "{guest}");
    }
    for (guest, reason) in [
        (
            "echo wrong; sleep 1",
            "the first launch of all printed \"right\"",
        ),
        ("true", "the guest ended before it had printed a line"),
    ] {
        let mut runner = runner(&site, guest);
        let failure = runner.expect_guest(&expected, deadline_ns);
        let said = failure.expect_err("is wrong").to_string();
        assert!(said.contains(reason), "{guest}: {said}");
    }
}
