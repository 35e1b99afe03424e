//! The Rust toolchain that builds everything: which it is, what it is told, and the targets that
//! it can build for.
//!
//! It is the one that holds in the lab's own folder, wherever labrun was started, and from then
//! on its files are run and not those that rustup would choose.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use labrun_record::{BuildEnvironment, BuildFile};

use super::cargo_home;
use super::environment::{self, Environment};
use super::inputs::{self, Inputs};
use super::store::Store;
use crate::arch::Arch;
use crate::digest::sha256;
use crate::isolation::find::on_path;
use crate::limits::advice;
use crate::owner::{self, Owner};
use crate::progress::Progress;

/// The linker of Rust's own, which needs no C compiler for musl: Rust brings that library along.
const RUST_LLD: &str = "rust-lld";

/// What stands in a module for the folder in which cargo keeps crates.
const MAPPED: &str = "/cargo";

/// A variable that one package is built with, beside those of every build.
pub(crate) type Variable = (String, OsString);

const MISSING: &str = "is rustup installed? https://rustup.rs";

/// The lab's own configuration of cargo, in its folder.
const CONFIG: &str = ".cargo/config.toml";

/// What cargo reads besides, since it is run in the root folder.
const OF_ROOT: [&str; 2] = ["/.cargo/config.toml", "/.cargo/config"];

/// The Rust toolchain that builds everything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Toolchain {
    /// `rustc 1.95.0 (59807616e 2026-04-14)`.
    pub version: String,
    /// `x86_64-unknown-linux-gnu`.
    pub host: String,
    rustc: PathBuf,
    cargo: PathBuf,
    lab: PathBuf,
    home: PathBuf,
    environment: Environment,
    linker: Option<BuildFile>,
}

fn is_wasm(triple: &str) -> bool {
    triple.starts_with("wasm32-")
}

impl Toolchain {
    /// That of the lab in `lab`; an error says how to get one.
    pub fn find(lab: &Path, store: &Store) -> Result<Self, String> {
        if !lab.is_dir() {
            return Err(format!("the lab's folder {} is gone", lab.display()));
        }
        let asked = in_lab("rustc", lab).args(["--print", "sysroot"]).output();
        let sysroot = PathBuf::from(said("--print sysroot", asked)?.trim());
        let own = |name: &str| Some(sysroot.join("bin").join(name)).filter(|path| path.is_file());
        // A toolchain without a cargo of its own is driven by another's.
        let cargo = own("cargo").or_else(|| on_path(&["cargo"]).ok());
        let (Some(rustc), Some(cargo)) = (own("rustc"), cargo) else {
            let sysroot = sysroot.display();
            return Err(format!(
                "{sysroot} has no rustc, or no cargo is on PATH; {MISSING}"
            ));
        };
        let text = said("-vV", in_lab(&rustc, lab).arg("-vV").output())?;
        let host = text.lines().find_map(|line| line.strip_prefix("host: "));
        let (Some(version), Some(host)) = (text.lines().next(), host) else {
            return Err(format!("rustc -vV says nothing of use; {MISSING}"));
        };
        let cc = on_path(&["cc"]).ok();
        let folders = [&rustc].into_iter().chain(&cc);
        let linker = cc.as_deref().map(linker).transpose()?;
        Ok(Self {
            version: version.to_owned(),
            host: host.to_owned(),
            environment: Environment::new(
                std::env::vars_os(),
                folders.map(|program| environment::folder(program)),
            ),
            rustc,
            cargo,
            lab: lab.to_owned(),
            home: store.cargo_home(),
            linker,
        })
    }

    /// The architecture: `x86_64`, `aarch64`.
    pub fn arch(&self) -> &str {
        self.host
            .split('-')
            .next()
            .unwrap_or(std::env::consts::ARCH)
    }

    /// What a person should know of variables that do not reach a build, if there are any.
    pub(crate) fn note(&self) -> Option<String> {
        self.environment.note()
    }

    /// What every build by this toolchain depends on: compiler, environment, linker, the
    /// configuration of cargo; and with the variables of this one.
    pub(crate) fn inputs(&self, variables: &[Variable]) -> io::Result<Inputs> {
        let linker = self.linker.as_ref();
        let inputs = Inputs::default()
            .word(&self.version)
            .word(&self.host)
            .word(linker.map_or("no cc", |linker| &linker.sha256))
            .variables(variables.iter().map(|(name, value)| (name, value)))
            .variables(self.environment.counted().iter())
            .file(&self.lab.join(CONFIG))?;
        let mut all = OF_ROOT.iter();
        all.try_fold(inputs, |inputs, path| inputs.file(Path::new(path)))
    }

    /// The same for what is built for a triple: where it is of another architecture, what links for that.
    pub(crate) fn cross_inputs(&self, inputs: Inputs, triple: &str) -> io::Result<Inputs> {
        if is_wasm(triple) {
            return Ok(inputs.word(MAPPED));
        }
        match self.cross_linker(triple) {
            Ok(None) => Ok(inputs),
            Ok(Some(linker)) if linker == Path::new(RUST_LLD) => Ok(inputs.word(RUST_LLD)),
            Ok(Some(linker)) => Ok(inputs.word(&sha256(&linker)?)),
            // It is told where something is to be built.
            Err(_) => Ok(inputs.word("no linker")),
        }
    }

    /// What links, and compiles C, for a triple of another architecture; nothing for one of this
    /// machine's, for wasm, and where the lab's configuration of cargo says it. An error says how to get
    /// it.
    pub(crate) fn cross_linker(&self, triple: &str) -> Result<Option<PathBuf>, String> {
        let Some(arch) = Arch::of_triple(triple).filter(|arch| arch.name() != self.arch()) else {
            return Ok(None);
        };
        if self.configures_linker(triple) {
            return Ok(None);
        }
        if triple.ends_with("-musl") {
            return Ok(Some(PathBuf::from(RUST_LLD)));
        }
        self.cross_compiler(arch).map(Some)
    }

    /// The C compiler for another architecture; or how to get it.
    pub fn cross_compiler(&self, arch: Arch) -> Result<PathBuf, String> {
        on_path(&[arch.cross_compiler()]).map_err(|why| {
            format!(
                "programs for {arch} that are linked to its C library, and C in them, need a compiler for \
                 it: {why}; to get it: sudo apt-get install {}",
                arch.cross_package()
            )
        })
    }

    /// A setting of cargo's by which a module does not tell where cargo keeps the crates that are in it, so
    /// that it is the same bytes whoever builds it: messages of panics name source files. Programs for
    /// one architecture are none that are built by everybody for all.
    pub(crate) fn mapped_paths(&self, triple: &str) -> Option<String> {
        if !is_wasm(triple) {
            return None;
        }
        let flag = format!("--remap-path-prefix={}={MAPPED}", self.home.display());
        let flags = toml::Value::Array(vec![flag.into()]);
        // Cargo takes the flags of one place alone, and joins those: of a target before those of all builds.
        let config = self.configuration();
        let of_targets = config.get("target").and_then(toml::Value::as_table);
        let mut of_targets = of_targets.into_iter().flat_map(toml::Table::values);
        let is_said = |of: &toml::Value| of.get("rustflags").is_some();
        let is_of_all = config.get("build").is_some_and(is_said) && !of_targets.any(is_said);
        let place = if is_of_all {
            "build".to_owned()
        } else {
            format!("target.{triple}")
        };
        Some(format!("{place}.rustflags={flags}"))
    }

    /// The lab's configuration of cargo.
    fn configuration(&self) -> toml::Table {
        let text = std::fs::read_to_string(self.lab.join(CONFIG)).unwrap_or_default();
        toml::from_str(&text).unwrap_or_default()
    }

    /// Whether the lab's configuration of cargo says what links for a triple.
    fn configures_linker(&self, triple: &str) -> bool {
        let config = self.configuration();
        let linker = |config: &toml::Table| {
            let of_triple = config.get("target")?.get(triple)?;
            of_triple.get("linker").map(|_| ())
        };
        linker(&config).is_some()
    }

    /// The variables by which cargo and its build scripts find what links, and compiles C, for a triple
    /// of another architecture.
    pub(crate) fn cross_variables(&self, triple: &str) -> Vec<Variable> {
        let Ok(Some(linker)) = self.cross_linker(triple) else {
            return Vec::new();
        };
        let name = triple.replace('-', "_");
        let for_cargo = format!("CARGO_TARGET_{}_LINKER", name.to_uppercase());
        let mut variables = vec![(for_cargo, linker.clone().into_os_string())];
        if linker.is_absolute() {
            variables.push((format!("CC_{name}"), linker.into_os_string()));
        }
        variables
    }

    /// The packages, by folder, that are compiled from sources of the checkout for the one in
    /// `package`.
    pub(crate) fn packages(&self, package: &Path) -> io::Result<BTreeMap<PathBuf, String>> {
        inputs::packages(&self.lab, package)
    }

    /// Folder of the lab.
    pub(crate) fn lab(&self) -> &Path {
        &self.lab
    }

    /// Digest of the C compiler, empty without one.
    pub(crate) fn linker(&self) -> &str {
        self.linker.as_ref().map_or("", |linker| &linker.sha256)
    }

    /// Cargo, which sees the stated environment, and the lab's configuration alone.
    pub(crate) fn cargo(&self, variables: &[Variable]) -> Result<Command, String> {
        cargo_home::prepare(&self.home, &environment::cargo_home())
            .map_err(|error| format!("cannot make a cargo home of the lab's own: {error}"))?;
        let mut command = Command::new(&self.cargo);
        self.environment.apply(&mut command);
        let config = self.lab.join(CONFIG);
        if config.is_file() {
            command.arg("--config").arg(config);
        }
        command
            .env("CARGO_HOME", &self.home)
            .env("RUSTC", &self.rustc)
            .env(owner::VARIABLE, Owner::this().to_string())
            .envs(variables.iter().map(|(name, value)| (name, value)))
            // Configuration is looked for in the current folder and those above it.
            .current_dir("/")
            .stdin(Stdio::null());
        Ok(command)
    }

    /// What `run.json` says of the builds for a triple, some of which had `variables` besides.
    pub(crate) fn record(&self, variables: &[Variable], triple: &str) -> BuildEnvironment {
        let own = variables.iter().map(|(name, value)| (name, value));
        let config = |path: PathBuf, shown: &str| {
            let sha256 = sha256(&path).ok()?;
            Some(BuildFile {
                path: shown.into(),
                sha256,
            })
        };
        let of_root = OF_ROOT.iter().filter_map(|path| config(path.into(), path));
        BuildEnvironment {
            toolchain: self.version.clone(),
            environment: self
                .environment
                .counted()
                .iter()
                .chain(own)
                .map(|(name, value)| (name.clone(), value.to_string_lossy().into_owned()))
                .collect(),
            linker: self.linker.clone(),
            cross_linker: self.recorded_cross_linker(triple),
            config: config(self.lab.join(CONFIG), CONFIG)
                .into_iter()
                .chain(of_root)
                .collect(),
        }
    }

    /// The C compiler of another architecture as a file. Rust's own linker is that of the compiler's version.
    fn recorded_cross_linker(&self, triple: &str) -> Option<BuildFile> {
        let path = self.cross_linker(triple).ok().flatten()?;
        linker(&path).ok()
    }

    /// Makes sure that `triple` can be built for; adds it through rustup if not.
    pub fn ensure_target(&self, triple: &str, progress: &dyn Progress) -> Result<(), String> {
        if self.has_target(triple) {
            return Ok(());
        }
        progress.note(&format!(
            "adding the Rust target {triple}: rustup target add {triple}"
        ));
        let output = in_lab("rustup", &self.lab)
            .args(["target", "add", triple])
            .output()
            .map_err(|error| {
                let why = error.to_string();
                let mend = advice(&why, "install it: https://rustup.rs");
                format!(
                    "the Rust target {triple} is missing and rustup does not start: {why}; {mend}"
                )
            })?;
        if output.status.success() && self.has_target(triple) {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&output.stderr);
        // What follows its error is where in its code that was.
        let error = said.lines().find_map(|line| line.strip_prefix("error: "));
        let why = error.map_or_else(|| last_line(&output.stderr), str::to_owned);
        Err(format!("`rustup target add {triple}` failed: {why}"))
    }

    /// Whether the standard library of a target is installed.
    pub fn has_target(&self, triple: &str) -> bool {
        in_lab(&self.rustc, &self.lab)
            .args(["--print", "target-libdir", "--target", triple])
            .output()
            .is_ok_and(|output| {
                output.status.success()
                    && Path::new(String::from_utf8_lossy(&output.stdout).trim()).is_dir()
            })
    }
}

/// A program as it is in the lab's folder. A toolchain that a `cargo run` elsewhere has chosen
/// does not count there.
fn in_lab(program: impl AsRef<std::ffi::OsStr>, lab: &Path) -> Command {
    let mut command = Command::new(program);
    command.env_remove("RUSTUP_TOOLCHAIN").current_dir(lab);
    command
}

fn said(what: &str, output: io::Result<Output>) -> Result<String, String> {
    let output = output.map_err(|error| {
        let mend = advice(&error.to_string(), MISSING);
        format!("rustc does not start: {error}; {mend}")
    })?;
    if !output.status.success() {
        let last = last_line(&output.stderr);
        let mend = advice(&String::from_utf8_lossy(&output.stderr), MISSING);
        return Err(format!("rustc {what} failed: {last}; {mend}"));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn last_line(said: &[u8]) -> String {
    let said = String::from_utf8_lossy(said);
    let last = said.lines().rfind(|line| !line.trim().is_empty());
    last.unwrap_or("no reason given").to_owned()
}

fn linker(cc: &Path) -> Result<BuildFile, String> {
    let read = |path: PathBuf| {
        Ok(BuildFile {
            sha256: sha256(&path)?,
            path,
        })
    };
    let read = std::fs::canonicalize(cc).and_then(read);
    read.map_err(|error| format!("{}: {error}", cc.display()))
}
