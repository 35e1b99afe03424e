//! Runners that are shell scripts: they speak the protocol, or break it.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

/// A job loop that does all that is asked of it: the guest prints its output, and
/// an instantiation takes 1, 2, 3 ns.
pub(crate) const GOOD_JOB: &str = r#"
while read -r line; do
  case "$line" in
    *'"do":"run"'*) echo right >&3; echo '{"event":"done","exit_code":0}' ;;
    *'"do":"repeat"'*) echo '{"event":"done","spans_ns":[1,2,3]}' ;;
    *) echo '{"event":"done"}' ;;
  esac
done"#;

/// A runner in a lab: one configuration, `plain`.
pub(crate) struct Runner {
    name: &'static str,
    job: String,
    describe: String,
    starts: &'static str,
    precompile: bool,
    program: bool,
    interpreter: Option<&'static str>,
    build: String,
}

impl Runner {
    /// One that does `job`, a piece of shell, and describes itself rightly.
    pub(crate) fn new(name: &'static str, job: &str) -> Self {
        let said = format!(
            r#"{{"protocol":3,"name":"{name}","version":"1.2.3","configurations":["plain"]}}"#
        );
        Self {
            name,
            job: job.to_owned(),
            describe: format!("echo '{said}'"),
            starts: r#"["process"]"#,
            precompile: false,
            program: true,
            interpreter: None,
            build: String::new(),
        }
    }

    /// Its name.
    pub(crate) fn name(&self) -> &'static str {
        self.name
    }

    /// It describes itself with this piece of shell.
    pub(crate) fn describe(mut self, shell: &str) -> Self {
        shell.clone_into(&mut self.describe);
        self
    }

    /// It has all three starts.
    pub(crate) fn every_start(mut self) -> Self {
        self.starts = r#"["process", "resident", "loaded"]"#;
        self
    }

    /// It compiles ahead of time.
    pub(crate) fn precompiles(mut self) -> Self {
        self.precompile = true;
        self
    }

    /// Its program is not there.
    pub(crate) fn without_program(mut self) -> Self {
        self.program = false;
        self
    }

    /// Its program is no executable file: it is started with this.
    pub(crate) fn interpreter(mut self, name: &'static str) -> Self {
        self.interpreter = Some(name);
        self
    }

    /// It can be built only where `variable` is set, to a folder with one of `files`.
    pub(crate) fn linked(mut self, variable: &str, files: &[&str]) -> Self {
        self.build = format!(
            "needs = [\"libfoo\"]\nmend = \"apt-get install libfoo\"\n\n\
             [[build.way]]\nvariable = \"{variable}\"\nfiles = [{files:?}]\n"
        );
        self
    }

    /// Writes its folder.
    pub(super) fn write(&self, lab: &Path) {
        let folder = lab.join("harness/runners").join(self.name);
        fs::create_dir_all(&folder).expect("makes a runner");
        let (name, starts, build) = (self.name, self.starts, &self.build);
        let precompile = self.precompile;
        let interpreter = self
            .interpreter
            .map_or_else(String::new, |name| format!("interpreter = \"{name}\"\n"));
        let definition = format!(
            "name = \"{name}\"\nsummary = \"a script\"\ntier = \"wasm-sandbox\"\n\n[build]\nprogram = \"run.sh\"\n{interpreter}{build}\n\
             [[configuration]]\nname = \"plain\"\nsummary = \"as it is\"\ntargets = [\"wasip1\"]\nstarts = {starts}\nprecompile = {precompile}\n"
        );
        fs::write(folder.join("runner.toml"), definition).expect("writes a runner");
        if self.program {
            let (describe, job) = (&self.describe, &self.job);
            let script = format!(
                "#!/bin/sh\ncase \"$1\" in\ndescribe)\n{describe}\n;;\njob)\n{job}\n;;\nesac\n"
            );
            let path = folder.join("run.sh");
            fs::write(&path, script).expect("writes a program");
            let mode = self.interpreter.map_or(0o755, |_| 0o644);
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("makes it run");
        }
    }
}
