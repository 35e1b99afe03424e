//! For which architecture something is built, bundled or measured.

use clap::Args;
use lab::arch::{Arch, UnknownArch};
use lab::isolation::Processor;

/// The architecture of a run.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct ArchArg {
    /// Take programs for this architecture (`x86_64`, `aarch64`, `riscv64`); on a machine of another one they are
    /// emulated: outputs and sizes are right then, and times say nothing
    #[arg(long = "arch", value_name = "ARCH")]
    pub asked: Option<Arch>,
}

/// The architectures that something is built for.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct ArchesArg {
    /// Build for this architecture (`x86_64`, `aarch64`, `riscv64`), or for `all` of them
    #[arg(long = "arch", value_name = "ARCH", value_parser = arches)]
    asked: Option<Arches>,
}

/// One architecture or several.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Arches(Vec<Arch>);

fn arches(word: &str) -> Result<Arches, UnknownArch> {
    if word == "all" {
        return Ok(Arches(Arch::ALL.to_vec()));
    }
    Ok(Arches(vec![word.parse()?]))
}

impl ArchArg {
    /// Its name as plans have it: that of this machine where none is asked for.
    pub(crate) fn name(&self) -> &'static str {
        self.asked.map_or(std::env::consts::ARCH, Arch::name)
    }

    /// What programs for it run on.
    pub(crate) fn processor(&self) -> Processor {
        self.asked.map_or(Processor::Own, Processor::of)
    }
}

impl ArchesArg {
    /// Those that are asked for; nothing where that is this machine's own, whichever it is.
    pub(crate) fn each(&self) -> Vec<Option<Arch>> {
        match &self.asked {
            None => vec![None],
            Some(Arches(all)) => all.iter().copied().map(Some).collect(),
        }
    }

    /// Whether each gets a file of its own.
    pub(crate) fn are_several(&self) -> bool {
        self.each().len() > 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_are_several_and_none_is_this_machine() {
        assert_eq!(ArchesArg::default().each(), [None]);
        let of = |word| ArchesArg {
            asked: Some(arches(word).expect("known")),
        };
        assert_eq!(of("arm64").each(), [Some(Arch::Aarch64)]);
        assert_eq!(of("all").each().len(), Arch::ALL.len());
        assert!(of("all").are_several() && !of("riscv64").are_several());
        assert!(arches("sparc").is_err());
        assert_eq!(ArchArg::default().name(), std::env::consts::ARCH);
    }
}
