//! A lab in a temporary folder, and labrun run in it.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use tempfile::TempDir;

use super::live::Live;
use super::package;
use super::product::Product;
use super::question::Question;
use super::ran::Ran;
use super::runner::Runner;
use super::scenario::Scenario;
use super::template;

/// A lab. Unless a test adds to it, it holds the guest `right` and measures it on
/// `native/static`.
pub(crate) struct Lab {
    folder: Arc<TempDir>,
    scenario: Scenario,
    ran: AtomicU32,
}

impl Lab {
    /// A fresh one, in which `right` is built already.
    pub(crate) fn fixture() -> Self {
        let lab = Self::unbuilt();
        template::copy_stamps(&lab.path().join("target"));
        lab
    }

    /// A fresh one, in which nothing is built.
    pub(crate) fn unbuilt() -> Self {
        let made = tempfile::Builder::new()
            .prefix("lab-")
            .tempdir_in(template::folder());
        let folder = Arc::new(made.expect("makes a folder"));
        let mut lab = Self {
            folder,
            scenario: Scenario::new(),
            ran: AtomicU32::new(0),
        };
        let baseline = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../Dockerfile.baseline");
        fs::copy(baseline, lab.path().join("Dockerfile.baseline")).expect("copies the Dockerfile");
        fs::create_dir(lab.path().join("scenarios")).expect("makes a folder");
        template::write_right(lab.path());
        let targets = r#"["native", "image", "wasip1"]"#;
        lab.scenario
            .workloads
            .push(("right".to_owned(), targets.to_owned()));
        lab.isolation("native/static")
    }

    /// Its folder.
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Adds a guest that is run as a command and has to print `right`.
    pub(crate) fn guest(self, name: &str, source: &str) -> Self {
        self.workload(name, "[run]", source)
    }

    /// Adds a guest that serves and has to answer `right`.
    pub(crate) fn server(self, name: &str, source: &str) -> Self {
        self.workload(name, "[serve]\nrequest = \"/\"", source)
    }

    /// Adds a guest that prints `right` again and again, which is its steady way `work`:
    /// ten operations each.
    pub(crate) fn worker(self, name: &str, source: &str) -> Self {
        let how = "[run]\nexpected = \"expected.txt\"\n\n\
            [[steady]]\nname = \"work\"\noperations = 10";
        self.workload(name, how, source)
    }

    /// Adds a guest with the lines of its `workload.toml` but for the last,
    /// `expected = "expected.txt"`.
    pub(crate) fn workload(mut self, name: &str, how: &str, source: &str) -> Self {
        let folder = self.path().join("workloads").join(name);
        package::write(&folder, name, r#"["native"]"#, how, source);
        let targets = r#"["native", "image"]"#.to_owned();
        self.scenario.workloads.push((name.to_owned(), targets));
        self.with_scenario()
    }

    /// Adds a scenario of another way of measuring.
    pub(crate) fn question(self, question: &Question) -> Self {
        let file = format!("scenarios/{}.toml", question.name());
        self.write(&file, &question.text())
    }

    /// Adds a runner, and measures it.
    pub(crate) fn runner(self, runner: &Runner) -> Self {
        runner.write(self.path());
        self.isolation(&format!("{}/*", runner.name()))
    }

    /// Adds a product, and measures it.
    pub(crate) fn product(self, product: &Product) -> Self {
        product.write(self.path());
        self.isolation(&format!("{}/*", product.name()))
    }

    /// Adds a handler for products that host one: its module does nothing.
    pub(crate) fn handler(mut self, name: &str) -> Self {
        let folder = self.path().join("workloads").join(name);
        let (targets, how) = (r#"["wasip1"]"#, "[serve]\nrequest = \"/\"");
        package::write(&folder, name, targets, how, "fn main() {}\n");
        let workload = (name.to_owned(), targets.to_owned());
        self.scenario.workloads.push(workload);
        self.with_scenario()
    }

    /// Measures these isolations too.
    pub(crate) fn isolation(mut self, glob: &str) -> Self {
        self.scenario.isolations.push(glob.to_owned());
        self.with_scenario()
    }

    /// Changes the scenario's plan.
    pub(crate) fn plan(mut self, key: &str, value: &str) -> Self {
        let (key, value) = (key.to_owned(), value.to_owned());
        self.scenario.plan.insert(key, value);
        self.with_scenario()
    }

    /// Takes exactly so many launches of each row.
    pub(crate) fn samples(self, n: u32) -> Self {
        let n = n.to_string();
        self.plan("min_samples", &n).plan("max_samples", &n)
    }

    fn with_scenario(self) -> Self {
        let text = self.scenario.text();
        self.write("scenarios/cold-start.toml", &text)
    }

    /// Writes a file.
    pub(crate) fn write(self, file: &str, text: &str) -> Self {
        let path = self.path().join(file);
        fs::create_dir_all(path.parent().expect("is in a folder")).expect("makes a folder");
        fs::write(self.path().join(file), text).expect("writes a file");
        self
    }

    /// Replaces the one place in a file that reads `from`.
    pub(crate) fn replace(self, file: &str, from: &str, to: &str) -> Self {
        let text = fs::read_to_string(self.path().join(file)).expect("reads a file");
        assert_eq!(text.matches(from).count(), 1, "{from:?} in {file}:\n{text}");
        self.write(file, &text.replace(from, to))
    }

    /// Makes a commit of everything in it, and of it a git checkout before; gives its whole name.
    pub(crate) fn commit(&self) -> String {
        if !self.path().join(".git").exists() {
            self.git(&["init", "--quiet"]);
            // What labrun and the tests write.
            let written = "target\nrun-*\nruns\n.tmp*\n.state\n";
            fs::write(self.path().join(".git/info/exclude"), written).expect("writes a file");
        }
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--allow-empty", "--message=one more"]);
        self.git(&["rev-parse", "HEAD"])
    }

    /// What git says in it.
    pub(crate) fn git(&self, args: &[&str]) -> String {
        let ran = Command::new("git")
            .args(["-c", "user.name=test", "-c", "user.email=test@localhost"])
            .args(args)
            .current_dir(self.path())
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .output()
            .expect("git runs");
        let told = String::from_utf8_lossy(&ran.stderr);
        assert!(ran.status.success(), "git {args:?}: {told}");
        String::from_utf8_lossy(&ran.stdout).trim().to_owned()
    }

    /// labrun, with the lab as its folder and nothing of the caller's settings.
    pub(crate) fn labrun<S: AsRef<std::ffi::OsStr>>(
        &self,
        args: impl IntoIterator<Item = S>,
    ) -> Command {
        let mut command = labrun(self.path(), &self.path().join("target"));
        command.args(args);
        command
    }

    /// Runs labrun to its end.
    pub(crate) fn run<S: AsRef<std::ffi::OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Ran {
        self.start(self.labrun(args), self.path()).ended()
    }

    /// Measures the scenario into a fresh folder.
    pub(crate) fn measure<S: AsRef<std::ffi::OsStr>>(
        &self,
        args: impl IntoIterator<Item = S>,
    ) -> Ran {
        self.begin(|command| command.args(args)).ended()
    }

    /// Measures another scenario into a fresh folder.
    pub(crate) fn ask<S: AsRef<std::ffi::OsStr>>(
        &self,
        scenario: &str,
        args: impl IntoIterator<Item = S>,
    ) -> Ran {
        self.begin_of(scenario, |command| command.args(args))
            .ended()
    }

    /// Begins to measure the scenario into a fresh folder, with more arguments or
    /// variables.
    pub(crate) fn begin(&self, more: impl FnOnce(&mut Command) -> &mut Command) -> Live {
        self.begin_of("cold-start", more)
    }

    /// The same with another scenario.
    pub(crate) fn begin_of(
        &self,
        scenario: &str,
        more: impl FnOnce(&mut Command) -> &mut Command,
    ) -> Live {
        let number = self.ran.fetch_add(1, Ordering::Relaxed);
        let out = self.path().join(format!("run-{number}"));
        let mut command = self.labrun(["scenario", scenario, "--out"]);
        more(command.arg(&out));
        self.start(command, &out)
    }

    /// Replays with these arguments into a fresh folder.
    pub(crate) fn replay(&self, args: &[&str]) -> Ran {
        let number = self.ran.fetch_add(1, Ordering::Relaxed);
        let out = self.path().join(format!("run-{number}"));
        let mut command = self.labrun(["replay", "--out"]);
        command.arg(&out).args(args);
        self.start(command, &out).ended()
    }

    /// Calibrates with these arguments into a fresh folder.
    pub(crate) fn calibrate(&self, args: &[&str]) -> Ran {
        let number = self.ran.fetch_add(1, Ordering::Relaxed);
        let out = self.path().join(format!("run-{number}"));
        let mut command = self.labrun(["calibrate", "--out"]);
        command.arg(&out).args(args);
        self.start(command, &out).ended()
    }

    /// Starts labrun, which writes its run to `run`. The lab stays as long as what
    /// came of it is looked at.
    pub(crate) fn start(&self, command: Command, run: &Path) -> Live {
        Live::start(command, run, Arc::clone(&self.folder))
    }
}

fn labrun(folder: &Path, target: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_labrun"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("LABRUN_") {
            command.env_remove(name);
        }
    }
    for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "RUSTFLAGS"] {
        command.env_remove(name);
    }
    // Where the lab's own products are.
    let path = std::env::var("PATH").unwrap_or_default();
    command.env("PATH", format!("{}/bin:{path}", folder.display()));
    command.env("XDG_STATE_HOME", folder.join(".state"));
    // A lab is in no checkout but its own.
    command.env("GIT_CEILING_DIRECTORIES", template::folder());
    command.current_dir(folder).env("CARGO_TARGET_DIR", target);
    command
}
