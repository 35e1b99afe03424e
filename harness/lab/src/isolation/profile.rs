//! What an isolation says of itself, as data: which rows it can have, what has to be built
//! for it, what has to be there, what has to be swept after it. Nothing is started to learn it,
//! and nobody else decides any of it by an isolation's name.

use std::os::unix::net::UnixStream;

use labrun_record::{Setting, Start, Target, Tier};
use serde::{Deserialize, Serialize};

use crate::define::{Need, Unsupported, Workload};
use crate::task::{NetworkPath, Policy};

/// A technology in one configuration, as it is defined.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Profile {
    /// `technology/configuration`.
    pub name: String,
    /// The class of the boundary.
    pub tier: Tier,
    /// One line for a person.
    pub summary: String,
    /// What it has rows for: `native`, `image`, or one or more wasm targets.
    pub targets: Vec<Target>,
    /// Which starts it has; none where it calls exports alone.
    pub starts: Vec<Start>,
    /// How a native binary for it is linked.
    pub linking: Linking,
    /// Whether it is about how a program is linked: a given one that is linked otherwise is not for it.
    pub of_linking: bool,
    /// What the artifact is put into for it.
    pub packing: Packing,
    /// Whether it takes an image of the user's own too, though images are none of its targets.
    pub takes_root: TakesRoot,
    /// Whether it compiles modules ahead of time, outside every clock.
    pub precompiles: bool,
    /// For which target it can call an export of a library, from host to guest and back.
    pub calls: Option<Target>,
    /// The ways in which a server of it is reached, and the name of each's network.
    pub networks: Vec<(NetworkPath, &'static str)>,
    /// What it is there for.
    pub role: Role,
    /// The one policy that its servers have, and why they have no other.
    pub policy: Option<(Policy, String)>,
    /// What it cannot do; the first that concerns a row is its reason.
    pub cannot: Vec<Cannot>,
    /// Whatever is tuned, each with its reason.
    pub settings: Vec<Setting>,
    /// What drives it, and is built by the lab.
    pub driver: Option<Driver>,
    /// Whether a program has to be there that holds a runtime or makes a sandbox, and is no
    /// daemon's.
    pub has_program: bool,
    /// The daemon that it stands on, which is swept after a lab that was killed.
    pub daemon: Option<Daemon>,
    /// Whether it launches programs of another architecture, under an emulator.
    pub emulates: Emulates,
}

impl Default for Profile {
    /// A process on the host, with nothing around it.
    fn default() -> Self {
        Self {
            name: String::new(),
            tier: Tier::Process,
            summary: String::new(),
            targets: vec![Target::Native],
            starts: vec![Start::Process],
            linking: Linking::Static,
            of_linking: false,
            packing: Packing::File,
            takes_root: TakesRoot::No,
            precompiles: false,
            calls: None,
            networks: vec![(NetworkPath::AsUsers, "host")],
            role: Role::Any,
            policy: None,
            cannot: Vec::new(),
            settings: Vec::new(),
            driver: None,
            has_program: false,
            daemon: None,
            emulates: Emulates::No("what it puts around a program would be around the emulator"),
        }
    }
}

impl Profile {
    /// The part of its name before the slash.
    pub fn technology(&self) -> &str {
        self.name.split('/').next().unwrap_or_default()
    }

    /// The part of its name after the slash.
    pub fn configuration(&self) -> &str {
        self.name.split('/').nth(1).unwrap_or_default()
    }

    /// Whether it has rows of a workload in a target.
    pub fn has(&self, target: Target, workload: Option<&Workload>) -> bool {
        let is_image = || {
            let given = workload.is_some_and(|one| one.artifacts.contains_key(&target));
            self.takes_root != TakesRoot::No && target == Target::Image && given
        };
        self.targets.contains(&target) || is_image()
    }

    /// The targets in which it has rows of a workload.
    pub fn every_target(&self, workload: &Workload) -> Vec<Target> {
        let mut targets = self.targets.clone();
        if !targets.contains(&Target::Image) && self.has(Target::Image, Some(workload)) {
            targets.push(Target::Image);
        }
        targets
    }

    /// What an artifact for a target is put into.
    pub fn packing_of(&self, target: Target) -> Packing {
        if self.takes_root != TakesRoot::No && target == Target::Image {
            Packing::Root
        } else {
            self.packing
        }
    }

    /// Whether it runs programs, or calls exports of libraries alone.
    pub fn runs_programs(&self) -> bool {
        !self.starts.is_empty()
    }

    /// Whether a workload is its business at all: where not, it has no rows.
    pub fn takes(&self, workload: &Workload) -> bool {
        let serves = workload.serve.is_some();
        match self.role {
            Role::Any => true,
            Role::Host => serves,
            Role::Control => !serves && workload.grant.is_none() && workload.environment.is_empty(),
        }
    }

    /// What it cannot do for a workload in a target, in one sentence for a person.
    pub fn unsupported(
        &self,
        workload: &Workload,
        target: Target,
        needs: &[Need],
    ) -> Option<String> {
        let serves = workload.serve.is_some();
        let mut cannot = self.cannot.iter();
        let found = cannot.find(|cannot| match cannot.what {
            What::Target(of) => of == target,
            What::Need(need) => needs.contains(&need),
            What::Server(of) => serves && of == target,
        });
        found.map(|cannot| cannot.reason.clone())
    }

    /// Why a server of it cannot use its instances in this way.
    pub fn refuses(&self, policy: Policy) -> Option<String> {
        let (own, reason) = self.policy.as_ref()?;
        (*own != policy).then(|| reason.clone())
    }
}

/// What an isolation is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Whatever its targets are.
    Any,
    /// It hosts servers, and has no rows for other programs.
    Host,
    /// It is a control: it has cold starts of commands that need no files and no variables, and no other rows; and
    /// it is measured whichever other isolations are asked for.
    Control,
}

/// Whether an isolation launches programs of another architecture, under an emulator of its
/// instructions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Emulates {
    /// It does: it starts the emulator with the program.
    ByItself,
    /// It does where the kernel knows an emulator for them, and starts it in the program's place
    /// (`binfmt_misc`).
    ByTheKernel,
    /// It does not, and why.
    No(&'static str),
}

/// Whether an isolation takes the unpacked root of an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum TakesRoot {
    /// It does not.
    No,
    /// It does; all files are one user's inside, so that an image which runs as another cannot be itself.
    OfOneUser,
}

/// Something that an isolation cannot do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Cannot {
    /// What.
    pub what: What,
    /// Why, in one sentence.
    pub reason: String,
}

/// What cannot be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum What {
    /// Run what is compiled for a target.
    Target(Target),
    /// Give what a workload needs.
    Need(Need),
    /// Serve, in a target.
    Server(Target),
}

impl Cannot {
    /// One with its reason.
    pub fn new(what: What, reason: impl Into<String>) -> Self {
        let reason = reason.into();
        Self { what, reason }
    }

    /// That an isolation of this name runs no other of these `targets` than its `own`.
    pub(super) fn others(name: &str, targets: &[Target], own: &[Target]) -> Vec<Self> {
        let others = targets.iter().filter(|target| !own.contains(target));
        others
            .map(|target| {
                Self::new(
                    What::Target(*target),
                    format!("{name} does not run {target}"),
                )
            })
            .collect()
    }

    /// What a definition says that one of its configurations cannot do; an entry there may be
    /// about both a target and a need.
    pub(super) fn defined(entries: &[Unsupported], configuration: &str) -> Vec<Self> {
        let own = entries.iter().filter(|entry| {
            let of = &entry.configurations;
            of.is_empty() || of.iter().any(|name| name == configuration)
        });
        own.flat_map(|entry| {
            let target = entry.target.map(What::Target);
            let need = entry.need.map(What::Need);
            let both = target.into_iter().chain(need);
            both.map(|what| Self::new(what, &entry.reason))
        })
        .collect()
    }
}

/// How a native binary is linked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Linking {
    /// Against musl, all in one file.
    Static,
    /// Against the system's glibc, through its dynamic loader.
    Dynamic,
}

/// What an artifact is put into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Packing {
    /// Nothing: its file is run.
    File,
    /// An image that a Docker daemon builds from `Dockerfile.baseline`, and holds.
    Image(Base),
    /// A folder of the lab's: the root of an OCI bundle.
    Root,
    /// An image that the lab writes itself, as the archive of an OCI layout.
    Archive(Inside),
}

/// What is under the binary in an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Base {
    /// Nothing.
    Scratch,
    /// A minimal Debian, by debootstrap.
    Debian,
}

/// What is in the one layer of an image that the lab writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Inside {
    /// A binary on nothing at all, as `Dockerfile.baseline` has it on `scratch`.
    Binary,
    /// A wasm module and nothing else, for a shim that runs it.
    Module,
}

/// A program of the lab's own that drives an isolation.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Driver {
    /// The runner of this name.
    Runner(String),
    /// The helper of this name.
    Helper(String),
}

impl std::fmt::Display for Driver {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Runner(name) => write!(f, "runner {name}"),
            Self::Helper(name) => write!(f, "helper {name}"),
        }
    }
}

/// A daemon.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Daemon {
    /// Docker's.
    Docker,
    /// containerd, and the programs beside it that this isolation needs.
    Containerd(&'static [&'static str]),
}

impl Daemon {
    /// Whether a helper that speaks to it is of any use now. Docker's needs none.
    pub fn answers_its_helper(self) -> bool {
        match self {
            Self::Docker => true,
            Self::Containerd(_) => UnixStream::connect(super::containerd::socket()).is_ok(),
        }
    }
}
