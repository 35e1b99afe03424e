//! Building an artifact by the command that its workload says. Whatever the user's environment has is
//! there for it: what a compiler of another language needs is not known here.

use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use labrun_record::{Artifact, Target};

use super::inputs::{Inputs, files};
use super::store::CHANGED_MEANWHILE;
use super::{Builder, child};
use crate::define::{BuildCommand, Workload};
use crate::digest::sha256;
use crate::isolation::find::on_path;

/// The variable that says where the artifact has to be written.
const OUT: &str = "LABRUN_OUT";

/// Lines of what a failed command has said that are told.
const LAST_LINES: usize = 5;

impl Builder<'_> {
    /// What the command of a workload builds for a target, unless that is done already.
    pub(super) fn commanded(
        &self,
        workload: &Workload,
        target: Target,
    ) -> Result<Artifact, String> {
        let name = &workload.name;
        let command = workload.build.get(&target);
        let command =
            command.ok_or_else(|| format!("the workload {name} has no [build.{target}]"))?;
        let programs = programs(command).map_err(|missing| {
            let hint = command.hint.as_ref();
            let hint = hint.map_or_else(String::new, |hint| format!("; to get it: {hint}"));
            format!("building {name} for {target}: {missing}{hint}")
        })?;
        let what = format!("{name} for {target}");
        let make = || {
            self.progress.step(&what, 0, 1);
            let made = self.run_command(workload, target, command);
            self.progress.finish(&what);
            made
        };
        let key = format!("command-{name}-{target}");
        // What a build leaves in its folder is not what it was built from.
        let from = sources(workload, command).map_err(|error| format!("{what}: {error}"))?;
        let inputs = || inputs(workload, command, &programs, &from);
        let built = self.store.made(&key, inputs, || self.turn(), make);
        built.map_err(|why| {
            if why.contains(CHANGED_MEANWHILE) {
                let mend = "where it changes files of its own folder, say which it is built from";
                format!("{why}; {mend}: inputs = [\"src/*\"]")
            } else {
                why
            }
        })
    }

    fn run_command(
        &self,
        workload: &Workload,
        target: Target,
        command: &BuildCommand,
    ) -> Result<Artifact, String> {
        let name = &workload.name;
        let what = format!(
            "the build command of {name} for {target} ({})",
            command.line()
        );
        let folder = self.site.disk_folder().map_err(|error| error.to_string())?;
        let file = match target {
            Target::Native | Target::Image => name.clone(),
            Target::Wasip1 | Target::Wasip2 => format!("{name}.wasm"),
        };
        let out = folder.path().join(&file);
        let mut lines = Vec::new();
        let each = |line: &str| lines.push(labrun_record::plain(line).into_owned());
        let (status, said) =
            child::run(process(workload, command, &out), &self.site.interrupt, each)
                .map_err(|why| format!("{what}: {why}"))?;
        if self.is_interrupted() {
            return Err("interrupted".to_owned());
        }
        if !status.success() {
            lines.extend(said.lines().map(str::to_owned));
            return Err(format!("{what} failed ({status}); {}", last(&lines)));
        }
        if out.is_dir() {
            return Err(format!(
                "{what} made a folder of what {OUT} says: have it write the artifact as a file"
            ));
        }
        if !out.is_file() {
            return Err(format!(
                "{what} ended well, and wrote nothing to where {OUT} says: have it write the artifact \
                 there"
            ));
        }
        let is_it = workload.built(target, &out);
        // Where it was written is the lab's own, and gone by then.
        let own = out.display().to_string();
        is_it.map_err(|why| {
            let why = why.replace(&own, &format!("${OUT}"));
            format!("{what} wrote what is no artifact for {target}: {why}")
        })?;
        let stored = self
            .store
            .keep(&format!("artifacts/{name}/{target}"), &file, &out)?;
        Ok(Artifact {
            workload: name.clone(),
            target,
            triple: match target {
                Target::Native | Target::Image => format!("{}-linux", std::env::consts::ARCH),
                Target::Wasip1 | Target::Wasip2 => format!("wasm32-{target}"),
            },
            path: stored.path,
            sha256: stored.sha256,
            bytes: stored.bytes,
            toolchain: command.line(),
            isolation: None,
            exports: false,
        })
    }
}

/// The command, ready to be started.
fn process(workload: &Workload, command: &BuildCommand, out: &Path) -> Command {
    let program = command.command.first().map_or("", String::as_str);
    let program = if program.contains('/') {
        workload.folder.join(program)
    } else {
        PathBuf::from(program)
    };
    let mut process = Command::new(program);
    process
        .args(command.command.iter().skip(1))
        .stdin(Stdio::null());
    let own = std::env::vars_os().filter(|(name, _)| name.as_bytes().starts_with(b"LABRUN_"));
    for (name, _) in own {
        process.env_remove(name);
    }
    process.current_dir(&workload.folder).env(OUT, out);
    process
}

/// The programs that it needs, as they are found.
fn programs(command: &BuildCommand) -> Result<Vec<PathBuf>, String> {
    let needs = command.needs.iter();
    needs.map(|name| on_path(&[name])).collect()
}

/// The files that it is built from, as they lie in its folder now.
fn sources(workload: &Workload, command: &BuildCommand) -> io::Result<Vec<PathBuf>> {
    let takes = command.takes();
    let mut all = files(&workload.folder)?;
    all.retain(|file| takes(file.strip_prefix(&workload.folder).unwrap_or(file)));
    Ok(all)
}

/// Digest of what is built from: the command, its programs, its files.
fn inputs(
    workload: &Workload,
    command: &BuildCommand,
    programs: &[PathBuf],
    from: &[PathBuf],
) -> io::Result<String> {
    let folder = &workload.folder;
    let words = command.command.iter();
    let mut all = words.fold(Inputs::default(), |all, word| all.word(word));
    for program in programs {
        all = all
            .bytes(program.as_os_str().as_bytes())
            .word(&sha256(program)?);
    }
    for file in from {
        let name = file.strip_prefix(folder).unwrap_or(file);
        all = all.bytes(name.as_os_str().as_bytes());
        all = match fs::read_link(file) {
            // A link to a folder stands for where it leads, and so does one to nothing.
            Ok(leads) if !file.is_file() => all.bytes(leads.as_os_str().as_bytes()),
            _ => all.file(file).map_err(|error| named(file, &error))?,
        };
    }
    Ok(all.digest())
}

/// What cannot be a source, with its path and what to do.
fn named(file: &Path, error: &io::Error) -> io::Error {
    let file = file.display();
    io::Error::new(
        error.kind(),
        format!("{file}: {error}; say which files it is built from: inputs = [\"src/*\"]"),
    )
}

/// The last of what it said.
fn last(lines: &[String]) -> String {
    let said = lines
        .iter()
        .map(|line| line.trim())
        .filter(|line| !line.is_empty());
    let said: Vec<&str> = said.collect();
    if said.is_empty() {
        return "it said nothing".to_owned();
    }
    let last = &said[said.len().saturating_sub(LAST_LINES)..];
    let cut = |line: &&str| line.chars().take(300).collect::<String>();
    let last: Vec<String> = last.iter().map(cut).collect();
    format!("its last lines: {}", last.join(" / "))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::super::Store;
    use super::*;
    use crate::define::{Definitions, LabFolder};
    use crate::interrupt::Interrupt;
    use crate::progress::Silent;
    use crate::site::Site;

    /// A folder with a workload that a command builds for native, and the file `made`, a program.
    struct Own(tempfile::TempDir);

    impl Own {
        fn with(lines: &str) -> Self {
            let own = Self(tempfile::tempdir().expect("a folder"));
            fs::copy("/bin/true", own.0.path().join("made")).expect("copied");
            let text = format!(
                "name = \"own\"\nsummary = \"\"\n[build.native]\n{lines}\n[run.expect]\nany = true\n"
            );
            own.file("workload.toml", &text);
            own
        }

        fn file(&self, name: &str, text: &str) {
            fs::write(self.0.path().join(name), text).expect("written");
        }

        /// What comes of the command, in a store beside.
        fn build(&self) -> Result<Artifact, String> {
            let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
            let lab = LabFolder::find(Some(&root), &root).expect("the lab");
            let own = Workload::read_anywhere(self.0.path()).expect("is right");
            let definitions = Definitions {
                lab,
                workloads: vec![own],
                runners: Vec::new(),
                products: Vec::new(),
            };
            let site = Site::new(Interrupt::never().expect("an interrupt")).expect("a site");
            let store = Store::in_folder(&self.0.path().join(".store"));
            let builder = Builder::into(store, &definitions, &site, &Silent).expect("a builder");
            builder.commanded(&definitions.workloads[0], Target::Native)
        }
    }

    #[test]
    fn what_is_built_is_kept_until_its_inputs_are_others() {
        let own = Own::with(
            "command = [\"sh\", \"-c\", \"echo >> .built; cp made $LABRUN_OUT\"]\nneeds = [\"sh\"]\n\
             inputs = [\"*.src\", \"made\"]",
        );
        own.file("main.src", "one");
        let times = || {
            let built = own.build().expect("is built");
            assert_eq!(
                built.sha256,
                sha256(Path::new("/bin/true")).expect("is there")
            );
            assert!(built.toolchain.starts_with("sh -c "), "{}", built.toolchain);
            fs::read_to_string(own.0.path().join(".built"))
                .expect("was run")
                .len()
        };
        assert_eq!((times(), times()), (1, 1), "nothing was changed");
        own.file("README", "of no account");
        assert_eq!(times(), 1);
        own.file("main.src", "two");
        assert_eq!(times(), 2);
    }

    #[test]
    fn what_comes_to_nothing_says_why() {
        for (lines, reason) in [
            (
                "command = [\"sh\", \"-c\", \"echo compiling; echo main.c:3: no >&2; exit 2\"]",
                "its last lines: compiling / main.c:3: no",
            ),
            ("command = [\"false\"]", "it said nothing"),
            (
                "command = [\"true\"]",
                "wrote nothing to where LABRUN_OUT says",
            ),
            (
                "command = [\"sh\", \"-c\", \"echo text > $LABRUN_OUT\"]",
                "wrote what is no artifact for native",
            ),
            ("command = [\"./labrun-no-such\"]", "does not start"),
            (
                "command = [\"true\"]\nneeds = [\"labrun-no-such\"]\nhint = \"apt-get install it\"",
                "labrun-no-such is not on PATH; to get it: apt-get install it",
            ),
        ] {
            let said = Own::with(lines).build().expect_err("comes to nothing");
            assert!(said.contains(reason), "{lines}: {said}");
        }
    }
}
