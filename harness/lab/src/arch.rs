//! The architectures that the lab builds for, and runs on or emulates: what each is called by whom, and
//! what building for it on another one takes.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use thiserror::Error;

/// An architecture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Arch {
    /// AMD's and Intel's with 64 bits.
    X86_64,
    /// ARM's with 64 bits.
    Aarch64,
    /// RISC-V with 64 bits and what its Linux distributions ask for.
    Riscv64,
}

/// That a word names no architecture that the lab knows.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("there is no architecture `{0}`: {known}", known = known())]
pub struct UnknownArch(String);

fn known() -> String {
    Arch::ALL.map(Arch::name).join(", ")
}

impl Arch {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::X86_64, Self::Aarch64, Self::Riscv64];

    /// That of this machine, if it is one that the lab builds for.
    pub fn here() -> Option<Self> {
        std::env::consts::ARCH.parse().ok()
    }

    /// Whether it is that of this machine.
    pub fn is_here(self) -> bool {
        self.name() == std::env::consts::ARCH
    }

    /// Its name in files and on the command line, which is Rust's.
    pub fn name(self) -> &'static str {
        match self {
            Self::X86_64 => "x86_64",
            Self::Aarch64 => "aarch64",
            Self::Riscv64 => "riscv64",
        }
    }

    /// What images call it.
    pub fn of_images(self) -> &'static str {
        match self {
            Self::X86_64 => "amd64",
            Self::Aarch64 => "arm64",
            Self::Riscv64 => "riscv64",
        }
    }

    /// The triple for one of the C libraries of Linux: `gnu`, `musl`.
    pub fn triple(self, libc: &str) -> String {
        let processor = match self {
            Self::X86_64 => "x86_64",
            Self::Aarch64 => "aarch64",
            Self::Riscv64 => "riscv64gc",
        };
        format!("{processor}-unknown-linux-{libc}")
    }

    /// That of which a triple is; none for a wasm one, which is the same on all.
    pub fn of_triple(triple: &str) -> Option<Self> {
        let processor = triple.split('-').next()?;
        let is_it = |arch: &Self| arch.triple("gnu").split('-').next() == Some(processor);
        Self::ALL.into_iter().find(is_it)
    }

    /// The C compiler for it on a machine of another architecture, as Debian calls it.
    pub fn cross_compiler(self) -> String {
        format!("{}-gcc", self.of_debian())
    }

    /// The package of Debian that has it.
    pub fn cross_package(self) -> String {
        format!("gcc-{}", self.of_debian().replace('_', "-"))
    }

    /// Where Debian's cross packages put its loader and C library.
    pub fn sysroot(self) -> PathBuf {
        PathBuf::from("/usr").join(self.of_debian())
    }

    /// A file of a system of this architecture, by the path that its programs call it.
    pub fn in_sysroot(self, path: &Path) -> PathBuf {
        self.sysroot().join(path.strip_prefix("/").unwrap_or(path))
    }

    /// The package of Debian that has those.
    pub fn sysroot_package(self) -> String {
        let of_packages = match self {
            Self::X86_64 => "amd64",
            other => other.of_images(),
        };
        format!("libc6-{of_packages}-cross")
    }

    fn of_debian(self) -> String {
        format!("{}-linux-gnu", self.name())
    }

    /// Whether the lab builds its runners for it.
    pub fn has_runners(self) -> bool {
        self != Self::Riscv64
    }
}

impl FromStr for Arch {
    type Err = UnknownArch;

    fn from_str(word: &str) -> Result<Self, UnknownArch> {
        let is_it = |arch: &Self| word == arch.name() || word == arch.of_images();
        let mut all = Self::ALL.into_iter();
        all.find(is_it).ok_or_else(|| UnknownArch(word.to_owned()))
    }
}

impl std::fmt::Display for Arch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_known_by_rusts_name_and_by_that_of_images() {
        for arch in Arch::ALL {
            assert_eq!(arch.name().parse(), Ok(arch));
            assert_eq!(arch.of_images().parse(), Ok(arch));
            assert_eq!(Arch::of_triple(&arch.triple("musl")), Some(arch));
        }
        assert_eq!(Arch::of_triple("wasm32-wasip1"), None);
        let why = "armv7".parse::<Arch>().expect_err("is not known");
        assert_eq!(
            why.to_string(),
            "there is no architecture `armv7`: x86_64, aarch64, riscv64"
        );
    }

    #[test]
    fn packages_are_called_as_debian_calls_them() {
        assert_eq!(Arch::Aarch64.cross_package(), "gcc-aarch64-linux-gnu");
        assert_eq!(Arch::X86_64.cross_package(), "gcc-x86-64-linux-gnu");
        assert_eq!(Arch::X86_64.cross_compiler(), "x86_64-linux-gnu-gcc");
        assert_eq!(Arch::Aarch64.sysroot_package(), "libc6-arm64-cross");
    }
}
