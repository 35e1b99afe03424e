//! `workloads/<name>/workload.toml`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use labrun_record::Target;
use serde::{Deserialize, Serialize};

use super::build_command::BuildCommand;
use super::document::{check_name, read_toml_with_text};
use super::environment::Environment;
use super::expect::whole;
use super::fault::{Fault, at};
use super::given::{Given, Purpose};
use super::requests::Requests;
use super::trust::inside;
use super::{Calls, DefineError, Expect, Need, Run, Serve, Steady, bounds};
use crate::task::{Expected, Learned, Request, RightAnswer, Task};

/// The file of a workload in its folder.
const FILE: &str = "workload.toml";

/// Where a granted directory is inside a sandbox.
pub const GUEST_GRANT: &str = "/grant";

/// A program with one job.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Workload {
    /// Its name; in a lab that of its folder.
    pub name: String,
    /// One line for a person.
    pub summary: String,
    /// What there is of it, or can be built. What is given is among them whether it is named here
    /// or not.
    #[serde(default)]
    pub targets: Vec<Target>,
    /// What of it is there already, and is not built.
    #[serde(default)]
    pub artifacts: BTreeMap<Target, Given>,
    /// How what of it is no package of the lab's is built.
    #[serde(default)]
    pub build: BTreeMap<Target, BuildCommand>,
    /// Abilities that an isolation must really have; a grant, where there is one, is added
    /// to these and to those of each way of working.
    #[serde(default)]
    pub needs: Vec<Need>,
    /// Which kind of cargo artifact a target is; a `bin` where nothing is said.
    #[serde(default)]
    pub artifact: BTreeMap<Target, ArtifactKind>,
    /// How it is run as a command.
    pub run: Option<Run>,
    /// How it serves HTTP.
    pub serve: Option<Serve>,
    /// What it is granted.
    pub grant: Option<GrantFiles>,
    /// Its variables with their values.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// The names of those that are taken from labrun's own environment.
    #[serde(default, rename = "env-from")]
    pub env_from: Vec<String>,
    /// Both, as they are handed on.
    #[serde(skip)]
    pub environment: Environment,
    /// Its ways of working steadily.
    #[serde(default)]
    pub steady: Vec<Steady>,
    /// Its exports that are called one after another.
    #[serde(default)]
    pub calls: Vec<Calls>,
    /// What it is asked under load, where it is not the one request that is asked first.
    #[serde(skip)]
    pub requests: Arc<Vec<Request>>,
    /// Whether a launch has found that its server, as the first process of a container, does not end
    /// by SIGTERM though it handles it. No other launch has to wait for that.
    #[serde(skip)]
    pub outlives_term: Arc<AtomicBool>,
    /// Its folder; `/` for one that has none, whose paths are absolute.
    #[serde(skip)]
    pub folder: PathBuf,
}

/// Which cargo artifact of the package a target is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum ArtifactKind {
    /// A program: a native binary, or a module that is a command.
    Bin,
    /// A library: a reactor module, or a component that exports a handler.
    Cdylib,
}

/// What a workload is granted.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GrantFiles {
    /// Folder whose files are copied into a fresh directory for each launch.
    pub files: PathBuf,
}

impl Workload {
    /// Reads the workload in a folder of the lab, which has its name.
    pub fn read(folder: &Path) -> Result<Self, DefineError> {
        let workload = Self::read_anywhere(folder)?;
        let path = folder.join(FILE);
        check_name("folder", folder.file_name(), &workload.name).map_err(|fault| {
            let text = labrun_record::regular::read_to_string(&path).unwrap_or_default();
            DefineError::faulty(&path, &text, fault)
        })?;
        Ok(workload)
    }

    /// Reads the workload in any folder.
    pub fn read_anywhere(folder: &Path) -> Result<Self, DefineError> {
        let path = folder.join(FILE);
        let (mut workload, text): (Self, String) = read_toml_with_text(&path)?;
        folder.clone_into(&mut workload.folder);
        workload
            .check()
            .map_err(|fault| DefineError::faulty(&path, &text, fault))
    }

    /// The same as it is used, with what its files say: all of them are there. A missing one shows
    /// when the definition is read, not in mid-run.
    pub fn checked(self) -> Result<Self, String> {
        self.check().map_err(Fault::why)
    }

    fn check(mut self) -> Result<Self, Fault> {
        bounds::name_of("workload", &self.name).map_err(at(&["name"]))?;
        self.environment = Environment::new(&self.env, &self.env_from)?;
        if self.grant.is_some() {
            // What is granted is used by each way of working.
            let ways = self.steady.iter_mut().map(|way| &mut way.needs);
            for needs in ways.chain([&mut self.needs]) {
                needs.push(Need::Grant);
            }
        }
        self.check_targets()?;
        self.check_placeholders()?;
        self.check_serve()
            .map_err(|fault| fault.begun_by("[serve] ").within("serve"))?;
        self.read_requests()?;
        self.expected_task()?;
        self.check_ways()?;
        if let Some(grant) = &self.grant {
            let wrong = |why: String| at(&["grant", "files"])(format!("[grant] files: {why}"));
            let files = inside(&self.folder, &grant.files).map_err(wrong)?;
            if !files.is_dir() {
                return Err(wrong(format!("{} is no folder", files.display())));
            }
            // Each launch gets a copy, and of such a thing there is none.
            labrun_record::regular::check_all(&files).map_err(|error| wrong(error.to_string()))?;
        }
        Ok(self)
    }

    /// Looks at what is given and built, and takes it for targets.
    fn check_targets(&mut self) -> Result<(), Fault> {
        let purpose = self.purpose()?;
        for (target, given) in &mut self.artifacts {
            let looked = given.look(&self.folder, *target, purpose);
            looked.map_err(|why| {
                let why = format!("artifacts: {target}: {why}");
                at(&["artifacts", &target.to_string()])(why)
            })?;
            if !self.targets.contains(target) {
                self.targets.push(*target);
            }
        }
        for (target, command) in &self.build {
            let of_it = |fault: Fault| fault.within(target).within("build");
            command
                .check(*target)
                .map_err(|fault| of_it(fault.said_of(format!("build.{target}"))))?;
            if self.artifacts.contains_key(target) {
                let reason =
                    format!("{target} is in [artifacts] and has a [build.{target}]: leave one out");
                return Err(of_it(reason.into()));
            }
            if !self.targets.contains(target) {
                self.targets.push(*target);
            }
        }
        if self.targets.is_empty() {
            let reason = "it has no targets: name those that it is built for in `targets`, or what is \
                there already in [artifacts]";
            return Err(at(&["targets"])(reason));
        }
        let image = self.artifacts.get(&Target::Image);
        let Some(facts) = image.and_then(|given| given.image.as_ref()) else {
            return Ok(());
        };
        // Of one that a daemon holds, that is known when it is asked.
        let wrong = |why| at(&["artifacts", "image"])(format!("artifacts: image: {why}"));
        self.starts(&facts.entrypoint, &facts.command)
            .and_then(|()| self.port_of(&facts.ports).map(drop))
            .map_err(wrong)
    }

    /// Reads what it is asked under load, once.
    fn read_requests(&mut self) -> Result<(), Fault> {
        let serve = self.serve.as_ref();
        if let Some(requests) = serve.and_then(|serve| serve.requests.as_ref()) {
            self.requests = Arc::new(requests.read(&self.folder)?);
        }
        Ok(())
    }

    /// Seconds of load on each server before what counts first, where it says so.
    pub fn first_warmup_s(&self) -> Option<f64> {
        self.serve.as_ref()?.warmup_s
    }

    /// That an image with this entry point and command starts something, or is given arguments that do.
    pub fn starts(&self, entrypoint: &[String], command: &[String]) -> Result<(), String> {
        let run = self.run.as_ref().map(|run| &run.args);
        let served = self.serve.as_ref().and_then(|serve| serve.args.as_ref());
        let is_given = run.or(served).is_some_and(|args| !args.is_empty());
        if is_given || !entrypoint.is_empty() || !command.is_empty() {
            return Ok(());
        }
        Err(
            "it has no entry point and no command: give the program in it, with its arguments, behind \
             `--` or as args"
                .to_owned(),
        )
    }

    /// What is launched for a target: an image holds the native binary, unless an image is given.
    pub fn source_of(&self, target: Target) -> Target {
        match target {
            Target::Image if !self.artifacts.contains_key(&target) => Target::Native,
            other => other,
        }
    }

    fn purpose(&self) -> Result<Purpose, Fault> {
        match (&self.run, &self.serve) {
            (Some(_), None) => Ok(Purpose::Run),
            (None, Some(_)) => Ok(Purpose::Serve),
            _ => Err(at(&["serve"])("it needs exactly one of [run] and [serve]")),
        }
    }

    /// What its build command has written for a target, as it would be given; or why it is nothing
    /// that can be.
    pub fn built(&self, target: Target, file: &Path) -> Result<Given, String> {
        let mut given = Given::from(file.to_owned());
        let purpose = self.purpose().map_err(Fault::why)?;
        given.look(Path::new("/"), target, purpose)?;
        Ok(given)
    }

    /// What a launch of it does, and the output that is correct.
    pub fn task(&self) -> Result<Task, String> {
        self.expected_task().map_err(Fault::why)
    }

    fn expected_task(&self) -> Result<Task, Fault> {
        match (&self.run, &self.serve) {
            (Some(run), None) => Ok(Task::Run {
                args: run.args.clone(),
                expected: self
                    .expected(run.expected.as_deref(), run.expect.as_ref(), "expect")
                    .map_err(|fault| fault.begun_by("[run] ").within("run"))?,
            }),
            (None, Some(serve)) => Ok(Task::Serve {
                request: serve.request.clone(),
                right: RightAnswer {
                    status: serve.status(),
                    body: self
                        .expected(serve.expected.as_deref(), serve.body.as_ref(), "body")
                        .map_err(|fault| fault.begun_by("[serve] ").within("serve"))?,
                    // One of the lab's own is right at once.
                    is_first: self.is_ours(),
                },
            }),
            _ => Err("it needs exactly one of [run] and [serve]".into()),
        }
    }

    /// What is right, by the file or the table of which exactly one is there.
    fn expected(
        &self,
        file: Option<&Path>,
        table: Option<&Expect>,
        name: &str,
    ) -> Result<Expected, Fault> {
        match (file, table) {
            (Some(file), None) => whole(&self.folder, file)
                .map(Expected::Whole)
                .map_err(|why| at(&["expected"])(format!("expected: {why}"))),
            (None, Some(expect)) => expect
                .expected(&self.folder)
                .map_err(|fault| fault.said_of(name).within(name)),
            (None, None) => Err(format!(
                "it does not say which output is correct: write expected = \"FILE\", or a table \
                 {name}"
            )
            .into()),
            (Some(_), Some(_)) => Err(at(&["expected"])(format!(
                "it has expected and {name}: leave one out"
            ))),
        }
    }

    /// The files of outputs that are correct, and of what it is asked, relative to its folder.
    pub fn expected_files(&self) -> impl Iterator<Item = &PathBuf> {
        let of_run = self.run.iter().flat_map(|run| {
            let expect = run.expect.as_ref().and_then(|expect| expect.file.as_ref());
            run.expected.iter().chain(expect)
        });
        let of_serve = self.serve.iter().flat_map(|serve| {
            let body = serve.body.as_ref().and_then(|body| body.file.as_ref());
            let under_load = serve.requests.iter().flat_map(Requests::files);
            serve.expected.iter().chain(body).chain(under_load)
        });
        of_run
            .chain(of_serve)
            .chain(self.steady.iter().map(|way| &way.expected))
    }

    /// Whether its rows are checked: where any output is correct they are not.
    pub fn is_checked(&self) -> bool {
        self.expect().is_none_or(|expect| !expect.any)
    }

    /// What its launches learn of what is correct, where that is written nowhere.
    pub fn learned(&self) -> Option<&Learned> {
        self.expect().map(Expect::learned)
    }

    fn expect(&self) -> Option<&Expect> {
        let of_run = self.run.as_ref().and_then(|run| run.expect.as_ref());
        let of_serve = self.serve.as_ref().and_then(|serve| serve.body.as_ref());
        of_run.or(of_serve)
    }

    /// Whether an instance of it stays, to be looked at: a server does, and a command that waits for
    /// the end of its stdin if it is told to.
    pub fn stays(&self) -> bool {
        let of_command = |run: &Run| run.hold.unwrap_or(self.is_ours());
        self.run.as_ref().is_none_or(of_command)
    }

    /// The folder of the files that it is granted.
    pub fn grant_files(&self) -> Option<PathBuf> {
        self.grant
            .as_ref()
            .map(|grant| self.folder.join(&grant.files))
    }

    /// Which cargo artifact `target` is.
    pub fn artifact_kind(&self, target: Target) -> ArtifactKind {
        let kind = self.artifact.get(&target);
        kind.copied().unwrap_or(ArtifactKind::Bin)
    }
}
