//! The workload `conform`: does one small thing, and prints one line about it, so that it
//! can be seen from outside what an isolation lets through and what it holds back.
//!
//! `conform THING [ARGUMENT]...`; the things are those of [`done`]. Exits 2 if it is told
//! something else, and 1 if it cannot do it.

use std::collections::hash_map::RandomState;
use std::fs::{self, File};
use std::hash::BuildHasher as _;
use std::io::{self, Write as _};
use std::path::Path;
use std::process::ExitCode;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

#[path = "../../hold.rs"]
mod hold;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let line = match words[..] {
        ["exit", code] => return code.parse::<u8>().map_or(ExitCode::from(2), ExitCode::from),
        ["crash"] => std::process::abort(),
        [thing, ref rest @ ..] => done(thing, rest),
        [] => None,
    };
    let Some(line) = line else {
        eprintln!("conform: there is no such thing to do: {words:?}");
        return ExitCode::from(2);
    };
    let line = match line {
        Ok(line) => line,
        Err(error) => {
            eprintln!("conform: {error}");
            return ExitCode::FAILURE;
        }
    };
    let mut stdout = io::stdout().lock();
    if let Err(error) = writeln!(stdout, "{line}").and_then(|()| stdout.flush()) {
        eprintln!("conform: cannot write the line: {error}");
        return ExitCode::FAILURE;
    }
    drop(stdout);
    hold::hold_if_asked();
    ExitCode::SUCCESS
}

/// The line of a thing; none if there is no such thing.
fn done(thing: &str, rest: &[&str]) -> Option<io::Result<String>> {
    Some(match (thing, rest) {
        ("arguments", rest) => Ok(rest
            .iter()
            .map(|word| format!("{word:?}"))
            .collect::<Vec<_>>()
            .join(" ")),
        ("environment", [name]) => Ok(
            std::env::var(name).map_or_else(|_| "unset".to_owned(), |value| format!("={value}"))
        ),
        ("granted", [folder]) => granted(Path::new(folder)),
        ("ungranted", [path]) => Ok(match fs::read(path) {
            Ok(_) => "reached".to_owned(),
            Err(_) => "denied".to_owned(),
        }),
        ("sync", [folder, times]) => times
            .parse()
            .map_err(io::Error::other)
            .and_then(|times| synced(Path::new(folder), times)),
        ("output", [bytes]) => bytes.parse().map_err(io::Error::other).map(pattern),
        ("clock", []) => clock(),
        ("random", []) => Ok(random()),
        _ => return None,
    })
}

/// Reads what was given, writes beside it, and reads that back.
fn granted(folder: &Path) -> io::Result<String> {
    let given = fs::read_to_string(folder.join("given.txt"))?;
    let made = folder.join("made.txt");
    fs::write(&made, &given)?;
    fs::read_to_string(made)
}

/// Writes a byte and syncs, so many times.
fn synced(folder: &Path, times: u32) -> io::Result<String> {
    let mut file = File::create(folder.join("synced.txt"))?;
    for _ in 0..times {
        file.write_all(b".")?;
        file.sync_all()?;
    }
    Ok("synced".to_owned())
}

/// So many bytes of one line, without its newline.
fn pattern(bytes: usize) -> String {
    (b'a'..=b'z').cycle().take(bytes).map(char::from).collect()
}

/// Nanoseconds since 1970, and the first step that the monotonic clock made.
fn clock() -> io::Result<String> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let since = since.map_err(io::Error::other)?.as_nanos();
    let began = Instant::now();
    let step = loop {
        let step = began.elapsed().as_nanos();
        if step > 0 {
            break step;
        }
    };
    Ok(format!("{since} {step}"))
}

/// 16 digits from the system's source of random numbers, which seeds the standard
/// library's maps.
fn random() -> String {
    format!("{:016x}", RandomState::new().hash_one(0))
}
