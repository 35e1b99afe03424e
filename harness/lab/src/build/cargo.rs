//! Running cargo, with progress, and with its own words when it fails.
//!
//! What comes of it was compiled from sources that the caller has digested: the packages of the
//! checkout are compiled anew whatever their times say, and cargo's messages are held against
//! that. What is from a registry is kept; the lockfile says what it is.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::child;
use super::sources;
use super::toolchain::{Toolchain, Variable};
use crate::digest::sha256;
use crate::interrupt::Interrupt;
use crate::limits::advice;
use crate::progress::Progress;

/// In a target folder, the digest of the C compiler whose objects are in it.
const COMPILER: &str = "labrun-cc";

/// One cargo build of one package for one target.
#[derive(Debug)]
pub(crate) struct CargoBuild<'a> {
    /// What is built, for a person: `runner wasmtime`.
    pub what: String,
    /// What it is built with.
    pub toolchain: &'a Toolchain,
    /// Variables that this package sees besides.
    pub variables: &'a [Variable],
    /// Folder of the package.
    pub package: &'a Path,
    /// Target triple.
    pub triple: &'a str,
    /// `--bin NAME`, `--lib`, or nothing.
    pub select: Vec<String>,
    /// Cargo's target folder. Nobody else builds there.
    pub target_dir: PathBuf,
    /// Ends the build.
    pub interrupt: &'a Interrupt,
}

impl CargoBuild<'_> {
    /// Builds it; gives the path of the artifact named `file`, or of the program
    /// where no name is given.
    pub(crate) fn run(
        &self,
        file: Option<&str>,
        progress: &dyn Progress,
    ) -> Result<PathBuf, String> {
        progress.step(&self.what, 0, 0);
        let built = self.build(file, progress);
        progress.finish(&self.what);
        built
    }

    fn build(&self, file: Option<&str>, progress: &dyn Progress) -> Result<PathBuf, String> {
        let what = &self.what;
        let fault = |error: io::Error| format!("{what}: {error}");
        let own = self.toolchain.packages(self.package).map_err(fault)?;
        self.keep_of_this_compiler(progress).map_err(fault)?;
        self.keep_of_this_linker(progress).map_err(fault)?;
        let total = self.units()?;
        self.forget(&own).map_err(fault)?;
        let (mut done, mut built, mut doubt) = (0, None, None);
        let command = self.command(&["--message-format=json-render-diagnostics"])?;
        let (status, said) = child::run(command, self.interrupt, |line| {
            let Ok(message) = serde_json::from_str::<Value>(line) else {
                return;
            };
            match message["reason"].as_str() {
                Some("compiler-artifact") => {
                    doubt = doubt.take().or_else(|| stale(&message, &own));
                    built = artifact(&message, file).or(built.take());
                }
                Some("build-script-executed") => {}
                _ => return,
            }
            done += 1;
            progress.step(what, done, total);
        })
        .map_err(with_advice)?;
        if !status.success() {
            let (limit, said) = (advice(&said, ""), told(&said));
            let limit = if limit.is_empty() {
                limit
            } else {
                format!("\n{limit}")
            };
            return Err(format!("cargo could not build {what}:\n{said}{limit}"));
        }
        if let Some(doubt) = doubt {
            return Err(format!("cargo built {what}, but {doubt}"));
        }
        let file = file.unwrap_or("program");
        let built = built.ok_or_else(|| format!("cargo built {what}, but no {file}"))?;
        let lab = self.toolchain.lab();
        match sources::uncounted(lab, &own, &self.target_dir, &built).map_err(fault)? {
            None => Ok(built),
            Some(path) => Err(format!(
                "{what} has {} in it, which does not count for what is stale: move it into the \
                 package, or depend on the package that it is of",
                path.display()
            )),
        }
    }

    /// How many units cargo will tell of, by its own count; 0 where this cargo does not say.
    /// The graph is printed by an option that is not stable; nothing is compiled with it, and
    /// what it asks the compiler is not kept for the build.
    fn units(&self) -> Result<u64, String> {
        let mut command = self.command(&["-Zunstable-options", "--unit-graph"])?;
        command
            .env("RUSTC_BOOTSTRAP", "1")
            .env("CARGO_CACHE_RUSTC_INFO", "0");
        let mut units = 0;
        child::run(command, self.interrupt, |line| {
            if let Ok(graph) = serde_json::from_str::<Value>(line) {
                units = graph["units"].as_array().map_or(0, Vec::len) as u64;
            }
        })
        .map_err(with_advice)?;
        Ok(units)
    }

    /// Has cargo compile the checkout's packages anew, for the target and for the host: without
    /// a fingerprint, nothing is fresh. `cargo clean -p` would do it too, but with what was compiled
    /// of every crate that is called like one of their programs.
    fn forget(&self, own: &BTreeMap<PathBuf, String>) -> io::Result<()> {
        for kind in ["release".to_owned(), format!("{}/release", self.triple)] {
            let fingerprints = fs::read_dir(self.target_dir.join(kind).join(".fingerprint"));
            for entry in fingerprints.into_iter().flatten() {
                let (path, name) = entry.map(|entry| (entry.path(), entry.file_name()))?;
                let name = name.to_string_lossy();
                let package = name.rsplit_once('-').map(|(package, _)| package);
                if own.values().any(|own| package == Some(own)) {
                    fs::remove_dir_all(path)?;
                }
            }
        }
        Ok(())
    }

    /// Empties a target folder that has objects of another C compiler: cargo does not see that
    /// they differ.
    fn keep_of_this_compiler(&self, progress: &dyn Progress) -> io::Result<()> {
        keep_of(&self.target_dir, self.toolchain.linker(), || {
            progress.note("the C compiler is another one than before: all is compiled anew");
        })
    }

    /// The same of what was compiled for another architecture, by a compiler of its own.
    fn keep_of_this_linker(&self, progress: &dyn Progress) -> io::Result<()> {
        let Ok(Some(linker)) = self.toolchain.cross_linker(self.triple) else {
            return Ok(());
        };
        let folder = self.target_dir.join(self.triple);
        let digest = if linker.is_absolute() {
            sha256(&linker)?
        } else {
            linker.display().to_string()
        };
        keep_of(&folder, &digest, || {
            let triple = self.triple;
            progress.note(&format!(
                "the C compiler for {triple} is another one than before: all for it is compiled anew"
            ));
        })
    }

    fn command(&self, args: &[&str]) -> Result<Command, String> {
        let mut command = self.toolchain.cargo(self.variables)?;
        command
            .envs(self.toolchain.cross_variables(self.triple))
            .args(["build", "--release", "--locked", "--target", self.triple])
            .arg("--manifest-path")
            .arg(self.package.join("Cargo.toml"))
            .arg("--target-dir")
            .arg(&self.target_dir)
            .args(args)
            .args(&self.select);
        if let Some(setting) = self.toolchain.mapped_paths(self.triple) {
            command.arg("--config").arg(setting);
        }
        Ok(command)
    }
}

/// Empties a folder that has objects of another compiler than that of this digest, which is told first.
fn keep_of(folder: &Path, compiler: &str, tell: impl FnOnce()) -> io::Result<()> {
    let mark = folder.join(COMPILER);
    match fs::read_to_string(&mark) {
        Ok(found) if found == compiler => return Ok(()),
        Ok(_) => {
            tell();
            fs::remove_dir_all(folder)?;
        }
        Err(_) => {}
    }
    fs::create_dir_all(folder)?;
    fs::write(mark, compiler)
}

/// Why cargo did not run, and what to do.
fn with_advice(mut why: String) -> String {
    let mend = advice(&why, "is rustup installed? https://rustup.rs");
    why.push_str("; ");
    why + &mend
}

/// Why what a message tells of may not come of the digested sources of the packages `own`.
fn stale(message: &Value, own: &BTreeMap<PathBuf, String>) -> Option<String> {
    let id = message["package_id"].as_str()?;
    if !id.starts_with("path+") {
        return None;
    }
    let manifest = Path::new(message["manifest_path"].as_str()?);
    let folder = manifest.parent()?;
    if !own.contains_key(&fs::canonicalize(folder).ok()?) {
        return Some(format!(
            "{} was compiled into it, whose contents do not count for what is stale: depend on it by \
             its path, in Cargo.toml",
            folder.display()
        ));
    }
    let is_old = message["fresh"].as_bool().unwrap_or(true);
    is_old.then(|| {
        format!(
            "took {id} as it was compiled before: does another cargo build there, or does this one \
             keep its fingerprints elsewhere? Build it again without labrun's folder `cargo`"
        )
    })
}

/// The file of a cargo message that is looked for.
fn artifact(message: &Value, file: Option<&str>) -> Option<PathBuf> {
    let Some(file) = file else {
        return message["executable"].as_str().map(PathBuf::from);
    };
    let files = message["filenames"].as_array()?.iter();
    let mut paths = files.filter_map(|path| path.as_str()).map(PathBuf::from);
    paths.find(|path| path.file_name().is_some_and(|name| name == file))
}

/// What cargo said from its first error on: whatever comes after it may come of it.
/// Without an error, the end.
pub(crate) fn told(said: &str) -> String {
    const LINES: usize = 30;
    let lines: Vec<&str> = said.lines().collect();
    let end = lines.len().saturating_sub(LINES);
    let first = lines.iter().position(|line| line.starts_with("error"));
    let from = first.unwrap_or(end);
    lines[from..]
        .iter()
        .take(LINES)
        .copied()
        .collect::<Vec<_>>()
        .join("\n")
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;
    use crate::build::Store;

    /// Keeps how far it was told to be.
    #[derive(Default)]
    struct Steps(RefCell<Vec<(u64, u64)>>);

    impl Progress for Steps {
        fn note(&self, _line: &str) {}
        fn step(&self, _what: &str, done: u64, total: u64) {
            self.0.borrow_mut().push((done, total));
        }
        fn finish(&self, _what: &str) {}
    }

    #[test]
    fn progress_ends_at_cargos_own_count() {
        let lab = tempfile::tempdir().expect("a folder");
        for (file, text) in [
            (
                "one/Cargo.toml",
                "[package]\nname = \"one\"\nedition = \"2024\"\n[dependencies]\n\
                 other = { path = \"../other\" }\n[workspace]\n",
            ),
            (
                "one/Cargo.lock",
                "version = 4\n[[package]]\nname = \"one\"\nversion = \"0.0.0\"\n\
                 dependencies = [\"other\"]\n[[package]]\nname = \"other\"\nversion = \"0.0.0\"\n",
            ),
            ("one/build.rs", "fn main() {}"),
            ("one/src/main.rs", "fn main() {}"),
            ("other/Cargo.toml", "[package]\nname = \"other\"\n"),
            ("other/src/lib.rs", ""),
        ] {
            let path = lab.path().join(file);
            fs::create_dir_all(path.parent().expect("a folder")).expect("made");
            fs::write(path, text).expect("written");
        }
        let store = Store::of(lab.path());
        let toolchain = Toolchain::find(lab.path(), &store).expect("a toolchain");
        let steps = Steps::default();
        let program = CargoBuild {
            what: "one".to_owned(),
            toolchain: &toolchain,
            variables: &[],
            package: &lab.path().join("one"),
            triple: &toolchain.host,
            select: vec!["--bins".to_owned()],
            target_dir: lab.path().join("built"),
            interrupt: &Interrupt::never().expect("an interrupt"),
        }
        .run(None, &steps)
        .expect("is built");
        assert!(program.is_file());
        // The build script and its run, the other package, the program.
        let expected = [(0, 0), (1, 4), (2, 4), (3, 4), (4, 4)];
        assert_eq!(*steps.0.borrow(), expected);
    }
}
