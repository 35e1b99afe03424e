//! What has to be built for a launch. One type for all of it: what is built of what.

use labrun_record::Target;
use serde::{Deserialize, Serialize};

use crate::arch::Arch;
use crate::define::{ArtifactKind, Workload};
use crate::isolation::{Linking, Packing, Profile};

/// Something that is built, and of what.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Recipe {
    /// A workload, compiled.
    Compile {
        /// Its name.
        workload: String,
        /// What it is compiled for: never an image.
        target: Target,
        /// The target triple.
        triple: String,
        /// Which cargo artifact of its package it is.
        kind: ArtifactKind,
    },
    /// What a workload has already, as a file.
    Given {
        /// Its name; its definition says where the file is.
        workload: String,
        /// What the file is for: never an image.
        target: Target,
        /// SHA-256 of the file that the plan was made with, 64 hex digits.
        sha256: String,
    },
    /// An image that a workload has already, as the one archive that every isolation takes.
    Image {
        /// Its name; its definition says the file, or what a Docker daemon calls the image.
        workload: String,
        /// Id of the image that the plan was made with, 64 hex digits; none of one that a daemon holds,
        /// which is asked when it is built.
        sha256: Option<String>,
    },
    /// What the build command of a workload writes.
    Command {
        /// Its name; its definition says the command.
        workload: String,
        /// What the artifact is for: never an image.
        target: Target,
    },
    /// What was compiled or given, put into an image or a bundle's root.
    Pack {
        /// The file inside.
        of: Box<Recipe>,
        /// Into what.
        packing: Packing,
    },
    /// A module that an isolation compiles ahead of time.
    Precompile {
        /// The module.
        of: Box<Recipe>,
        /// The isolation, `technology/configuration`.
        by: String,
    },
}

impl Recipe {
    /// Name of the workload.
    pub fn workload(&self) -> &str {
        match self {
            Self::Compile { workload, .. }
            | Self::Given { workload, .. }
            | Self::Image { workload, .. }
            | Self::Command { workload, .. } => workload,
            Self::Pack { of, .. } | Self::Precompile { of, .. } => of.workload(),
        }
    }

    /// What is compiled or given for it.
    pub fn compiled(&self) -> &Self {
        match self {
            Self::Compile { .. }
            | Self::Given { .. }
            | Self::Image { .. }
            | Self::Command { .. } => self,
            Self::Pack { of, .. } | Self::Precompile { of, .. } => of.compiled(),
        }
    }

    /// The isolation that compiles it ahead of time, if it is such a file.
    pub fn precompiled_by(&self) -> Option<&str> {
        match self {
            Self::Precompile { by, .. } => Some(by),
            Self::Compile { .. }
            | Self::Given { .. }
            | Self::Image { .. }
            | Self::Command { .. }
            | Self::Pack { .. } => None,
        }
    }

    /// Of what is compiled or given: for which target.
    pub fn target(&self) -> Option<Target> {
        match self {
            Self::Compile { target, .. }
            | Self::Given { target, .. }
            | Self::Command { target, .. } => Some(*target),
            Self::Image { .. } => Some(Target::Image),
            Self::Pack { .. } | Self::Precompile { .. } => None,
        }
    }

    /// Whether it is a wasm module or component, as it was compiled or given.
    pub fn is_module(&self) -> bool {
        self.target()
            .is_some_and(|target| !matches!(target, Target::Native | Target::Image))
    }

    /// Whether it is an image of the user's own, or what that is put into.
    pub fn is_own_image(&self) -> bool {
        matches!(self.compiled(), Self::Image { .. })
    }
}

/// The triple that a target is compiled for.
pub fn artifact_triple(arch: &str, target: Target, linking: Linking) -> String {
    match target {
        Target::Wasip1 => "wasm32-wasip1".to_owned(),
        Target::Wasip2 => "wasm32-wasip2".to_owned(),
        Target::Native | Target::Image => {
            let libc = match linking {
                Linking::Static => "musl",
                Linking::Dynamic => "gnu",
            };
            // One that the lab does not know is called as Rust does, for most.
            let unknown = |_| format!("{arch}-unknown-linux-{libc}");
            let known = arch.parse::<Arch>();
            known.map_or_else(unknown, |arch| arch.triple(libc))
        }
    }
}

/// What an isolation runs of a workload, and what it compiles of that ahead of time.
pub fn for_isolation(
    profile: &Profile,
    workload: &Workload,
    arch: &str,
    target: Target,
    kind: ArtifactKind,
) -> (Recipe, Option<Recipe>) {
    // An image holds the native binary: one file, whichever of the two is asked for first.
    let inside = workload.source_of(target);
    let compiled = match workload.artifacts.get(&inside) {
        Some(given) if inside == Target::Image => Recipe::Image {
            workload: workload.name.clone(),
            sha256: Some(given.sha256.clone()).filter(|id| !id.is_empty()),
        },
        Some(given) => Recipe::Given {
            workload: workload.name.clone(),
            target: inside,
            sha256: given.sha256.clone(),
        },
        None if workload.build.contains_key(&inside) => Recipe::Command {
            workload: workload.name.clone(),
            target: inside,
        },
        None => Recipe::Compile {
            workload: workload.name.clone(),
            target: inside,
            triple: artifact_triple(arch, target, profile.linking),
            kind,
        },
    };
    let packing = profile.packing_of(target);
    if packing != Packing::File {
        let packed = Recipe::Pack {
            of: Box::new(compiled),
            packing,
        };
        return (packed, None);
    }
    let precompiled = profile.precompiles.then(|| Recipe::Precompile {
        of: Box::new(compiled.clone()),
        by: profile.name.clone(),
    });
    (compiled, precompiled)
}
