//! Tests of the steady contract, without a workload.

use super::*;

const OWN: [Number; 2] = [
    Number {
        name: "--rounds",
        default: 7,
        range: 1..=9,
    },
    Number {
        name: "--kib",
        default: 64,
        range: 0..=64,
    },
];

fn parse(arguments: &[&str]) -> Result<(u64, [u64; 2]), Fault> {
    numbers(arguments.iter().map(OsString::from), &OWN)
}

#[test]
fn options_are_taken_in_any_order() {
    assert_eq!(parse(&[]), Ok((1, [7, 64])));
    let given = ["--kib", "0", "--batches", "0", "--rounds", "9"];
    assert_eq!(parse(&given), Ok((0, [9, 0])));
}

#[test]
fn other_arguments_are_refused() {
    for (arguments, reason) in [
        (&["--kibs", "1"][..], "\"--kibs\" is no option"),
        (
            &["--kib"],
            "--kib wants a whole number from 0 to 64, not \"\"",
        ),
        (&["--kib", "65"], "from 0 to 64, not \"65\""),
        (&["--rounds", "0"], "from 1 to 9, not \"0\""),
        (&["--batches", "-1"], "not \"-1\""),
        (&["--kib", "1", "--kib", "1"], "--kib is given twice"),
    ] {
        let Err(Fault::Usage(found)) = parse(arguments) else {
            panic!("{arguments:?} is taken");
        };
        assert!(found.contains(reason), "{found}");
    }
}

/// Counts what is asked of it, and fails at one batch.
#[derive(Default)]
struct Counted {
    batches: u64,
    ends: u64,
    fails_at: u64,
}

impl Work for Counted {
    fn batch(&mut self) -> Result<String, Fault> {
        self.batches += 1;
        if self.batches == self.fails_at {
            return Err(Fault::Failed("no".to_owned()));
        }
        Ok("line".to_owned())
    }

    fn end(&mut self) -> Result<(), Fault> {
        self.ends += 1;
        Ok(())
    }
}

/// Takes some lines and then no more. Counts those that were flushed.
struct Reader {
    lines: u64,
    pending: bool,
    flushed: u64,
}

impl io::Write for Reader {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.flushed == self.lines {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        assert_eq!(bytes, b"line\n");
        self.pending = true;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.flushed += u64::from(std::mem::take(&mut self.pending));
        Ok(())
    }
}

fn after(lines: u64) -> Reader {
    Reader {
        lines,
        pending: false,
        flushed: 0,
    }
}

#[test]
fn each_batch_gives_one_flushed_line() {
    let (mut work, mut reader) = (Counted::default(), after(u64::MAX));
    assert_eq!(repeat(3, &mut work, &mut reader), Ok(()));
    assert_eq!((work.batches, work.ends, reader.flushed), (3, 1, 3));
}

#[test]
fn without_an_end_it_goes_on_until_nobody_reads() {
    let (mut work, mut reader) = (Counted::default(), after(5));
    assert_eq!(repeat(0, &mut work, &mut reader), Ok(()));
    assert_eq!((work.batches, work.ends, reader.flushed), (6, 1, 5));
}

#[test]
fn a_line_that_was_asked_for_and_cannot_be_written_is_a_failure() {
    let (mut work, mut reader) = (Counted::default(), after(2));
    let failed = repeat(3, &mut work, &mut reader);
    assert!(matches!(failed, Err(Fault::Failed(reason)) if reason.contains("cannot write")));
}

#[test]
fn a_batch_that_fails_ends_it() {
    let mut work = Counted {
        fails_at: 2,
        ..Counted::default()
    };
    let failed = repeat(0, &mut work, &mut after(u64::MAX));
    assert_eq!(failed, Err(Fault::Failed("no".to_owned())));
    assert_eq!((work.batches, work.ends), (2, 0));
}
