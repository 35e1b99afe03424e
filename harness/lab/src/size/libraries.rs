//! The files that the loader maps beside a dynamically linked program: its interpreter, and
//! every shared library that it or they name. The program is read and never run.

use std::collections::{BTreeMap, VecDeque};
use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use object::Endianness;
use object::elf::{EM_NONE, FileHeader64, Machine};
use object::read::elf::FileHeader;

use super::Needed;
use super::ldconfig::{self, DEFAULT_FOLDERS};
use crate::arch::Arch;
use crate::inspect::Linking;
use crate::outcome::Failure;

/// Interpreter and shared libraries of a program, each once, ordered by path; none for a
/// statically linked one. Searched as ld.so(8) does: `DT_RPATH`, then `library_path`, which is the
/// `LD_LIBRARY_PATH` that the program is started with (empty where there is none), `DT_RUNPATH`, the
/// cache, the default folders, of which the interpreter's own is one. What a program opens by itself
/// (`dlopen`, the name service) is not among them.
pub fn shared_libraries(program: &Path, library_path: &str) -> Result<Vec<Needed>, Failure> {
    let program = fs::canonicalize(program).map_err(|error| super::unreadable(program, &error))?;
    let cache = ldconfig::cache();
    // An empty entry is the folder that the program is started in, which is none of the lab's.
    let asked = library_path
        .split([':', ';'])
        .filter(|folder| !folder.is_empty());
    let asked = folders_of(&asked.map(str::to_owned).collect::<Vec<_>>(), &program);
    let mut found = BTreeMap::new();
    let mut beside = None;
    // What runs under an emulator finds them below a folder of its own.
    let own = Linking::read(&program).map_err(|refused| Failure::failed(refused.to_string()))?;
    let other = own
        .arch()
        .parse::<Arch>()
        .ok()
        .filter(|arch| !arch.is_here());
    let placed = |file: &Path| other.map_or_else(|| file.to_owned(), |arch| arch.in_sysroot(file));
    let mut to_read = VecDeque::from([(program, Vec::new())]);
    while let Some((path, inherited)) = to_read.pop_front() {
        let linked =
            Linking::read(&path).map_err(|refused| Failure::failed(refused.to_string()))?;
        if let Some(interpreter) = &linked.interpreter {
            let interpreter = fs::canonicalize(placed(interpreter)).ok();
            beside = beside.or(interpreter.and_then(|path| path.parent().map(Path::to_owned)));
        }
        let runpath = folders_of(&linked.runpath, &path);
        // `DT_RUNPATH` hides every `DT_RPATH`.
        let hidden = !runpath.is_empty();
        let rpath = if hidden { &[][..] } else { &linked.rpath };
        let mut folders = folders_of(rpath, &path);
        folders.extend(inherited);
        let (before, after) = if hidden {
            (&[][..], &runpath[..])
        } else {
            (&folders[..], &[][..])
        };
        let searched = [before, &asked, after].concat();
        for name in &linked.needed {
            let library = find(name, &searched, &cache, beside.as_deref(), linked.machine)
                .ok_or_else(|| {
                    Failure::unavailable(format!(
                        "{} needs {name}, which is not on this machine; install the package that \
                         has it (apt-file search {name}), or say where it is: \
                         --env LD_LIBRARY_PATH=FOLDER",
                        path.display()
                    ))
                })?;
            let library = Needed::at(name, &library)?;
            if found.contains_key(&library.path) {
                continue;
            }
            to_read.push_back((library.path.clone(), folders.clone()));
            found.insert(library.path.clone(), library);
        }
        if let Some(interpreter) = &linked.interpreter {
            let name = interpreter
                .file_name()
                .unwrap_or_default()
                .to_string_lossy();
            let interpreter = Needed::at(&name, &placed(interpreter))?;
            found.insert(interpreter.path.clone(), interpreter);
        }
    }
    Ok(found.into_values().collect())
}

/// Whether a file is a 64-bit ELF file; a script is none.
pub fn is_elf(path: &Path) -> bool {
    machine(path).is_some()
}

/// The folders of some lists of a file, as the loader sees them.
fn folders_of(lists: &[String], file: &Path) -> Vec<PathBuf> {
    let origin = file.parent().unwrap_or(Path::new("/")).to_string_lossy();
    let folders = lists.iter().flat_map(|list| list.split(':'));
    folders
        .map(|folder| {
            folder
                .replace("${ORIGIN}", &origin)
                .replace("$ORIGIN", &origin)
                .into()
        })
        .collect()
}

/// The file that the loader takes for a name: the first one for the same machine.
fn find(
    name: &str,
    folders: &[PathBuf],
    cache: &BTreeMap<String, Vec<PathBuf>>,
    beside: Option<&Path>,
    wanted: Machine,
) -> Option<PathBuf> {
    if name.contains('/') {
        return Some(PathBuf::from(name));
    }
    let in_folders = folders.iter().map(|folder| folder.join(name));
    let in_cache = cache.get(name).into_iter().flatten().cloned();
    let defaults = DEFAULT_FOLDERS.iter().map(Path::new).chain(beside);
    let in_defaults = defaults.map(|folder| folder.join(name));
    in_folders
        .chain(in_cache)
        .chain(in_defaults)
        .find(|path| machine(path) == Some(wanted))
}

/// What a file is for; none if it is no 64-bit ELF file.
fn machine(path: &Path) -> Option<Machine> {
    let mut bytes = [0; size_of::<FileHeader64<Endianness>>()];
    File::open(path).ok()?.read_exact(&mut bytes).ok()?;
    let header = FileHeader64::<Endianness>::parse(&bytes[..]).ok()?;
    let machine = header.e_machine(header.endian().ok()?);
    (machine != EM_NONE).then_some(machine)
}
