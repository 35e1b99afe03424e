//! A native program: its architecture, and whether it is linked statically.

use std::path::PathBuf;

use object::elf::{
    ELFOSABI_FREEBSD, ELFOSABI_NETBSD, ELFOSABI_OPENBSD, ELFOSABI_SOLARIS, EM_68K, EM_386,
    EM_AARCH64, EM_ARM, EM_CSKY, EM_HEXAGON, EM_LOONGARCH, EM_MIPS, EM_PPC, EM_PPC64, EM_RISCV,
    EM_S390, EM_SPARCV9, EM_X86_64, ET_CORE, ET_DYN, ET_EXEC, ET_REL,
};

use super::linking::Linking;
use super::other::Kind;
use super::refused::WhyNot;

/// What wasmtime marks what it compiled with, as a system.
const WASMTIME: u8 = 200;

/// A native program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Elf {
    /// What it was compiled for, as `std::env::consts::ARCH` names it; a processor that Rust does
    /// not know by the name that ELF has for it (`EM_VAX`).
    pub arch: String,
    /// How it is linked.
    pub linkage: Linkage,
    /// Whether it has no symbol table.
    pub stripped: bool,
}

/// How a program is linked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Linkage {
    /// The kernel starts it, and nothing else is needed.
    Static,
    /// A loader starts it, and maps libraries.
    Dynamic {
        /// The loader.
        interpreter: PathBuf,
        /// The libraries that it names itself, in its order.
        needed: Vec<String>,
    },
}

impl Elf {
    /// The program that an ELF file is, if it is one.
    pub(super) fn of(linking: Linking) -> Result<Self, WhyNot> {
        let system = |name| Err(WhyNot::Other(Kind::OtherSystem(name)));
        match linking.system {
            system if system == WASMTIME => return Err(WhyNot::Other(Kind::Precompiled)),
            abi if abi == ELFOSABI_FREEBSD.0 => return system("FreeBSD"),
            abi if abi == ELFOSABI_NETBSD.0 => return system("NetBSD"),
            abi if abi == ELFOSABI_OPENBSD.0 => return system("OpenBSD"),
            abi if abi == ELFOSABI_SOLARIS.0 => return system("Solaris"),
            _ => {}
        }
        match linking.file_type {
            ET_EXEC => {}
            ET_DYN if linking.is_program => {}
            ET_DYN => return Err(WhyNot::Other(Kind::SharedLibrary)),
            ET_REL => return Err(WhyNot::Other(Kind::Object)),
            ET_CORE => return Err(WhyNot::Other(Kind::CoreDump)),
            _ => {
                return Err(WhyNot::Damaged(
                    "its header names no kind of ELF file".into(),
                ));
            }
        }
        Ok(Self {
            arch: linking.arch(),
            stripped: !linking.has_symbols,
            linkage: match linking.interpreter {
                None => Linkage::Static,
                Some(interpreter) => Linkage::Dynamic {
                    interpreter,
                    needed: linking.needed,
                },
            },
        })
    }
}

impl Linking {
    /// What it was compiled for, as [`Elf::arch`] has it.
    pub(crate) fn arch(&self) -> String {
        let name = match (self.machine, self.is_64) {
            (EM_X86_64, true) => "x86_64",
            // Addresses of 32 bits on the same processor.
            (EM_X86_64, false) => "x32",
            (EM_386, _) => "x86",
            (EM_AARCH64, _) => "aarch64",
            (EM_ARM, _) => "arm",
            (EM_RISCV, true) => "riscv64",
            (EM_RISCV, false) => "riscv32",
            (EM_PPC, _) => "powerpc",
            (EM_PPC64, _) => "powerpc64",
            (EM_S390, _) => "s390x",
            (EM_MIPS, true) => "mips64",
            (EM_MIPS, false) => "mips",
            (EM_SPARCV9, _) => "sparc64",
            (EM_LOONGARCH, true) => "loongarch64",
            (EM_LOONGARCH, false) => "loongarch32",
            (EM_68K, _) => "m68k",
            (EM_CSKY, _) => "csky",
            (EM_HEXAGON, _) => "hexagon",
            (other, _) => match other.name() {
                Some(name) => name,
                None => return format!("a processor that ELF calls {other}"),
            },
        };
        name.to_owned()
    }
}
