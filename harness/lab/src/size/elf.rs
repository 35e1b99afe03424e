//! A native program without what only a debugger needs: `strip --strip-all`, in Rust.

use std::path::Path;

use object::build::elf::{Builder, Section, SectionData};
use object::elf::{ET_DYN, ET_EXEC, PT_LOAD};
use object::read::elf::{ElfFile64, FileHeader, ProgramHeader};
use object::{Endianness, U64};

use super::read;
use crate::outcome::Failure;

/// Sections for debuggers begin with one of these: the list of binutils'
/// `_bfd_elf_make_section_from_shdr` (`bfd/elf.c`).
const DEBUG: [&[u8]; 6] = [
    b".debug",
    b".zdebug",
    b".gnu.debuglto_.debug_",
    b".gnu.linkonce.wi.",
    b".line",
    b".stab",
];

/// The bytes of a program or shared library without symbol table and debug sections. What
/// the loader maps stays as it is: checked by its segments.
pub fn strip_elf(path: &Path) -> Result<Vec<u8>, Failure> {
    let bytes = read(path)?;
    let malformed =
        |error: &dyn std::fmt::Display| super::malformed(path, "a 64-bit ELF file", error);
    let cannot = |why: &dyn std::fmt::Display| {
        Failure::failed(format!("cannot strip {}: {why}", path.display()))
    };
    let mut builder = Builder::read(&*bytes).map_err(|error| malformed(&error))?;
    if ![ET_EXEC, ET_DYN].contains(&builder.header.e_type) {
        return Err(cannot(&"it is neither a program nor a shared library"));
    }
    delete_dispensable(&mut builder);
    for symbol in &mut builder.symbols {
        symbol.delete = true;
    }
    builder.delete_orphans();
    let mut stripped = Vec::with_capacity(bytes.len());
    builder
        .write(&mut stripped)
        .map_err(|error| cannot(&error))?;
    let segments = |bytes| loaded(bytes).map_err(|error| malformed(&error));
    if segments(&stripped)? != segments(&bytes)? {
        return Err(cannot(&"its loaded segments would move"));
    }
    Ok(stripped)
}

/// Marks what goes. What stays links to nothing of it, as strip(1) has it: relocations that name no symbol, as
/// those of a static program of glibc's, may link to the table of symbols all the same.
fn delete_dispensable(builder: &mut Builder<'_>) {
    let all = builder.sections.iter();
    let gone: Vec<_> = all
        .filter(|one| is_dispensable(one))
        .map(Section::id)
        .collect();
    for section in &mut builder.sections {
        section.delete = gone.contains(&section.id());
        section.sh_link_section = section.sh_link_section.filter(|id| !gone.contains(id));
    }
}

/// Whether nothing but a debugger or a linker needs it.
fn is_dispensable(section: &Section<'_>) -> bool {
    let name = section.name.as_slice();
    let of_symbols = matches!(
        section.data,
        SectionData::Symbol
            | SectionData::SymbolSectionIndex
            | SectionData::String
            | SectionData::Relocation(_)
    );
    let of_debuggers = DEBUG.iter().any(|prefix| name.starts_with(prefix)) || name == b".gdb_index";
    !section.is_alloc() && (of_symbols || of_debuggers)
}

/// Offset, address, and size in file and memory of each segment that is loaded.
fn loaded(bytes: &[u8]) -> object::Result<Vec<[u64; 4]>> {
    let file = ElfFile64::<Endianness>::parse(bytes)?;
    let endian = file.elf_header().endian()?;
    let number = |field: U64<Endianness>| field.get(endian);
    let loaded = file.elf_program_headers().iter();
    let loaded = loaded.filter(|segment| segment.p_type(endian) == PT_LOAD);
    Ok(loaded
        .map(|segment| {
            [
                segment.p_offset,
                segment.p_vaddr,
                segment.p_filesz,
                segment.p_memsz,
            ]
            .map(number)
        })
        .collect())
}
