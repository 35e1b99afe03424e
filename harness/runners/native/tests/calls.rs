//! Calls of a library that is compiled here, with the compiler that compiles this.

mod guest;

use std::path::PathBuf;

use labrun_protocol::{Command, Event, Grants, GuestTarget, InstancePolicy, Load};
use labrun_runner_kit::testing::Driver;

fn start() -> Driver {
    Driver::start(env!("CARGO_BIN_EXE_labrun-runner-native")).expect("starts")
}

/// A runner that has loaded the library.
fn loaded() -> Driver {
    let mut runner = start();
    let source = runner.file("guest.rs", b"").expect("writes");
    let library = guest::compile(source.parent().expect("it has a folder"));
    assert!(matches!(load(&mut runner, library), Event::Done { .. }));
    runner
}

fn load(runner: &mut Driver, artifact: PathBuf) -> Event {
    let load = Load {
        configuration: "in-process".into(),
        target: GuestTarget::Native,
        artifact,
        precompiled: None,
        instances: None,
    };
    runner.send(&Command::Load(load)).expect("answers").event
}

fn call(runner: &mut Driver, export: &str, expected: i32, calls: u32, batches: u32) -> Event {
    let call = Command::Call {
        export: export.into(),
        arguments: (19, 23),
        expected,
        calls,
        batches,
        grants: Grants::default(),
    };
    runner.send(&call).expect("answers").event
}

fn reason(event: &Event) -> &str {
    match event {
        Event::Failed { reason } | Event::Refused { reason } | Event::Unsupported { reason } => {
            reason
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_call_is_made() {
    let mut runner = loaded();
    let Event::Done { spans_ns, .. } = call(&mut runner, "counted", 42, 1000, 7) else {
        panic!("not done")
    };
    assert_eq!(spans_ns.len(), 7);
    let counted = call(&mut runner, "calls", 7000, 1, 1);
    assert!(matches!(counted, Event::Done { .. }), "{counted:?}");
    assert!(runner.finish().expect("ends").success());
}

#[test]
fn a_wrong_answer_and_an_unknown_export_fail() {
    let mut runner = loaded();
    let wrong = call(&mut runner, "add", 41, 10, 1);
    assert!(reason(&wrong).contains("returned 42"), "{wrong:?}");
    let unknown = call(&mut runner, "sub", 42, 10, 1);
    assert!(reason(&unknown).contains("exports no `sub`"), "{unknown:?}");
}

#[test]
fn what_is_no_library_is_refused() {
    let mut runner = start();
    let rubbish = runner
        .file("rubbish.so", b"this is no library")
        .expect("writes");
    let event = load(&mut runner, rubbish);
    assert!(matches!(event, Event::Refused { .. }), "{event:?}");
    let event = load(&mut runner, "/nowhere/library.so".into());
    assert!(reason(&event).contains("No such file"), "{event:?}");
}

#[test]
fn only_calls_are_supported() {
    let mut runner = loaded();
    let grants = Grants::default();
    let listen = Command::Listen {
        address: "127.0.0.1:1".into(),
        trace: 0,
        grants: grants.clone(),
        policy: InstancePolicy::Fresh,
        threads: 1,
    };
    let hold = Command::Hold {
        count: 1,
        grants: grants.clone(),
        request: None,
    };
    let repeat = Command::Repeat {
        times: 1,
        grants: grants.clone(),
    };
    for command in [Command::Run(grants), listen, hold, repeat] {
        let event = runner.send(&command).expect("answers").event;
        assert!(matches!(event, Event::Unsupported { .. }), "{event:?}");
        assert!(reason(&event).contains("only its exports"), "{event:?}");
    }
}
