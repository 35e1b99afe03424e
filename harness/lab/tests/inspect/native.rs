//! Native programs, linked in every way, and ELF files that are none.

use std::fs;
use std::path::Path;

use lab::inspect::{Linkage, program};

use crate::support::{compiled, elf, file, folder, musl, refusal};

const MAIN: &str = "fn main() { println!(\"it runs\") }";

#[test]
fn a_dynamic_program_names_its_loader_and_its_libraries() {
    let own = std::env::current_exe().expect("it has a path");
    for path in [&own, Path::new("/bin/true")] {
        let elf = elf(path);
        assert_eq!(elf.arch, std::env::consts::ARCH);
        let Linkage::Dynamic {
            interpreter,
            needed,
        } = elf.linkage
        else {
            panic!("{} is static", path.display());
        };
        assert!(interpreter.is_file(), "{}", interpreter.display());
        assert!(needed.iter().any(|name| name == "libc.so.6"), "{needed:?}");
    }
    assert!(elf(Path::new("/bin/true")).stripped);
}

#[test]
fn a_static_program_is_one_wherever_it_is_mapped() {
    let folder = folder();
    let triple = musl();
    for (name, args, stripped) in [
        ("anywhere", &["-Crelocation-model=pie"][..], false),
        (
            "stripped",
            &["-Crelocation-model=pie", "-Cstrip=symbols"],
            true,
        ),
        ("fixed", &["-Crelocation-model=static"], false),
    ] {
        let args = [&["--target", &triple], args].concat();
        let elf = elf(&compiled(&folder, name, MAIN, &args));
        assert_eq!(elf.arch, std::env::consts::ARCH, "{name}");
        assert_eq!(elf.linkage, Linkage::Static, "{name}");
        assert_eq!(elf.stripped, stripped, "{name}");
    }
}

#[test]
fn what_the_linker_reads_alone_is_not_needed() {
    let folder = folder();
    let program = compiled(&folder, "program", MAIN, &[]);
    let whole = elf(&program);
    assert!(!whole.stripped);
    let mut bytes = fs::read(&program).expect("reads it");
    // e_shoff, e_shnum and e_shstrndx: what sstrip(1) takes.
    bytes[0x28..0x30].fill(0);
    bytes[0x3c..0x40].fill(0);
    let without = elf(&file(&folder, "without-sections", bytes));
    assert_eq!(without.linkage, whole.linkage);
    assert!(without.stripped);
}

#[test]
fn another_architecture_is_named_as_rust_names_it() {
    let folder = folder();
    let program = fs::read("/bin/true").expect("reads it");
    for (machine, name) in [
        (183_u16, "aarch64"),
        (62, "x86_64"),
        (243, "riscv64"),
        (22, "s390x"),
        (75, "EM_VAX"),
        (0xfff1, "a processor that ELF calls 65521"),
    ] {
        let mut bytes = program.clone();
        bytes[18..20].copy_from_slice(&machine.to_le_bytes());
        assert_eq!(elf(&file(&folder, "altered", bytes)).arch, name);
    }
}

#[test]
fn a_program_of_32_bits_is_read_as_well() {
    let folder = folder();
    let elf = elf(&file(&folder, "small", small(2, 3)));
    assert_eq!(elf.arch, "x86");
    assert_eq!(elf.linkage, Linkage::Static);
    assert!(elf.stripped);
}

#[test]
fn an_elf_file_that_is_no_program_says_which_it_is() {
    let folder = folder();
    let library = "#[unsafe(no_mangle)] pub extern \"C\" fn six() -> i32 { 6 }";
    let shared = compiled(&folder, "shared", library, &["--crate-type=cdylib"]);
    let object = compiled(
        &folder,
        "object",
        library,
        &["--crate-type=lib", "--emit=obj"],
    );
    for (path, said) in [
        (
            &shared,
            "it is a shared library; give the program that it belongs to",
        ),
        (
            &object,
            "it is an object file that is not linked yet; link it, and give",
        ),
        (
            &file(&folder, "core", small(4, 3)),
            "it is a core dump, the memory of",
        ),
        (
            &file(&folder, "none", small(9, 3)),
            "it is damaged: its header names no kind",
        ),
    ] {
        let refusal = refusal(path);
        assert!(refusal.starts_with(said), "{refusal}");
    }
    for (system, said) in [
        (9, "a program for FreeBSD"),
        (200, "what wasmtime compiled"),
    ] {
        let mut bytes = small(2, 3);
        bytes[7] = system;
        let refusal = refusal(&file(&folder, "system", bytes));
        assert!(refusal.contains(said), "{refusal}");
    }
}

#[test]
fn damage_is_told_and_never_panics() {
    let folder = folder();
    let whole = fs::read("/bin/true").expect("reads it");
    // The header and the table of segments, each byte in turn as it is not.
    for at in 4..0x40 + 14 * 56 {
        for value in [0, 1, 0x7f, 0xff] {
            let mut bytes = whole.clone();
            bytes[at] = value;
            // It is taken or refused.
            let _ = program(&file(&folder, "damaged", bytes));
        }
    }
}

/// The least 32-bit ELF file of a type, with nothing to load.
fn small(kind: u8, machine: u8) -> Vec<u8> {
    let mut bytes = b"\x7fELF\x01\x01\x01".to_vec();
    bytes.resize(16, 0);
    bytes.extend([kind, 0, machine, 0, 1, 0, 0, 0]);
    bytes.resize(52, 0);
    bytes
}
