//! Programs of another architecture, run as processes of this machine: by qemu, which translates their
//! instructions and hands their system calls on to the kernel that is here.
//!
//! What comes of it is right, and how long it took says nothing of that architecture.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use labrun_record::EMULATED_WAIT;

use crate::arch::Arch;
use crate::define::Find;
use crate::fingerprint;
use crate::inspect::Linking;
use crate::isolation::ask::ask;
use crate::isolation::find::look_for;
use crate::outcome::Failure;
use crate::process::Program;

/// How often a time is taken inside a launch, where it says nothing and an instance may take a second.
const REPEATS: u32 = 2;

/// What programs run on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Processor {
    /// The machine's own.
    #[default]
    Own,
    /// One of another architecture, which an emulator stands for.
    Emulated(Emulator),
    /// One of another architecture, for which there is no emulator here: nothing of it runs.
    Other(Arch, String),
}

impl Processor {
    /// That for an architecture: the machine's own where it is of that, else an emulator.
    pub fn of(arch: Arch) -> Self {
        if arch.is_here() {
            return Self::Own;
        }
        match Emulator::find(arch) {
            Ok(emulator) => Self::Emulated(emulator),
            Err(reason) => Self::Other(arch, reason),
        }
    }

    /// The emulator, where it is one.
    pub fn emulator(&self) -> Option<&Emulator> {
        match self {
            Self::Emulated(emulator) => Some(emulator),
            Self::Own | Self::Other(..) => None,
        }
    }

    /// What runs programs that are not of this machine; nothing where they are; or why nothing does.
    pub fn runs(&self) -> Result<Option<&Emulator>, &str> {
        match self {
            Self::Own => Ok(None),
            Self::Emulated(emulator) => Ok(Some(emulator)),
            Self::Other(_, reason) => Err(reason),
        }
    }

    /// How long a program on it is waited for that a machine's own is waited for as long as `limit`.
    pub fn waits(&self, limit: Duration) -> Duration {
        waits(limit, self.emulator())
    }

    /// How often what is done `times` times on a machine, for the sake of its time, is done on it.
    pub fn repeats(&self, times: u32) -> u32 {
        if is_emulated(self.emulator()) {
            times.min(REPEATS)
        } else {
            times
        }
    }

    /// Its architecture, where it is another than this machine's.
    pub fn other(&self) -> Option<Arch> {
        match self {
            Self::Own => None,
            Self::Emulated(emulator) => Some(emulator.arch),
            Self::Other(arch, _) => Some(*arch),
        }
    }
}

/// How long a program is waited for, where one of a machine's own is waited for as long as `limit`: longer where
/// an emulator runs it, be it one that the lab starts or one that the lab itself is run by.
pub(super) fn waits(limit: Duration, emulator: Option<&Emulator>) -> Duration {
    if is_emulated(emulator) {
        limit.saturating_mul(EMULATED_WAIT)
    } else {
        limit
    }
}

/// Whether a program that this runs, or nothing, is emulated: the lab itself may be.
fn is_emulated(emulator: Option<&Emulator>) -> bool {
    emulator.is_some() || fingerprint::is_emulated()
}

/// qemu's user mode for one architecture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Emulator {
    arch: Arch,
    program: PathBuf,
    version: String,
    sha256: String,
    /// The plugin that it loads, as its option says it.
    plugin: Option<String>,
}

impl Emulator {
    /// That of an architecture; or why it cannot be used, with the way to get it.
    pub fn find(arch: Arch) -> Result<Self, String> {
        let name = format!("qemu-{arch}");
        let find = Find {
            // The second one cannot count instructions, and emulates as well.
            programs: vec![name.clone(), format!("{name}-static")],
            version: vec!["--version".to_owned()],
            version_after: "version ".to_owned(),
            least: "7.0".to_owned(),
            install: "sudo apt-get install qemu-user".to_owned(),
        };
        let found = look_for(&find).map_err(Failure::into_reason)?;
        Ok(Self {
            arch,
            program: found.executable.path,
            version: found.version,
            sha256: found.sha256,
            plugin: None,
        })
    }

    /// The architecture whose programs it runs.
    pub fn arch(&self) -> Arch {
        self.arch
    }

    /// Its program.
    pub fn program(&self) -> &Path {
        &self.program
    }

    /// The name of its program.
    pub fn name(&self) -> String {
        let name = self.program().file_name().unwrap_or_default();
        name.to_string_lossy().into_owned()
    }

    /// Its version.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// SHA-256 of its program.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// The processor that it stands for. A stated one: what it takes by itself changes with its version,
    /// and a module that is compiled ahead of time for what few machines have would run on few. Of ARM64
    /// that is the first version of the architecture, which every one has.
    pub fn processor(&self) -> &'static str {
        processor(self.arch)
    }

    /// `program` as it runs it.
    pub(crate) fn around(&self, program: Program) -> Program {
        let mut args = vec!["-cpu".to_owned(), self.processor().to_owned()];
        let sysroot = self.arch.sysroot();
        if sysroot.is_dir() {
            args.extend(["-L".to_owned(), sysroot.display().to_string()]);
        }
        if let Some(plugin) = &self.plugin {
            args.extend(["-plugin".to_owned(), plugin.clone()]);
        }
        args.push(program.path.display().to_string());
        args.extend(program.args);
        Program {
            path: self.program().to_owned(),
            args,
            ..program
        }
    }

    /// The same with a plugin, which is given these words.
    pub(super) fn with_plugin(&self, library: &Path, words: &[(&str, String)]) -> Self {
        // A comma ends a word, and two of them are one.
        let plain = |text: &str| text.replace(',', ",,");
        let mut option = format!("file={}", plain(&library.display().to_string()));
        for (name, value) in words {
            // Writing to a string cannot fail.
            let _ = write!(option, ",{name}={}", plain(value));
        }
        Self {
            plugin: Some(option),
            ..self.clone()
        }
    }

    /// Why it loads no plugin of the interface that the lab's is written for, if it does not.
    pub fn refuses_plugins(&self) -> Option<String> {
        let said = ask(self.program(), &["--help".to_owned()]);
        let takes = said.is_ok_and(|said| said.text.contains("-plugin"));
        let major = self
            .version()
            .split('.')
            .next()
            .and_then(|word| word.parse().ok());
        let is_known = major.is_some_and(|major: u32| major < 9);
        let why = match (takes, is_known) {
            (true, true) => return None,
            (false, _) => "takes no plugins",
            (true, false) => "has another interface for plugins",
        };
        Some(format!(
            "{} {} {why}, by which instructions are counted: the dynamic qemu-user of Debian 12 (7.2) does: \
             sudo apt-get install qemu-user",
            self.program().display(),
            self.version()
        ))
    }

    /// Why a program cannot be run by it, with the way to mend that.
    pub fn refuses(&self, program: &Path) -> Option<String> {
        let linked = match Linking::read(program) {
            Ok(linked) => linked,
            Err(refused) => return Some(refused.to_string()),
        };
        if linked.arch() != self.arch.name() {
            return Some(format!(
                "it was compiled for {}, and {} runs programs for {}",
                linked.arch(),
                self.name(),
                self.arch
            ));
        }
        let loader = linked.interpreter?;
        let there = self.arch.in_sysroot(&loader);
        (!there.exists()).then(|| {
            format!(
                "it is started by {}, which is not in {}; to get it: sudo apt-get install {}",
                loader.display(),
                self.arch.sysroot().display(),
                self.arch.sysroot_package()
            )
        })
    }
}

fn processor(arch: Arch) -> &'static str {
    match arch {
        Arch::X86_64 => "max",
        Arch::Aarch64 => "cortex-a72",
        Arch::Riscv64 => "rv64",
    }
}

/// The features of a processor that what is compiled ahead of time under an emulator may use, in the
/// kernel's words. Nothing is known of what the emulated one has beyond those.
pub fn emulated_features(arch: Arch) -> Vec<String> {
    let words: &[&str] = match arch {
        Arch::Aarch64 => &["asimd", "fp"],
        Arch::X86_64 | Arch::Riscv64 => &[],
    };
    words.iter().map(|word| (*word).to_owned()).collect()
}
