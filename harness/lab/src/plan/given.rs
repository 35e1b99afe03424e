//! Where a given artifact cannot be launched: what its file says of itself, held against what an
//! isolation is.

use labrun_record::{Outcome, Target};

use crate::define::{NativeFacts, Workload};
use crate::isolation::{Linking, Packing, Profile};
use crate::outcome::Failure;

/// Why what is given of a workload is not launched on an isolation, if so.
pub(crate) fn misfit(
    workload: &Workload,
    profile: &Profile,
    target: Target,
    arch: &str,
) -> Option<Failure> {
    let unsupported = |reason: String| Some(Failure::new(Outcome::Unsupported, reason));
    if profile.packing != Packing::File && !workload.environment.is_empty() {
        let reason = "the lab gives containers no variables of a workload yet";
        return unsupported(reason.to_owned());
    }
    if target == Target::Image && workload.artifacts.contains_key(&target) {
        let reason = "an image of one's own is not measured yet: give the program that is in it";
        return unsupported(reason.to_owned());
    }
    if profile.packing != Packing::File && workload.fixed_port().is_some() {
        let reason =
            "a server in a container is told its port by the lab: write {port} in its arguments";
        return unsupported(reason.to_owned());
    }
    let given = workload.artifacts.get(&match target {
        Target::Image => Target::Native,
        other => other,
    })?;
    misfit_of(&given.name(), given.native.as_ref()?, profile, arch)
}

/// The same of a native program by what it says of itself.
pub(crate) fn misfit_of(
    name: &str,
    facts: &NativeFacts,
    profile: &Profile,
    arch: &str,
) -> Option<Failure> {
    let unsupported = |reason: String| Some(Failure::new(Outcome::Unsupported, reason));
    if facts.arch != arch {
        return Some(Failure::unavailable(format!(
            "{name} is a program for {}, and this machine is {arch}: give one for {arch}",
            facts.arch
        )));
    }
    let how = linked(facts);
    if profile.of_linking && how != profile.linking {
        return unsupported(format!(
            "{name} is linked {}, and {} is about programs that are linked {}",
            word(how),
            profile.name,
            word(profile.linking)
        ));
    }
    if profile.packing != Packing::File && how == Linking::Dynamic {
        return unsupported(format!(
            "{name} is linked dynamically, and what {} is given holds the program alone, without \
             its libraries: give one that is linked statically",
            profile.name
        ));
    }
    None
}

fn linked(facts: &NativeFacts) -> Linking {
    match facts.interpreter {
        None => Linking::Static,
        Some(_) => Linking::Dynamic,
    }
}

fn word(linking: Linking) -> &'static str {
    match linking {
        Linking::Static => "statically",
        Linking::Dynamic => "dynamically",
    }
}
