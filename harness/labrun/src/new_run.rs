//! A run that is about to begin: its folder, its name, its seed.

use std::path::{Path, PathBuf};

use lab::define::is_of_name;
use lab::limits;
use lab::model::About;
use labrun_record::{RunFolder, check_whole, folder_of};

use crate::exit::Usage;

/// What is written and removed to see whether there is room.
const PROBE: &str = ".labrun-probe";

/// A run that is about to begin: its folder and its name.
pub(crate) struct NewRun {
    /// Its folder, empty.
    pub folder: RunFolder,
    /// Its name.
    pub id: String,
    /// When it began.
    pub started: jiff::Timestamp,
}

impl NewRun {
    /// Makes its folder: the one of this name, or a fresh one below `runs`.
    pub(crate) fn begin(what: &str, out: Option<&Path>) -> anyhow::Result<Self> {
        if let Some(reason) = limits::too_little() {
            return Err(Usage(reason).into());
        }
        let started = jiff::Timestamp::now();
        // A host may be called anything, and this is the name of a folder.
        let host = lab::fingerprint::fingerprint().host;
        let host = host.replace(|c: char| !is_of_name(c), "-");
        let stamp = started.strftime("%Y%m%dT%H%M%SZ");
        let id = format!("{stamp}-{what}-{host}");
        let (folder, id) = match out {
            Some(out) => (create_folder(out)?, id),
            None => fresh_folder(Path::new("runs"), &id)?,
        };
        Ok(Self {
            folder,
            id,
            started,
        })
    }
}

impl NewRun {
    /// What it says of itself, with the seed that was asked for, or a fresh one.
    pub(crate) fn about(&self, seed: Option<u64>, lab_version: String) -> About {
        About {
            id: self.id.clone(),
            started: self.started.to_string(),
            command: std::env::args_os()
                .map(|word| word.to_string_lossy().into_owned())
                .collect(),
            seed: seed.unwrap_or_else(fresh_seed),
            lab_version,
            resolution: crate::resolution::newest(),
        }
    }
}

/// Files of a run that nothing else may be written over: samples are not taken twice.
const OF_A_RUN: [&str; 4] = ["run.json", "samples.jsonl", "blocks.jsonl", "summary.json"];

/// Whether each file can be written, none of them is of a run, and no two are the same, to be known
/// before anything is built, measured or read.
pub(crate) fn check_files<'a>(files: impl IntoIterator<Item = &'a Path>) -> anyhow::Result<()> {
    let mut before: Vec<PathBuf> = Vec::new();
    for file in files {
        check_file(file)?;
        let (place, shown) = (placed(file), file.display());
        if before.contains(&place) {
            anyhow::bail!(Usage(format!("{shown} is asked for twice: name two files")));
        }
        let is_own = |name: &&str| place.ends_with(name);
        if OF_A_RUN.iter().any(is_own) && place.with_file_name("run.json").exists() {
            anyhow::bail!(Usage(format!(
                "{shown} is a file of a run, and would be lost: name another file"
            )));
        }
        before.push(place);
    }
    Ok(())
}

/// Where a file is, however it is written: through links, and without `..`.
fn placed(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| {
        let folder = folder_of(path);
        let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
        folder.join(path.file_name().unwrap_or_default())
    })
}

/// Whether a file can be written there.
fn check_file(path: &Path) -> anyhow::Result<()> {
    let (folder, shown) = (folder_of(path), path.display());
    if path == Path::new("-") {
        anyhow::bail!(Usage(
            "`-` would be a file of that name: /dev/stdout prints it, and ./- is the file"
                .to_owned()
        ));
    }
    if path.is_dir() {
        anyhow::bail!(Usage(format!("{shown} is a folder: name a file in it")));
    }
    if !folder.is_dir() {
        anyhow::bail!(Usage(format!(
            "cannot write {shown}: make the folder first: mkdir -p {}",
            folder.display()
        )));
    }
    let cannot =
        |error: std::io::Error| Usage(format!("cannot write {shown}: {error}; name another file"));
    Ok(check_whole(path).map_err(cannot)?)
}

/// Whether a run can be written there, to be known before anything is built. Nothing is made yet.
pub(crate) fn check_folder(path: &Path) -> anyhow::Result<()> {
    check_free(path)?;
    let above = path.ancestors().find(|folder| folder.exists());
    let probe = above.unwrap_or(Path::new(".")).join(PROBE);
    check_whole(&probe).map_err(|error| cannot_write(path, &error))
}

/// The folder of a run is written once, and holds nothing else.
fn check_free(path: &Path) -> anyhow::Result<()> {
    let folder = RunFolder::open(path);
    let shown = path.display();
    if folder.run_json().exists() || folder.samples_jsonl().exists() {
        anyhow::bail!(Usage(format!(
            "{shown} already holds a run: give --out another folder"
        )));
    }
    if path.is_file() {
        let what = "it is a file, and a run is a folder";
        return Err(cannot_write(path, &what));
    }
    // What is not there is made, or what is wrong is told when it is.
    let entries = std::fs::read_dir(path).into_iter().flatten().flatten();
    // A fresh disk has that one.
    let others = entries.filter(|entry| entry.file_name() != "lost+found");
    let mut held = others.map(|entry| entry.path()).peekable();
    if held.peek().is_none() {
        return Ok(());
    }
    if held.any(|inside| RunFolder::open(&inside).run_json().exists()) {
        anyhow::bail!(Usage(format!(
            "{shown} is a folder of runs, and --out is the folder of one: give it a name in there, --out \
             {shown}/NAME, or leave --out out"
        )));
    }
    anyhow::bail!(Usage(format!(
        "{shown} is not empty, and nothing but the run is to be in its folder: give --out one that is empty or \
         not there yet"
    )))
}

/// A folder of this name, or of the next one that no other run has: several may begin in one second.
fn fresh_folder(parent: &Path, id: &str) -> anyhow::Result<(RunFolder, String)> {
    let cannot = |error| cannot_write(parent, &error);
    std::fs::create_dir_all(parent).map_err(cannot)?;
    let mut name = id.to_owned();
    for number in 2.. {
        match std::fs::create_dir(parent.join(&name)) {
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
                name = format!("{id}-{number}");
            }
            made => {
                made.map_err(cannot)?;
                break;
            }
        }
    }
    Ok((create_folder(&parent.join(&name))?, name))
}

fn cannot_write(path: &Path, error: &dyn std::fmt::Display) -> anyhow::Error {
    let reason = "give --out a folder that can be written";
    Usage(format!(
        "cannot write to {}: {error}; {reason}",
        path.display()
    ))
    .into()
}

/// The folder of the run, made now, so that one that cannot be written is known
/// before anything is measured.
fn create_folder(path: &Path) -> anyhow::Result<RunFolder> {
    check_free(path)?;
    let cannot = |error| cannot_write(path, &error);
    std::fs::create_dir_all(path).map_err(cannot)?;
    let probe = path.join(PROBE);
    std::fs::write(&probe, b"room\n")
        .and_then(|()| std::fs::remove_file(&probe))
        .map_err(cannot)?;
    Ok(RunFolder::open(path))
}

/// A seed that no other run has.
fn fresh_seed() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(1, |since| since.as_nanos() as u64 % 1_000_000_000)
}

/// The version, with the commit of the lab's folder where git knows it.
pub(crate) fn lab_version(lab: &Path) -> String {
    let version = env!("CARGO_PKG_VERSION");
    match lab::git::head(lab) {
        Some((commit, true)) => format!("{version} ({commit}, changed)"),
        Some((commit, false)) => format!("{version} ({commit})"),
        None => version.to_owned(),
    }
}
