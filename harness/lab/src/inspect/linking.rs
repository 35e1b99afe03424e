//! What an ELF file says of linking. It is read from the headers and from the segments that the
//! loader maps, since a program runs without sections too; of a large file little is read.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use object::Endianness;
use object::elf::{
    DF_1_PIE, DT_FLAGS_1, DT_NEEDED, DT_NULL, DT_RPATH, DT_RUNPATH, DT_SONAME, DT_STRSZ, DT_STRTAB,
    DynamicTag, ELFCLASS32, ELFMAG, FileHeader32, FileHeader64, FileType, Machine, PT_DYNAMIC,
    PT_INTERP, PT_LOAD, ProgramType, SHT_SYMTAB,
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
    /// Whether it is a program and no library, where it can be mapped anywhere (`ET_DYN`).
    pub(super) is_program: bool,
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

fn damaged(why: impl Into<String>) -> WhyNot {
    WhyNot::Damaged(why.into())
}

impl From<object::read::Error> for WhyNot {
    fn from(error: object::read::Error) -> Self {
        damaged(error.to_string())
    }
}

fn parse<'data, Elf, R>(data: R, head: &[u8]) -> Result<Linking, WhyNot>
where
    Elf: FileHeader<Endian = Endianness>,
    R: ReadRef<'data>,
{
    let segments = Segments::<Elf, R>::read(data)?;
    let (header, endian) = (segments.header, segments.endian);
    let dynamic = segments.dynamic()?;
    let interpreter = segments.interpreter()?;
    let needed = dynamic.texts(DT_NEEDED)?;
    // Linkers mark programs; those that did not yet left a static program with neither a name nor
    // libraries.
    let is_marked = dynamic
        .value(DT_FLAGS_1)
        .is_some_and(|flags| flags & DF_1_PIE.0 != 0);
    let stands_alone = needed.is_empty() && dynamic.value(DT_SONAME).is_none();
    let has_entry = header.e_entry(endian).into() != 0;
    // What is wrong with sections alone is nothing to the loader.
    let sections = header.section_headers(endian, data).unwrap_or_default();
    Ok(Linking {
        file_type: header.e_type(endian),
        machine: header.e_machine(endian),
        is_64: header.is_type_64(),
        system: head.get(SYSTEM).copied().unwrap_or_default(),
        is_program: interpreter.is_some() || is_marked || has_entry && stands_alone,
        interpreter,
        needed,
        rpath: dynamic.texts(DT_RPATH)?,
        runpath: dynamic.texts(DT_RUNPATH)?,
        has_symbols: sections
            .iter()
            .any(|section| section.sh_type(endian) == SHT_SYMTAB),
    })
}

/// The segments of a file that is as long as its headers say.
struct Segments<'data, Elf: FileHeader, R> {
    data: R,
    /// Bytes of the file.
    bytes: u64,
    header: &'data Elf,
    endian: Endianness,
    all: &'data [Elf::ProgramHeader],
}

impl<'data, Elf, R> Segments<'data, Elf, R>
where
    Elf: FileHeader<Endian = Endianness>,
    R: ReadRef<'data>,
{
    fn read(data: R) -> Result<Self, WhyNot> {
        let bytes = data.len().map_err(|()| damaged("it has no length"))?;
        let needs = |end: u64| {
            let why = || format!("its headers speak of {end} bytes, and it has {bytes}");
            if end > bytes {
                Err(WhyNot::Cut(why()))
            } else {
                Ok(())
            }
        };
        needs(size_of::<Elf>() as u64)?;
        let header = Elf::parse(data)?;
        let endian = header.endian()?;
        let table = |at: u64, entries: u16, size: u16| {
            at.saturating_add(u64::from(entries) * u64::from(size))
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
        let all = header.program_headers(endian, data)?;
        let segments = Self {
            data,
            bytes,
            header,
            endian,
            all,
        };
        let ends = segments.of_kind(PT_LOAD).map(|segment| {
            let (at, size) = segment.file_range(endian);
            at.saturating_add(size)
        });
        needs(ends.max().unwrap_or_default())?;
        Ok(segments)
    }

    fn of_kind(&self, kind: ProgramType) -> impl Iterator<Item = &'data Elf::ProgramHeader> {
        let endian = self.endian;
        self.all
            .iter()
            .filter(move |segment| segment.p_type(endian) == kind)
    }

    /// The loader that the program asks for. Of several the first counts, as it does for the kernel.
    fn interpreter(&self) -> Result<Option<PathBuf>, WhyNot> {
        let Some(segment) = self.of_kind(PT_INTERP).next() else {
            return Ok(None);
        };
        if segment.file_range(self.endian).1 > LONGEST_PATH {
            return Err(damaged("the path of its interpreter is too long"));
        }
        let path = segment.interpreter(self.endian, self.data)?;
        Ok(path.map(|path| OsStr::from_bytes(path).into()))
    }

    /// What the loader is told; nothing where there is none.
    fn dynamic(&self) -> Result<Dynamic<'data, Elf, R>, WhyNot> {
        let endian = self.endian;
        let entries = match self.of_kind(PT_DYNAMIC).next() {
            Some(segment) => segment.dynamic(endian, self.data)?.unwrap_or_default(),
            None => &[],
        };
        let end = entries
            .iter()
            .position(|entry| entry.tag(endian) == DT_NULL);
        let mut dynamic = Dynamic {
            endian,
            entries: &entries[..end.unwrap_or(entries.len())],
            strings: StringTable::default(),
        };
        let at = dynamic
            .value(DT_STRTAB)
            .and_then(|address| self.place(address));
        if let (Some(at), Some(size)) = (at, dynamic.value(DT_STRSZ)) {
            let end = at.saturating_add(size).min(self.bytes);
            dynamic.strings = StringTable::new(self.data, at, end);
        }
        Ok(dynamic)
    }

    /// Where in the file an address is: the loader knows addresses alone.
    fn place(&self, address: u64) -> Option<u64> {
        self.of_kind(PT_LOAD).find_map(|segment| {
            let within = address.checked_sub(segment.p_vaddr(self.endian).into())?;
            let (at, size) = segment.file_range(self.endian);
            at.checked_add(within).filter(|_| within < size)
        })
    }
}

/// The entries that the loader reads.
struct Dynamic<'data, Elf: FileHeader, R: ReadRef<'data>> {
    endian: Endianness,
    entries: &'data [Elf::Dyn],
    strings: StringTable<'data, R>,
}

impl<'data, Elf, R> Dynamic<'data, Elf, R>
where
    Elf: FileHeader<Endian = Endianness>,
    R: ReadRef<'data>,
{
    fn of_tag(&self, tag: DynamicTag) -> impl Iterator<Item = &'data Elf::Dyn> {
        let endian = self.endian;
        self.entries
            .iter()
            .filter(move |entry| entry.tag(endian) == tag)
    }

    fn value(&self, tag: DynamicTag) -> Option<u64> {
        self.of_tag(tag).next().map(|entry| entry.val(self.endian))
    }

    fn texts(&self, tag: DynamicTag) -> Result<Vec<String>, WhyNot> {
        let texts = self.of_tag(tag).map(|entry| {
            let text = entry.string(self.endian, self.strings)?;
            Ok(String::from_utf8_lossy(text).into_owned())
        });
        texts.collect()
    }
}
