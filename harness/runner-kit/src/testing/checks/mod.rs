//! The checks. Each starts a runner of its own.

mod call;
mod hold;
mod serve;

use std::collections::BTreeMap;
use std::process::Command as Process;

use anyhow::{Context as _, Result, bail, ensure};
use labrun_protocol::{
    Command as Order, Describe, Directory, Event, Grants, GuestTarget, Load, PROTOCOL_VERSION,
};

use super::driver::{Answer, Driver};
use super::manifest::Manifest;
use super::{Check, Subject, guests};

/// Every check of a configuration that runs modules.
pub(super) fn all() -> impl Iterator<Item = &'static (&'static str, Check)> {
    [GENERAL, call::ALL, hold::ALL, serve::ALL]
        .into_iter()
        .flatten()
}

/// The checks that need no module.
pub(super) const WITHOUT_MODULES: &[(&str, Check)] = &[("refuses_what_is_no_command", no_command)];

const GENERAL: &[(&str, Check)] = &[
    ("runs_and_prints", runs_and_prints),
    ("an_exit_code_is_no_failure", exit_code),
    ("a_trap_fails_and_the_runner_goes_on", trap),
    ("waits_for_a_timer", timer),
    ("cannot_leave_its_grant", escape),
    ("runs_components_or_says_that_it_cannot", components),
    ("repeats", repeats),
    ("a_guest_beyond_its_memory_fails", beyond_memory),
    ("refuses_rubbish", rubbish),
    (
        "refuses_a_module_that_imports_what_is_not_there",
        unknown_import,
    ),
    ("refuses_a_missing_file", missing_file),
    ("refuses_another_configuration", other_configuration),
    ("refuses_what_is_no_command", no_command),
];

/// `describe` says what `runner.toml` says.
pub(super) fn describe_agrees(program: &str, manifest: &Manifest) -> Result<()> {
    let output = Process::new(program).arg("describe").output()?;
    ensure!(output.status.success(), "describe: {:?}", output.status);
    let described: Describe = serde_json::from_slice(&output.stdout)?;
    let names: Vec<_> = manifest
        .configuration
        .iter()
        .map(|one| one.name.clone())
        .collect();
    ensure!(
        described.protocol == PROTOCOL_VERSION,
        "protocol {}",
        described.protocol
    );
    ensure!(described.name == manifest.name, "name {}", described.name);
    ensure!(
        described.configurations == names,
        "{:?} is not {names:?}",
        described.configurations
    );
    ensure!(names.is_sorted(), "the configurations are not sorted");
    ensure!(!described.version.is_empty(), "no version");
    Ok(())
}

fn runs_and_prints(subject: &Subject) -> Result<()> {
    let mut runner = Driver::start(subject.program)?;
    let loaded = phases(&runner.load(subject, guests::ECHO)?)?;
    let made = if subject.precompile {
        "load"
    } else {
        "compile"
    };
    ensure!(loaded == ["spawn", "runtime", made], "{loaded:?}");
    // A second time in the same process: what the first left behind must not matter.
    for word in ["one", "two"] {
        let grants = Grants {
            args: vec![word.into()],
            ..Grants::default()
        };
        let answer = runner.send(&Order::Run(grants))?;
        ensure!(answer.printed == format!("{word}\n"), "{answer:?}");
        ensure!(exited(&answer)? == 0, "{answer:?}");
        ensure!(
            phases(&answer)? == ["instantiate", "call", "drop"],
            "{answer:?}"
        );
    }
    let loaded = phases(&runner.load(subject, guests::EXIT)?)?;
    ensure!(loaded == [made], "{loaded:?}");
    ensure!(runner.finish()?.success(), "did not exit with 0");
    Ok(())
}

fn exit_code(subject: &Subject) -> Result<()> {
    let mut runner = Driver::start(subject.program)?;
    phases(&runner.load(subject, guests::EXIT)?)?;
    let answer = runner.send(&Order::Run(Grants::default()))?;
    ensure!(exited(&answer)? == 7, "{answer:?}");
    Ok(())
}

fn trap(subject: &Subject) -> Result<()> {
    let mut runner = Driver::start(subject.program)?;
    phases(&runner.load(subject, guests::TRAP)?)?;
    let reason = failed(&runner.send(&Order::Run(Grants::default()))?)?;
    ensure!(
        reason.contains("unreachable") && !reason.contains('\n'),
        "{reason}"
    );
    phases(&runner.load(subject, guests::EXIT)?)?;
    let answer = runner.send(&Order::Run(Grants::default()))?;
    ensure!(exited(&answer)? == 7, "{answer:?}");
    Ok(())
}

fn beyond_memory(subject: &Subject) -> Result<()> {
    let mut runner = Driver::start(subject.program)?;
    phases(&runner.load(subject, guests::GREEDY)?)?;
    let reason = failed(&runner.send(&Order::Run(Grants::default()))?)?;
    // V8 words it the other way round.
    let said = ["out of bounds memory access", "memory access out of bounds"];
    ensure!(said.iter().any(|said| reason.contains(said)), "{reason}");
    phases(&runner.load(subject, guests::EXIT)?)?;
    Ok(())
}

fn timer(subject: &Subject) -> Result<()> {
    let mut runner = Driver::start(subject.program)?;
    let guest = match subject.relative_timers {
        false => guests::SLEEP.to_owned(),
        true => guests::sleep_relative(),
    };
    phases(&runner.load(subject, &guest)?)?;
    let begin = std::time::Instant::now();
    let answer = runner.send(&Order::Run(Grants::default()))?;
    ensure!(exited(&answer)? == 0, "{answer:?}");
    ensure!(begin.elapsed().as_millis() >= 20, "it did not wait");
    Ok(())
}

fn escape(subject: &Subject) -> Result<()> {
    let mut runner = Driver::start(subject.program)?;
    phases(&runner.load(subject, guests::ESCAPE)?)?;
    let outside = runner.file("outside", b"secret")?;
    let host = outside.with_file_name("inside");
    std::fs::create_dir(&host)?;
    let granted = Directory {
        host,
        guest: "/data".into(),
    };
    for directories in [vec![], vec![granted]] {
        let grants = Grants {
            directories,
            ..Grants::default()
        };
        let answer = runner.send(&Order::Run(grants))?;
        ensure!(exited(&answer)? != 0, "it was opened");
    }
    Ok(())
}

fn repeats(subject: &Subject) -> Result<()> {
    let mut runner = Driver::start(subject.program)?;
    for guest in [guests::ECHO, guests::HANDLER] {
        phases(&runner.load(subject, guest)?)?;
        let env = BTreeMap::from([("KEY".to_owned(), "value".to_owned())]);
        let grants = Grants {
            args: vec!["1".into()],
            env,
            ..Grants::default()
        };
        let answer = runner.send(&Order::Repeat { times: 50, grants })?;
        let Event::Done { spans_ns, .. } = &answer.event else {
            bail!("{answer:?}")
        };
        ensure!(
            spans_ns.len() == 50 && spans_ns.iter().all(|span| *span > 0),
            "{answer:?}"
        );
        ensure!(answer.printed.is_empty(), "it was called");
    }
    Ok(())
}

fn components(subject: &Subject) -> Result<()> {
    let mut runner = Driver::start(subject.program)?;
    let loaded = runner.load_as(GuestTarget::Wasip2, subject, guests::COMPONENT, None)?;
    if !subject.components {
        ensure!(
            matches!(loaded.event, Event::Unsupported { .. }),
            "{loaded:?}"
        );
        return Ok(());
    }
    phases(&loaded)?;
    let answer = runner.send(&Order::Run(Grants::default()))?;
    ensure!(exited(&answer)? == 1, "{answer:?}");
    // Both kinds in one process.
    phases(&runner.load(subject, guests::EXIT)?)?;
    let answer = runner.send(&Order::Run(Grants::default()))?;
    ensure!(exited(&answer)? == 7, "{answer:?}");
    Ok(())
}

fn rubbish(subject: &Subject) -> Result<()> {
    let mut runner = Driver::start(subject.program)?;
    let artifact = runner.file(
        "rubbish.wasm",
        b"this is no module, and it is not short either",
    )?;
    let precompiled = subject.precompile.then(|| artifact.clone());
    let load = Load {
        configuration: subject.configuration.clone(),
        target: GuestTarget::Wasip1,
        artifact: artifact.clone(),
        precompiled,
        instances: None,
    };
    refused(&runner.send(&Order::Load(load))?)?;
    if subject.precompile {
        let output = artifact.with_file_name("output");
        refused(&runner.send(&Order::Precompile {
            configuration: subject.configuration.clone(),
            target: GuestTarget::Wasip1,
            artifact,
            output: output.clone(),
        })?)?;
        ensure!(!output.exists(), "rubbish was precompiled");
    }
    failed(&runner.send(&Order::Run(Grants::default()))?)?;
    phases(&runner.load(subject, guests::EXIT)?)?;
    Ok(())
}

/// Where a runtime links when it loads, the load is refused, and the run elsewhere.
fn unknown_import(subject: &Subject) -> Result<()> {
    let mut runner = Driver::start(subject.program)?;
    let loaded = runner.load(subject, guests::UNKNOWN_IMPORT)?;
    let reason = if let Event::Done { .. } = loaded.event {
        refused(&runner.send(&Order::Run(Grants::default()))?)?
    } else {
        refused(&loaded)?
    };
    // For a person, and not as a language has its own types.
    ensure!(
        !reason.contains("FuncType") && !reason.contains("FunctionType"),
        "{reason}"
    );
    phases(&runner.load(subject, guests::EXIT)?)?;
    ensure!(exited(&runner.send(&Order::Run(Grants::default()))?)? == 7);
    Ok(())
}

fn missing_file(subject: &Subject) -> Result<()> {
    let mut runner = Driver::start(subject.program)?;
    let path = std::path::PathBuf::from("/nowhere/guest.wasm");
    let load = Load {
        configuration: subject.configuration.clone(),
        target: GuestTarget::Wasip1,
        artifact: path.clone(),
        precompiled: subject.precompile.then_some(path),
        instances: None,
    };
    let reason = failed(&runner.send(&Order::Load(load.clone()))?)?;
    ensure!(reason.contains("No such file"), "{reason}");
    // With the precompiled file where there must be none, and without where there must.
    let precompiled = (!subject.precompile).then(|| load.artifact.clone());
    let reason = failed(&runner.send(&Order::Load(Load {
        precompiled,
        ..load
    }))?)?;
    ensure!(reason.contains("precompiled file"), "{reason}");
    Ok(())
}

fn other_configuration(subject: &Subject) -> Result<()> {
    let mut runner = Driver::start(subject.program)?;
    phases(&runner.load(subject, guests::EXIT)?)?;
    let unknown = Subject {
        configuration: "crankshaft".into(),
        precompile: false,
        ..subject.clone()
    };
    let reason = failed(&runner.load(&unknown, guests::EXIT)?)?;
    ensure!(
        reason.contains("crankshaft") && reason.contains(&subject.configuration),
        "{reason}"
    );
    Ok(())
}

fn no_command(subject: &Subject) -> Result<()> {
    let mut runner = Driver::start(subject.program)?;
    for line in [
        "{",
        "[]",
        r#"{"do":"dance"}"#,
        r#"{"do":"repeat","times":"many"}"#,
        "\u{1f980}",
    ] {
        let reason = failed(&runner.line(line)?)?;
        ensure!(reason.starts_with("not a command"), "{reason}");
    }
    ensure!(
        phases(&runner.line(r#"{"do":"ping"}"#)?)?.is_empty(),
        "ping"
    );
    Ok(())
}

/// The phases of a command that was done, checked to be in order.
fn phases(answer: &Answer) -> Result<Vec<String>> {
    let Event::Done { marks, .. } = &answer.event else {
        bail!("{answer:?}")
    };
    ensure!(marks.is_sorted_by_key(|mark| mark.end_ns), "{marks:?}");
    Ok(marks.iter().map(|mark| mark.phase.clone()).collect())
}

/// The exit code of a guest that ran.
fn exited(answer: &Answer) -> Result<i32> {
    let Event::Done { exit_code, .. } = &answer.event else {
        bail!("{answer:?}")
    };
    exit_code.context("no exit code")
}

/// The reason why a module was refused.
fn refused(answer: &Answer) -> Result<String> {
    let Event::Refused { reason } = &answer.event else {
        bail!("{answer:?}")
    };
    ensure!(!reason.is_empty() && !reason.contains('\n'), "{reason}");
    Ok(reason.clone())
}

/// The reason of a command that failed.
fn failed(answer: &Answer) -> Result<String> {
    let Event::Failed { reason } = &answer.event else {
        bail!("{answer:?}")
    };
    ensure!(!reason.is_empty() && !reason.contains('\n'), "{reason}");
    Ok(reason.clone())
}
