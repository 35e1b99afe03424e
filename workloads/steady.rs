//! The steady contract, by which a workload is measured in steady state.
//!
//! * It is a command that takes `--batches N` beside its own arguments: 1 where nothing
//!   is said, 0 for going on until its stdout takes no more or it is killed.
//! * It makes its inputs first. Then it does the same fixed amount of work N times.
//! * At the end of each batch it prints one line and flushes it. The line is the checked
//!   outcome of that batch, computed afresh, and the same each time, on every target.
//! * It reads no clock. Whoever measures takes the instants at which the lines arrive,
//!   and compares each of them. The first line has the set-up before it.
//! * What is worked on passes through `black_box` in each batch, so that no compiler can
//!   do the work once for all of them.
//! * With `LABRUN_HOLD=1` it stays after its last line, with its memory.
//!
//! Included by the workloads that follow it.

use std::ffi::OsString;
use std::io;
use std::ops::RangeInclusive;
use std::process::ExitCode;

#[path = "hold.rs"]
pub(crate) mod hold;

/// Work in batches. What makes it is the set-up.
pub(crate) trait Work {
    /// Does one batch; the line that says what came of it.
    fn batch(&mut self) -> Result<String, Fault>;

    /// After the last batch: checks what a batch leaves unchecked, to cost less.
    fn end(&mut self) -> Result<(), Fault> {
        Ok(())
    }
}

/// Why there is no line.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The arguments ask for nothing that can be done. Exit code 2.
    Usage(String),
    /// The work failed. Exit code 1.
    Failed(String),
}

/// An option `NAME N`, a whole number.
pub(crate) struct Number {
    /// With its dashes.
    pub(crate) name: &'static str,
    /// Where it is not given.
    pub(crate) default: u64,
    /// What it may be.
    pub(crate) range: RangeInclusive<u64>,
}

/// The whole of a program: arguments, set-up, batches, hold. `usage` is its name, and
/// what comes before the options; `own` are those beside `--batches`, whose values
/// `set_up` gets in that order.
pub(crate) fn run<const N: usize>(
    usage: &str,
    arguments: impl IntoIterator<Item = OsString>,
    own: &[Number; N],
    set_up: impl FnOnce([u64; N]) -> Result<Box<dyn Work>, Fault>,
) -> ExitCode {
    let worked = numbers(arguments, own).and_then(|(batches, values)| {
        let mut work = set_up(values)?;
        repeat(batches, work.as_mut(), &mut io::stdout().lock())?;
        hold::hold_if_asked();
        Ok(())
    });
    let program = usage.split(' ').next().unwrap_or_default();
    match worked {
        Ok(()) => ExitCode::SUCCESS,
        Err(Fault::Failed(reason)) => {
            eprintln!("{program}: {reason}");
            ExitCode::FAILURE
        }
        Err(Fault::Usage(reason)) => {
            let names = own.iter().map(|option| format!(" [{} N]", option.name));
            let names: String = names.collect();
            eprintln!("{program}: {reason}; usage: {usage}{names} [--batches N]");
            ExitCode::from(2)
        }
    }
}

/// The number of batches, and the values of `own`.
fn numbers<const N: usize>(
    arguments: impl IntoIterator<Item = OsString>,
    own: &[Number; N],
) -> Result<(u64, [u64; N]), Fault> {
    let mut batches = None;
    let mut given = [None; N];
    let mut arguments = arguments.into_iter();
    while let Some(name) = arguments.next() {
        let name = name.to_string_lossy();
        let at = own.iter().position(|option| option.name == name);
        let (slot, range) = match at {
            Some(at) => (&mut given[at], own[at].range.clone()),
            None if name == "--batches" => (&mut batches, 0..=u64::MAX),
            None => return Err(Fault::Usage(format!("{name:?} is no option"))),
        };
        let text = arguments.next().unwrap_or_default();
        let text = text.to_string_lossy();
        let value = text.parse().ok().filter(|value| range.contains(value));
        let Some(value) = value else {
            let (least, most) = (range.start(), range.end());
            return Err(Fault::Usage(format!(
                "{name} wants a whole number from {least} to {most}, not {text:?}"
            )));
        };
        if slot.replace(value).is_some() {
            return Err(Fault::Usage(format!("{name} is given twice")));
        }
    }
    let values = std::array::from_fn(|at| given[at].unwrap_or(own[at].default));
    Ok((batches.unwrap_or(1), values))
}

/// Does `batches` batches, or batches without end where it is 0, and prints their lines.
fn repeat(batches: u64, work: &mut dyn Work, out: &mut impl io::Write) -> Result<(), Fault> {
    let mut done = 0;
    while batches == 0 || done < batches {
        let line = work.batch()? + "\n";
        match out.write_all(line.as_bytes()).and_then(|()| out.flush()) {
            Ok(()) => done += 1,
            // Nobody reads any more: that is how a measurement without an end ends.
            Err(_) if batches == 0 => break,
            Err(error) => return Err(Fault::Failed(format!("cannot write the line: {error}"))),
        }
    }
    work.end()
}

#[cfg(test)]
#[path = "steady_tests.rs"]
mod tests;
