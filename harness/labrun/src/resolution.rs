//! What this machine could tell apart when it was last calibrated: kept for the runs of the next day.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};
use labrun_record::{Resolution, folder_of, regular, write_json};

/// After so long a machine may be another one to those who share it.
const FRESH: SignedDuration = SignedDuration::from_hours(24);

/// Keeps it for later runs of the same machine class, in place of an older one.
pub(crate) fn keep(resolution: &Resolution) -> io::Result<()> {
    let Some(path) = state().map(|state| file(&state, &resolution.machine_class)) else {
        return Err(io::Error::other("neither XDG_STATE_HOME nor HOME is set"));
    };
    fs::create_dir_all(folder_of(&path))?;
    // A run that reads it meanwhile has the older one whole.
    write_json(&path, resolution)
}

/// That of this machine, if it was calibrated within a day.
pub(crate) fn newest() -> Option<Resolution> {
    let class = lab::fingerprint::fingerprint().machine_class();
    let text = regular::read(&file(&state()?, &class)).ok()?;
    let found: Resolution = serde_json::from_slice(&text).ok()?;
    (found.machine_class == class && is_fresh(&found.started, Timestamp::now())).then_some(found)
}

fn is_fresh(started: &str, now: Timestamp) -> bool {
    let age = |started: Timestamp| now.duration_since(started);
    let fresh = |age: SignedDuration| !age.is_negative() && age < FRESH;
    started.parse().is_ok_and(|started| fresh(age(started)))
}

/// Where programs keep what is to outlive them (the XDG base directories).
fn state() -> Option<PathBuf> {
    let of = |name: &str| std::env::var_os(name).map(PathBuf::from);
    let stated = of("XDG_STATE_HOME").filter(|path| path.is_absolute());
    let state = stated.or_else(|| Some(of("HOME")?.join(".local/state")))?;
    Some(state.join("labrun"))
}

/// Several machines may share a home.
fn file(state: &Path, class: &str) -> PathBuf {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
    let class: String = class.chars().map(plain).collect();
    state.join(format!("resolution-{class}.json"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_fresh_for_a_day() {
        let now: Timestamp = "2026-11-27T12:00:00Z".parse().expect("a time");
        for (started, fresh) in [
            ("2026-11-27T11:59:59Z", true),
            ("2026-11-26T12:00:01Z", true),
            ("2026-11-26T12:00:00Z", false),
            ("2026-11-27T12:00:01Z", false),
            ("yesterday", false),
        ] {
            assert_eq!(is_fresh(started, now), fresh, "{started}");
        }
    }
}
