//! Whether the shared libraries of this machine are there and new enough for a program, asked
//! as the loader asks: each one that the program names has to define the versions of symbols
//! that the program was linked to. Of glibc these are `GLIBC_2.34` and so on.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use object::Endianness;
use object::read::elf::ElfFile64;

use crate::outcome::Failure;
use crate::size::shared_libraries;

/// Whether they are there, and new enough.
pub fn libraries(program: &Path) -> Result<(), String> {
    let found = shared_libraries(program, "").map_err(Failure::into_reason)?;
    for (name, needed) in read(program, needed)? {
        // One that is not among them is the loader itself under another name.
        let Some(library) = found.iter().find(|library| library.name == name) else {
            continue;
        };
        let defined = read(&library.path, defined)?;
        let missing = needed.difference(&defined);
        if let Some(missing) = missing.max_by_key(|version| parts(version)) {
            let newest = defined
                .iter()
                .filter(|version| family(version) == family(missing));
            let newest = newest.max_by_key(|version| parts(version));
            let newest = newest.map_or("no version of that kind", String::as_str);
            return Err(format!(
                "it needs {missing} of {name}, and {} ends at {newest}; bundle on a system as old \
                 as this one, or measure on a newer one",
                library.path.display()
            ));
        }
    }
    Ok(())
}

type Elf<'data> = ElfFile64<'data, Endianness>;

/// Reads something of an ELF file.
fn read<T>(path: &Path, what: fn(&Elf<'_>) -> object::Result<T>) -> Result<T, String> {
    let bytes =
        fs::read(path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    let file = Elf::parse(&*bytes);
    file.and_then(|file| what(&file))
        .map_err(|error| format!("{} is not a 64-bit ELF file: {error}", path.display()))
}

/// The versions that it needs, by library.
fn needed(file: &Elf<'_>) -> object::Result<BTreeMap<String, BTreeSet<String>>> {
    let (endian, data) = (file.endian(), file.data());
    let sections = file.elf_section_table();
    let mut all = BTreeMap::<_, BTreeSet<_>>::new();
    let Some((mut libraries, strings)) = sections.gnu_verneed(endian, data)? else {
        return Ok(all);
    };
    let strings = sections.strings(endian, data, strings)?;
    while let Some((library, mut versions)) = libraries.next()? {
        let of = all.entry(text(library.file(endian, strings)?)).or_default();
        while let Some(version) = versions.next()? {
            of.insert(text(version.name(endian, strings)?));
        }
    }
    Ok(all)
}

/// The versions that it defines.
fn defined(file: &Elf<'_>) -> object::Result<BTreeSet<String>> {
    let (endian, data) = (file.endian(), file.data());
    let sections = file.elf_section_table();
    let mut all = BTreeSet::new();
    let Some((mut versions, strings)) = sections.gnu_verdef(endian, data)? else {
        return Ok(all);
    };
    let strings = sections.strings(endian, data, strings)?;
    while let Some((_, mut names)) = versions.next()? {
        // What follows the first are those that it succeeds.
        if let Some(name) = names.next()? {
            all.insert(text(name.name(endian, strings)?));
        }
    }
    Ok(all)
}

fn text(name: &[u8]) -> String {
    String::from_utf8_lossy(name).into_owned()
}

/// `GLIBC` of `GLIBC_2.34`.
fn family(version: &str) -> &str {
    version
        .rsplit_once('_')
        .map_or(version, |(family, _)| family)
}

/// The numbers of `GLIBC_2.34`, so that 2.4 is before it.
fn parts(version: &str) -> Vec<u32> {
    let numbers = version.rsplit('_').next().unwrap_or_default().split('.');
    numbers.map_while(|number| number.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_numbers() {
        assert!(parts("GLIBC_2.4") < parts("GLIBC_2.34"));
        assert!(parts("GLIBC_2.2.5") < parts("GLIBC_2.3"));
        assert_eq!(parts("GLIBC_PRIVATE"), [0; 0]);
        assert_eq!(family("GLIBC_ABI_DT_RELR"), "GLIBC_ABI_DT");
        assert_eq!(family("GLIBC_2.2.5"), "GLIBC");
    }
}
