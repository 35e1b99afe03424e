//! A plan that somebody gives by hand: nothing in it is overlooked in silence.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use serde_json::Value;
use thiserror::Error;

use super::{PLAN_VERSION, Plan, fits};
use crate::arch::Arch;
use crate::define::{Workload, plain};
use crate::isolation::Profile;

/// Bytes that a plan may have.
const MOST_BYTES: u64 = 256 << 20;

/// What is wrong with a plan.
#[derive(Debug, Error)]
pub enum PlanError {
    /// It cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It is no plan that this labrun carries out.
    #[error("{}: {reason}", path.display())]
    Shape {
        /// The file.
        path: PathBuf,
        /// What is wrong, and what to do.
        reason: String,
    },
}

/// Reads a plan for an architecture, and holds it against what the lab has.
pub fn read_by_hand(
    path: &Path,
    profiles: &[Profile],
    workloads: &[Workload],
    arch: &str,
) -> Result<Plan, PlanError> {
    let text = read(path).map_err(|source| PlanError::Io {
        path: path.to_owned(),
        source,
    })?;
    let plan = parse(&text, arch).and_then(|plan| {
        fits::check(&plan, profiles, workloads)?;
        Ok(plan)
    });
    plan.map_err(|reason| PlanError::Shape {
        path: path.to_owned(),
        reason,
    })
}

/// Its text, if it is not more than a plan may have.
fn read(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    let mut file = File::open(path)?.take(MOST_BYTES + 1);
    if file.read_to_string(&mut text)? as u64 > MOST_BYTES {
        let reason = format!("it has over {} MiB, and is no plan", MOST_BYTES >> 20);
        return Err(io::Error::other(reason));
    }
    Ok(text)
}

fn parse(text: &str, arch: &str) -> Result<Plan, String> {
    let mut value: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let version = version(&value)?;
    if version > u64::from(PLAN_VERSION) {
        return Err(format!(
            "it is a plan of version {version}, and this labrun carries out version \
             {PLAN_VERSION}: use the labrun that made it, or make it anew by `labrun plan --json`"
        ));
    }
    if version == 1 {
        from_1(&mut value);
    }
    let mut unknown = Vec::new();
    // What is optional or of an enum is a `?` in the path, which is no name of a field.
    let mut note = |path: serde_ignored::Path<'_>| unknown.push(path.to_string().replace(".?", ""));
    let plan: Plan = serde_ignored::deserialize(value, &mut note)
        .map_err(|error: serde_json::Error| in_plain_words(&error.to_string()))?;
    if let Some(field) = unknown.first() {
        return Err(format!("there is no field `{field}` in a plan"));
    }
    if plan.arch != arch {
        let (of, here) = (&plan.arch, std::env::consts::ARCH);
        return Err(match plan.arch.parse::<Arch>() {
            Ok(other) if arch == here => format!(
                "it is a plan for {of:?}, and this machine is {here}: make one here by `labrun plan --json`, \
                 or carry it out emulated: --arch {other}"
            ),
            _ => format!(
                "it is a plan for {of:?}, and {arch} is asked for: make one by `labrun plan --json`"
            ),
        });
    }
    Ok(plan)
}

/// What is wrong with a value, without names of Rust's types.
fn in_plain_words(message: &str) -> String {
    match plain(message) {
        Some((there, wanted)) => format!("it has {there} where {wanted} has to be"),
        None => message.to_owned(),
    }
}

/// A plan of version 1 as one of version 2: its rules had two more numbers, which say nothing now.
fn from_1(plan: &mut Value) {
    let parts = plan["parts"].as_array_mut().into_iter().flatten();
    for rules in parts.filter_map(|part| part["rules"].as_object_mut()) {
        rules.remove("fine_half_width");
        rules.remove("fine_s");
    }
}

/// The version of a plan's shape.
pub(crate) fn version(plan: &Value) -> Result<u64, String> {
    let has = plan.get("plan_version").filter(|has| !has.is_null());
    let has = has.ok_or("it has no plan_version: `labrun plan NAME --json` prints a plan")?;
    let version = has.as_u64().filter(|version| *version > 0);
    version
        .ok_or_else(|| format!("its plan_version is {has}, and has to be a whole number from 1 on"))
}
