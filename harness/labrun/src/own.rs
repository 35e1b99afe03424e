//! Programs of the user's own as workloads: those that are given on the command line, and folders
//! with a `workload.toml`. They are beside the lab's own from here on, and no file of it is touched.

mod given;
mod held;

use std::fs;
use std::path::Path;

use lab::define::{Definitions, Workload, mistyped};

use crate::cli::{AskedArgs, SelectArgs};
use crate::exit::Usage;
use crate::say;

pub(crate) use given::as_name;
pub(crate) use held::check as check_held;

/// Which workloads take the place of a scenario's.
#[derive(Debug, Default)]
pub(crate) struct Own {
    /// The names of the user's own.
    pub names: Vec<String>,
    /// The names of the lab's that are asked for beside them.
    pub kept: Vec<String>,
}

impl Own {
    /// Adds the user's own workloads to those that are defined.
    pub(crate) fn add(definitions: &mut Definitions, args: &AskedArgs) -> anyhow::Result<Self> {
        let mut own = Self::add_folders(definitions, &args.select)?;
        for workload in given::workloads(&args.own, definitions)? {
            own.names.push(workload.name.clone());
            definitions.workloads.push(workload);
        }
        own.of(definitions).into_iter().for_each(tell_mistyped);
        take_environment(definitions);
        Ok(own)
    }

    /// Adds the workloads of the folders that `--workload` names.
    pub(crate) fn add_folders(
        definitions: &mut Definitions,
        select: &SelectArgs,
    ) -> anyhow::Result<Self> {
        let is_folder = |value: &String| value.contains('/');
        let asked = select.workload.iter().cloned();
        let (folders, kept): (Vec<_>, Vec<_>) = asked.partition(is_folder);
        let names = folders
            .iter()
            .map(|folder| of_folder(definitions, Path::new(folder)));
        Ok(Self {
            names: names.collect::<anyhow::Result<_>>()?,
            kept,
        })
    }

    /// Whether there are any.
    pub(crate) fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// The workloads of the user's own, as they are defined.
    pub(crate) fn of<'d>(&self, definitions: &'d Definitions) -> Vec<&'d Workload> {
        let is_own = |workload: &&Workload| self.names.contains(&workload.name);
        definitions.workloads.iter().filter(is_own).collect()
    }

    /// All names that are asked for.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.kept.iter().chain(&self.names).cloned().collect()
    }
}

/// Tells what in the arguments and variables of a workload was probably meant as a placeholder, and is none:
/// it reaches the program as it is written.
fn tell_mistyped(workload: &Workload) {
    let run = workload.run.iter().flat_map(|run| &run.args);
    let serve = workload.serve.iter().flat_map(|serve| &serve.args);
    let said = run.chain(serve.flatten()).chain(workload.env.values());
    for (word, meant) in said.flat_map(|text| mistyped(text)) {
        say::line(&format!(
            "{}: {word} is no placeholder, and is handed on as it is written (did you mean {meant}?)",
            workload.name
        ));
    }
}

/// Takes the variables that workloads only name from the environment of this process.
pub(crate) fn take_environment(definitions: &mut Definitions) {
    for workload in &mut definitions.workloads {
        let own = |name: &str| std::env::var(name).ok();
        workload.environment.take(own);
    }
}

/// Adds the workload in a folder, unless it is one of the lab's; gives its name.
fn of_folder(definitions: &mut Definitions, folder: &Path) -> anyhow::Result<String> {
    let folder = fs::canonicalize(folder).map_err(|error| {
        Usage(format!(
            "--workload {}: {error}; a value with a `/` is a folder with a workload.toml",
            folder.display()
        ))
    })?;
    let mut known = definitions.workloads.iter();
    if let Some(known) = known.find(|workload| workload.folder == folder) {
        return Ok(known.name.clone());
    }
    let workload = Workload::read_anywhere(&folder)?;
    let name = workload.name.clone();
    if definitions.workloads.iter().any(|known| known.name == name) {
        anyhow::bail!(Usage(format!(
            "{} is called {name}, and there is a workload of that name already: give it another \
             `name`",
            folder.join("workload.toml").display()
        )));
    }
    definitions.workloads.push(workload);
    Ok(name)
}
