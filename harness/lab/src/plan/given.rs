//! Where a given artifact cannot be launched: what its file says of itself, held against what an
//! isolation is.

use labrun_record::{Outcome, Target};

use crate::define::{NativeFacts, Workload};
use crate::inspect::ImageFacts;
use crate::isolation::{Base, Linking, Packing, Profile, TakesRoot};
use crate::outcome::Failure;

/// Why what is given of a workload is not launched on an isolation, if so.
pub(crate) fn misfit(
    workload: &Workload,
    profile: &Profile,
    target: Target,
    arch: &str,
) -> Option<Failure> {
    let given = workload.artifacts.get(&workload.source_of(target))?;
    if target == Target::Image && workload.artifacts.contains_key(&target) {
        return of_image(&given.name(), given.image.as_ref(), profile, arch);
    }
    misfit_of(&given.name(), given.native.as_ref()?, profile, arch)
}

/// The same of an image, by what it says of itself where that is known already.
fn of_image(
    name: &str,
    facts: Option<&ImageFacts>,
    profile: &Profile,
    arch: &str,
) -> Option<Failure> {
    if profile.packing == Packing::Image(Base::Debian) {
        let reason = format!(
            "{} is about a base that the lab puts under a program, and an image has its own",
            profile.name
        );
        return Some(Failure::new(Outcome::Unsupported, reason));
    }
    misfit_of_image(name, facts?, profile, arch)
}

/// Why an image is not launched on an isolation, by what it says of itself.
pub(crate) fn misfit_of_image(
    name: &str,
    facts: &ImageFacts,
    profile: &Profile,
    arch: &str,
) -> Option<Failure> {
    if facts.os != "linux" || facts.architecture != arch {
        let (os, of) = (&facts.os, &facts.architecture);
        return Some(Failure::unavailable(format!(
            "{name} is an image for {os} on {of}, and {} is linux on {arch}: give one for that",
            what_runs(arch)
        )));
    }
    let user = facts.user.as_deref().unwrap_or("root");
    let is_root = ["root", "0"].contains(&user.split(':').next().unwrap_or_default());
    if profile.takes_root == TakesRoot::OfOneUser && !is_root {
        let reason = format!(
            "{name} runs as {user}, and in {} all files belong to one user, who is root",
            profile.name
        );
        return Some(Failure::new(Outcome::Unsupported, reason));
    }
    None
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
            "{name} is a program for {}, and {} is {arch}: give one for {arch}",
            facts.arch,
            what_runs(arch)
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

/// What programs of an architecture are to run on.
fn what_runs(arch: &str) -> &'static str {
    if arch == std::env::consts::ARCH {
        "this machine"
    } else {
        "what is asked for"
    }
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
