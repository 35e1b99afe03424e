//! Products as they ship: `harness/commands/<name>.toml`, a command line that runs wasm
//! programs, and `harness/servers/<name>/server.toml`, an HTTP host.

use std::path::{Path, PathBuf};

use labrun_record::{Setting, Target, Tier};
use serde::Deserialize;

use super::document::{check_name, read_toml_with_text};
use super::fault::{Fault, at};
use super::nearest::hint;
use super::setting::settings;
use super::trust::{is_below, is_program};
use super::{DefineError, Unsupported};
use crate::task::Policy;

/// A product that a user installs and starts.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProductDefinition {
    /// The technology, the part before the slash in an isolation.
    pub name: String,
    /// The class of its boundary.
    pub tier: Tier,
    /// How its program is found.
    pub find: Find,
    /// How it is told what the guest is granted.
    #[serde(default)]
    pub grants: Grants,
    /// For an HTTP host: how it hosts.
    pub host: Option<Hosting>,
    /// Its configurations.
    #[serde(rename = "configuration")]
    pub configurations: Vec<ProductConfiguration>,
    /// What it cannot do, each with the reason.
    #[serde(default)]
    pub unsupported: Vec<Unsupported>,
    /// The folder of its file.
    #[serde(skip)]
    pub folder: PathBuf,
}

/// How a program is found, and which version it has to be.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Find {
    /// Names that it may have on PATH; the first that is there counts.
    pub programs: Vec<String>,
    /// Arguments with which it prints its version.
    pub version: Vec<String>,
    /// What it prints right before its version.
    #[serde(default)]
    pub version_after: String,
    /// The oldest version that can do what is asked of it here.
    pub least: String,
    /// How to get it, or a newer one.
    pub install: String,
}

/// How a product is told what the guest is granted: arguments, once for each thing.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grants {
    /// A directory, with `{host}` and `{guest}`. None: it cannot grant one. Empty: nothing
    /// has to be said.
    pub directory: Option<Vec<String>>,
    /// A variable, with `{name}` and `{value}`. None: it cannot pass one. Empty: the guest
    /// has those of the product itself.
    pub variable: Option<Vec<String>>,
    /// Whether the guest calls the directory what the host does, and not `/grant`.
    #[serde(default)]
    pub same_path: bool,
}

/// How an HTTP host hosts.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hosting {
    /// The signal on which its users have it end.
    pub stop: StopSignal,
    /// Whether it ends by that signal, and not with exit code 0.
    #[serde(default)]
    pub ends_by_signal: bool,
    /// Files beside its definition that each launch gets a copy of, placeholders filled in.
    /// The module lies beside them as `module.wasm`.
    #[serde(default)]
    pub files: Vec<PathBuf>,
}

/// A signal that asks a server to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum StopSignal {
    /// Ctrl-C.
    #[serde(rename = "SIGINT")]
    Interrupt,
    /// What a service manager sends.
    #[serde(rename = "SIGTERM")]
    Terminate,
}

impl StopSignal {
    /// Its number.
    pub fn number(self) -> i32 {
        match self {
            Self::Interrupt => libc::SIGINT,
            Self::Terminate => libc::SIGTERM,
        }
    }
}

/// One way of using a product.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProductConfiguration {
    /// The part after the slash in an isolation.
    pub name: String,
    /// One line for a person.
    pub summary: String,
    /// What it runs.
    pub targets: Vec<Target>,
    /// Its arguments, with placeholders.
    pub args: Vec<String>,
    /// For an HTTP host: which instance answers a request.
    pub policy: Option<Policy>,
    /// Why it has no other policy, one sentence.
    pub no_other_policy: Option<String>,
    /// Folder in its HOME in which it keeps what it has compiled: its launches then share a
    /// HOME in which a discarded launch has filled it. None: each launch has an empty HOME.
    pub cache: Option<PathBuf>,
    /// Arguments that compile `{module}` ahead of time to `{output}`.
    pub precompile: Option<Vec<String>>,
    /// Whatever is chosen, each with its reason.
    #[serde(default, rename = "setting", deserialize_with = "settings")]
    pub settings: Vec<Setting>,
}

/// Placeholders that stand for whole arguments, and those that stand inside one.
const PLACEHOLDERS: [&str; 13] = [
    "{directory}",
    "{variable}",
    "{args}",
    "{module}",
    "{output}",
    "{folder}",
    "{files}",
    "{home}",
    "{address}",
    "{ip}",
    "{port}",
    "{policy}",
    "{grant}",
];

impl ProductDefinition {
    /// Reads `harness/commands/<name>.toml`.
    pub fn read_command(path: &Path) -> Result<Self, DefineError> {
        Self::read(path, path.file_stem(), |product| match &product.host {
            None => Ok(()),
            Some(_) => Err(at(&["host"])(
                "[host] is for servers: their definitions are in harness/servers",
            )),
        })
    }

    /// Reads `server.toml` in `folder`.
    pub fn read_server(folder: &Path) -> Result<Self, DefineError> {
        let path = folder.join("server.toml");
        Self::read(&path, folder.file_name(), Self::check_server)
    }

    /// What is wrong with it as a server.
    fn check_server(&self) -> Result<(), Fault> {
        let Some(host) = &self.host else {
            return Err("a server needs [host]".into());
        };
        let of_files = at(&["host", "files"]);
        if let Some(file) = host.files.iter().find(|file| !is_below(file)) {
            let file = file.display();
            return Err(of_files(format!(
                "[host] files: {file} is not beside the definition"
            )));
        }
        let is_missing = |file: &&PathBuf| !self.folder.join(file).is_file();
        if let Some(file) = host.files.iter().find(is_missing) {
            let file = file.display();
            return Err(of_files(format!("[host] files: there is no {file}")));
        }
        for (number, one) in self.configurations.iter().enumerate() {
            if one.policy.is_none() || one.no_other_policy.is_none() {
                let name = &one.name;
                let reason =
                    format!("configuration {name}: a server needs `policy` and `no_other_policy`");
                return Err(Fault::from(reason).within(number).within("configuration"));
            }
        }
        Ok(())
    }

    fn read(
        path: &Path,
        named: Option<&std::ffi::OsStr>,
        check: impl FnOnce(&Self) -> Result<(), Fault>,
    ) -> Result<Self, DefineError> {
        let (mut product, text): (Self, String) = read_toml_with_text(path)?;
        if let Some(folder) = path.parent() {
            folder.clone_into(&mut product.folder);
        }
        check_name("file", named, &product.name)
            .and_then(|()| product.check())
            .and_then(|()| check(&product))
            .map_err(|fault| DefineError::faulty(path, &text, fault))?;
        Ok(product)
    }

    /// What is wrong with it, whatever it is.
    fn check(&self) -> Result<(), Fault> {
        let of_programs = at(&["find", "programs"]);
        if self.find.programs.is_empty() {
            return Err(of_programs("[find] programs names no program".to_owned()));
        }
        if let Some(name) = self.find.programs.iter().find(|name| !is_program(name)) {
            return Err(of_programs(format!(
                "[find] programs: `{name}` is no name of a program: it is looked for on PATH, and has no `/`"
            )));
        }
        for (number, one) in self.configurations.iter().enumerate() {
            let number = number.to_string();
            let precompile = one.precompile.iter().flatten();
            let precompile = precompile.map(|arg| (arg, "precompile"));
            let args = one.args.iter().map(|arg| (arg, "args"));
            for (arg, key) in args.chain(precompile) {
                known(arg).map_err(|reason| {
                    let reason = format!("configuration {}: {reason}", one.name);
                    at(&["configuration", &number, key])(reason)
                })?;
            }
        }
        Ok(())
    }

    /// Names of its isolations.
    pub fn isolations(&self) -> impl Iterator<Item = String> {
        let name = |one: &ProductConfiguration| format!("{}/{}", self.name, one.name);
        self.configurations.iter().map(name)
    }
}

/// Whether every placeholder of an argument is one.
fn known(arg: &str) -> Result<(), String> {
    let mut rest = arg;
    while let Some(begin) = rest.find('{') {
        let end = rest[begin..]
            .find('}')
            .map_or(rest.len(), |end| begin + end + 1);
        let word = &rest[begin..end];
        if !PLACEHOLDERS.contains(&word) {
            let hint = hint(word, PLACEHOLDERS);
            return Err(format!("`{word}` is no placeholder{hint}"));
        }
        rest = &rest[end..];
    }
    Ok(())
}
