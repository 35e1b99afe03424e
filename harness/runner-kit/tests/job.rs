//! The job loop, on a runtime that is not one: every line in has its answer, whatever
//! the runtime does.

mod fake;

use std::io::Write;
use std::sync::mpsc::{Receiver, Sender, channel};

use fake::Fake;
use labrun_protocol::Event;
use labrun_runner_kit::{Events, serve};

/// Lines into a channel, as the pipe to labrun is.
struct Lines(Sender<Event>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let event = serde_json::from_slice(bytes).expect("one write is one event");
        assert!(bytes.ends_with(b"\n"), "an event is a line");
        self.0.send(event).expect("somebody reads");
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The events that answer `lines`.
fn answers(lines: &[&str]) -> Vec<Event> {
    let (sender, receiver): (_, Receiver<Event>) = channel();
    serve::<Fake>(1, lines.join("\n").as_bytes(), &Events::new(Lines(sender))).expect("serves");
    receiver.into_iter().collect()
}

const LOAD: &str = r#"{"do":"load","configuration":"jit","target":"wasip1","artifact":"/ok.wasm","precompiled":null}"#;
const RUN: &str = r#"{"do":"run"}"#;

fn load(stem: &str) -> String {
    LOAD.replace("ok", stem)
}

fn phases(event: &Event) -> Vec<&str> {
    let Event::Done { marks, .. } = event else {
        panic!("not done: {event:?}")
    };
    assert!(marks.is_sorted_by_key(|mark| mark.end_ns), "{marks:?}");
    marks.iter().map(|mark| mark.phase.as_str()).collect()
}

fn reason(event: &Event) -> &str {
    let Event::Failed { reason } = event else {
        panic!("not failed: {event:?}")
    };
    reason
}

#[test]
fn phases_are_those_of_the_design() {
    let events = answers(&[LOAD, RUN, LOAD, RUN]);
    assert_eq!(phases(&events[0]), ["spawn", "runtime", "compile"]);
    assert_eq!(phases(&events[1]), ["instantiate", "call", "drop"]);
    assert_eq!(
        phases(&events[2]),
        ["compile"],
        "spawn and runtime are of the first load"
    );
    let Event::Done { marks, .. } = &events[0] else {
        unreachable!()
    };
    assert_eq!(marks[0].end_ns, 1, "spawn ends where main began");
}

#[test]
fn an_exit_code_is_a_result() {
    let events = answers(&[&load("exit-7"), RUN]);
    assert!(
        matches!(
            events[1],
            Event::Done {
                exit_code: Some(7),
                ..
            }
        ),
        "{events:?}"
    );
}

#[test]
fn a_failure_costs_one_answer() {
    let events = answers(&[&load("trap"), RUN, LOAD, RUN]);
    assert_eq!(reason(&events[1]), "the guest trapped");
    assert!(matches!(
        events[3],
        Event::Done {
            exit_code: Some(0),
            ..
        }
    ));
}

#[test]
fn a_panic_costs_one_answer() {
    let events = answers(&[&load("panic"), RUN, r#"{"do":"ping"}"#]);
    assert_eq!(reason(&events[1]), "the runtime panicked: so it does");
    assert!(phases(&events[2]).is_empty());
}

#[test]
fn what_cannot_be_done_is_unsupported() {
    let events = answers(&[&LOAD.replace("wasip1", "wasip2")]);
    assert_eq!(
        events,
        [Event::Unsupported {
            reason: "no components".into()
        }]
    );
}

#[test]
fn nothing_is_loaded_at_first_or_after_a_failure() {
    let events = answers(&[RUN, &load("broken"), RUN, LOAD, &load("broken"), RUN]);
    assert_eq!(reason(&events[0]), "no module is loaded");
    let refused = Event::Refused {
        reason: "broken".into(),
    };
    assert_eq!(events[1], refused);
    assert_eq!(reason(&events[2]), "no module is loaded");
    assert_eq!(
        reason(&events[5]),
        "no module is loaded",
        "the one before is not run instead"
    );
}

#[test]
fn a_process_keeps_its_configuration() {
    let other = LOAD.replace("jit", "aot").replace("null", "\"/ok.aot\"");
    let events = answers(&[LOAD, &other, &LOAD.replace("jit", "nil"), RUN]);
    assert!(reason(&events[1]).contains("fake/jit"), "{events:?}");
    assert_eq!(
        reason(&events[2]),
        "fake has no configuration `nil`; it has aot, jit"
    );
    assert!(
        matches!(events[3], Event::Done { .. }),
        "the module of the first load is still there"
    );
}

#[test]
fn a_precompiled_file_has_to_fit_the_configuration() {
    let events = answers(&[
        &LOAD.replace("null", "\"/ok.aot\""),
        &LOAD.replace("jit", "aot"),
    ]);
    assert!(
        reason(&events[0]).contains("takes no precompiled file"),
        "{events:?}"
    );
    assert!(
        reason(&events[1]).contains("needs the precompiled file"),
        "{events:?}"
    );
}

#[test]
fn a_line_that_is_no_command_is_answered() {
    let events = answers(&["rubbish", "", r#"{"do":"sing"}"#, r#"{"do":"ping"}"#]);
    assert_eq!(events.len(), 3, "an empty line is not answered");
    assert!(reason(&events[0]).starts_with("not a command: "));
    assert!(reason(&events[1]).contains("sing"));
}

#[test]
fn a_repeat_measures_each_and_drops_each() {
    let events = answers(&[LOAD, r#"{"do":"repeat","times":5,"grants":{}}"#]);
    let Event::Done { spans_ns, .. } = &events[1] else {
        panic!("{events:?}")
    };
    assert_eq!(spans_ns.len(), 5);
    // The fake takes 1 ms to be made and 30 ms to be dropped.
    assert!(
        spans_ns
            .iter()
            .all(|span| (1_000_000..25_000_000).contains(span)),
        "{spans_ns:?}"
    );
}

fn call(export: &str, expected: i32, calls: u32, batches: u32) -> String {
    format!(
        r#"{{"do":"call","export":"{export}","arguments":[19,23],"expected":{expected},"calls":{calls},"batches":{batches},"grants":{{}}}}"#
    )
}

#[test]
fn a_batch_is_as_long_as_its_calls() {
    // A call of `slow` takes 1 ms.
    let events = answers(&[LOAD, &call("slow", 42, 5, 3), &call("add", 42, 5, 3)]);
    let spans = |event: &Event| {
        let Event::Done { spans_ns, .. } = event else {
            panic!("not done: {event:?}")
        };
        assert_eq!(spans_ns.len(), 3);
        spans_ns.iter().copied().min().expect("there are three")
    };
    assert!(spans(&events[1]) >= 5_000_000, "{events:?}");
    assert!(spans(&events[2]) < 1_000_000, "nobody slept: {events:?}");
}

#[test]
fn a_call_that_is_wrong_fails_with_what_came() {
    let events = answers(&[
        &call("add", 42, 1, 1),
        LOAD,
        &call("add", 41, 10, 10),
        &call("sub", -4, 10, 10),
        &call("add", 42, 0, 1),
    ]);
    assert_eq!(reason(&events[0]), "no module is loaded");
    assert_eq!(
        reason(&events[2]),
        "`add` returned 42 for (19, 23), and not 41"
    );
    assert_eq!(
        reason(&events[3]),
        "the module exports no `sub` that takes two i32 and returns one; of such exports it has \
         add, slow"
    );
    assert!(reason(&events[4]).contains("at least 1"), "{events:?}");
}

fn hold(count: u32) -> String {
    format!(r#"{{"do":"hold","count":{count},"grants":{{}}}}"#)
}

#[test]
fn what_is_held_is_dropped_when_it_is_told_to_be() {
    // An instance takes 30 ms to be dropped.
    let took = |event: &Event, before: &Event| {
        let (Event::Done { marks, .. }, Event::Done { marks: before, .. }) = (event, before) else {
            panic!("{event:?}, {before:?}")
        };
        marks[0].end_ns - before[0].end_ns
    };
    let events = answers(&[LOAD, &hold(1), &hold(3), &hold(1), &hold(1), &hold(0)]);
    assert_eq!(phases(&events[2]), ["hold"]);
    assert!(
        took(&events[3], &events[2]) >= 60_000_000,
        "two are dropped"
    );
    assert!(took(&events[4], &events[3]) < 30_000_000, "none is dropped");
    assert!(took(&events[5], &events[4]) >= 30_000_000, "one is dropped");
}

#[test]
fn what_fails_is_not_held_and_the_rest_is() {
    let events = answers(&[
        LOAD,
        &hold(2),
        &load("trap"),
        &hold(4),
        &load("exit-7"),
        &hold(4),
        &load("panic"),
        &hold(3),
        &hold(2),
    ]);
    assert_eq!(
        reason(&events[3]),
        "cannot hold instance 3 of 4, 2 are alive: the guest trapped"
    );
    assert_eq!(
        reason(&events[5]),
        "cannot hold instance 3 of 4, 2 are alive: the guest exited with code 7"
    );
    assert!(reason(&events[7]).contains("so it does"), "{events:?}");
    assert_eq!(phases(&events[8]), ["hold"]);
}

#[test]
fn handlers_are_held_once_they_have_answered() {
    let ask = |path: &str| hold(2).replace("}}", &format!(r#"}},"request":"{path}"}}"#));
    let events = answers(&[
        &load("handler"),
        &ask("/"),
        &hold(3),
        &hold(0),
        &ask("/trap"),
        LOAD,
        &ask("/"),
    ]);
    assert_eq!(phases(&events[1]), ["hold"]);
    assert!(reason(&events[2]).contains("is a handler"), "{events:?}");
    assert!(reason(&events[4]).contains("0 are alive"), "{events:?}");
    assert!(reason(&events[6]).contains("is a command"), "{events:?}");
}

#[test]
fn a_handler_is_not_run() {
    let events = answers(&[&load("handler"), RUN]);
    assert!(reason(&events[1]).contains("is a handler"), "{events:?}");
}

#[test]
fn precompiling_writes_all_or_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str| folder.path().join(name).display().to_string();
    std::fs::write(file("in.wasm"), "code").expect("is written");
    let order = |configuration: &str, input: &str| {
        format!(
            r#"{{"do":"precompile","configuration":"{configuration}","target":"wasip1","artifact":"{}","output":"{}"}}"#,
            file(input),
            file("out")
        )
    };
    let events = answers(&[
        &order("jit", "in.wasm"),
        &order("aot", "none.wasm"),
        &order("aot", "in.wasm"),
    ]);
    assert!(
        reason(&events[0]).contains("nothing to precompile"),
        "{events:?}"
    );
    assert!(
        reason(&events[1]).contains("none.wasm: No such file"),
        "{events:?}"
    );
    assert!(phases(&events[2]).is_empty());
    assert_eq!(
        std::fs::read(file("out")).expect("is there"),
        b"compiled code"
    );
    let names = std::fs::read_dir(folder.path()).expect("lists").count();
    assert_eq!(names, 2, "no partial file is left");
}
