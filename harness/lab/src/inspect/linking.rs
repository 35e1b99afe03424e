//! What an ELF file says of linking. It is read from the headers and from the segments that the
//! loader maps, since a program runs without sections too; of a large file little is read.

use std::path::{Path, PathBuf};

use object::Endianness;
use object::elf::{
    DF_1_PIE, DT_FLAGS_1, DT_NEEDED, DT_NULL, DT_RPATH, DT_RUNPATH, DT_SONAME, DT_STRSZ, DT_STRTAB,
    DynamicTag, ELFCLASS32, ELFMAG, FileHeader32, FileHeader64, FileType, Machine, PT_DYNAMIC,
    PT_INTERP, PT_LOAD, SHT_SYMTAB,
};
use object::read::elf::{Dyn, FileHeader, ProgramHeader, SectionHeader};
use object::read::{ReadCache, ReadRef, StringTable};

use super::file::Opened;
use super::other::Kind;
use super::refused::{NoProgram, WhyNot};

/// Where the class of an ELF file is in it, and its system.
const CLASS: usize = 4;
const SYSTEM: usize = 7;

/// Longest path of an interpreter that the kernel takes (`PATH_MAX`).
const LONGEST_PATH: u64 = 4096;

/// What an ELF file says of linking.
pub(crate) struct Linking {
    pub(super) file_type: FileType,
    /// What it was compiled for.
    pub(crate) machine: Machine,
    /// Whether its addresses have 64 bits.
    pub(crate) is_64: bool,
    /// The system that it says it is for (`EI_OSABI`).
    pub(super) system: u8,
    /// The loader that starts it, if it is a program that has one.
    pub(crate) interpreter: Option<PathBuf>,
    /// The libraries that it names (`DT_NEEDED`).
    pub(crate) needed: Vec<String>,
    /// Lists of folders as they are written (`DT_RPATH`).
    pub(crate) rpath: Vec<String>,
    /// The same of `DT_RUNPATH`, which hides every `DT_RPATH`.
    pub(crate) runpath: Vec<String>,
    /// Whether it has a name for those that link to it (`DT_SONAME`).
    pub(super) has_name: bool,
    /// Whether the linker marked it as a program that can be anywhere (`DF_1_PIE`).
    pub(super) is_pie: bool,
    /// Whether it has an address to begin at.
    pub(super) has_entry: bool,
    /// Whether it has a symbol table.
    pub(super) has_symbols: bool,
}

impl Linking {
    /// Reads an ELF file of any kind.
    pub(crate) fn read(path: &Path) -> Result<Self, NoProgram> {
        let opened = Opened::at(path).map_err(|why| why.of(path))?;
        Self::of(&opened).map_err(|why| why.of(path))
    }

    pub(super) fn of(opened: &Opened) -> Result<Self, WhyNot> {
        let head = opened.head()?;
        if !head.starts_with(&ELFMAG) {
            return Err(WhyNot::Other(Kind::of(&head)));
        }
        let data = &ReadCache::new(&opened.file);
        if head.get(CLASS) == Some(&ELFCLASS32.0) {
            parse::<FileHeader32<Endianness>, _>(data, &head)
        } else {
            parse::<FileHeader64<Endianness>, _>(data, &head)
        }
    }
}

fn damaged(why: impl ToString) -> WhyNot {
    WhyNot::Damaged(why.to_string())
}

fn parse<'data, Elf, R>(data: R, head: &[u8]) -> Result<Linking, WhyNot>
where
    Elf: FileHeader<Endian = Endianness>,
    R: ReadRef<'data>,
{
    let whole = data.len().map_err(|()| damaged("it has no length"))?;
    let needs = |bytes: u64| {
        let why = format!("its headers speak of {bytes} bytes, and it has {whole}");
        if bytes > whole {
            Err(WhyNot::Cut(why))
        } else {
            Ok(())
        }
    };
    needs(size_of::<Elf>() as u64)?;
    let header = Elf::parse(data).map_err(damaged)?;
    let endian = header.endian().map_err(damaged)?;
    let table = |at: u64, entries: u16, bytes: u16| {
        at.saturating_add(u64::from(entries) * u64::from(bytes))
    };
    needs(table(
        header.e_phoff(endian).into(),
        header.e_phnum(endian),
        header.e_phentsize(endian),
    ))?;
    needs(table(
        header.e_shoff(endian).into(),
        header.e_shnum(endian),
        header.e_shentsize(endian),
    ))?;
    let segments = header.program_headers(endian, data).map_err(damaged)?;
    // Of each kind the first counts, as it does for the kernel.
    let first = |kind| {
        segments
            .iter()
            .find(|segment| segment.p_type(endian) == kind)
    };
    let end = |segment: &Elf::ProgramHeader| {
        let (at, bytes) = segment.file_range(endian);
        at.saturating_add(bytes)
    };
    let loaded = || {
        segments
            .iter()
            .filter(|segment| segment.p_type(endian) == PT_LOAD)
    };
    needs(loaded().map(end).max().unwrap_or_default())?;

    let interpreter = match first(PT_INTERP) {
        Some(segment) if segment.file_range(endian).1 > LONGEST_PATH => {
            return Err(damaged("the path of its interpreter is too long"));
        }
        Some(segment) => segment.interpreter(endian, data).map_err(damaged)?,
        None => None,
    };
    let entries = match first(PT_DYNAMIC) {
        Some(segment) => segment.dynamic(endian, data).map_err(damaged)?,
        None => None,
    };
    let entries = entries.unwrap_or_default();
    let length = entries
        .iter()
        .position(|entry| entry.tag(endian) == DT_NULL);
    let entries = &entries[..length.unwrap_or(entries.len())];
    let value = |tag: DynamicTag| {
        let entry = entries.iter().find(|entry| entry.tag(endian) == tag)?;
        Some(entry.val(endian))
    };
    // The loader knows addresses alone.
    let place = |address: u64| {
        loaded().find_map(|segment| {
            let within = address.checked_sub(segment.p_vaddr(endian).into())?;
            let (at, bytes) = segment.file_range(endian);
            (within < bytes).then_some(at.checked_add(within)?)
        })
    };
    let strings = match (value(DT_STRTAB).and_then(place), value(DT_STRSZ)) {
        (Some(at), Some(bytes)) => StringTable::new(data, at, at.saturating_add(bytes).min(whole)),
        _ => StringTable::default(),
    };
    let texts = |tag: DynamicTag| {
        let entries = entries.iter().filter(|entry| entry.tag(endian) == tag);
        let texts = entries.map(|entry| {
            let text = entry.string(endian, strings).map_err(damaged)?;
            Ok(String::from_utf8_lossy(text).into_owned())
        });
        texts.collect::<Result<Vec<_>, WhyNot>>()
    };
    // What is wrong with sections alone is nothing to the loader.
    let sections = header.section_headers(endian, data).unwrap_or_default();
    Ok(Linking {
        file_type: header.e_type(endian),
        machine: header.e_machine(endian),
        is_64: header.is_type_64(),
        system: head.get(SYSTEM).copied().unwrap_or_default(),
        interpreter: interpreter.map(|path| String::from_utf8_lossy(path).as_ref().into()),
        needed: texts(DT_NEEDED)?,
        rpath: texts(DT_RPATH)?,
        runpath: texts(DT_RUNPATH)?,
        has_name: value(DT_SONAME).is_some(),
        is_pie: value(DT_FLAGS_1).is_some_and(|flags| flags & DF_1_PIE.0 != 0),
        has_entry: header.e_entry(endian).into() != 0,
        has_symbols: sections
            .iter()
            .any(|section| section.sh_type(endian) == SHT_SYMTAB),
    })
}
