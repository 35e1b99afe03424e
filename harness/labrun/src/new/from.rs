//! What a workload of one's own is made from: a program, or an image, in a file or held by a daemon.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use lab::define::target_of;
use lab::inspect::{self, Kind, Program, WhyNot, World};
use labrun_record::Target;
use labrun_record::regular;

use crate::exit::Usage;
use crate::own::as_name;

/// What is put into the folder, and what it is called there.
pub(super) struct From {
    pub(super) target: Target,
    /// Its name in the folder; of an image that a daemon holds, what that calls it.
    pub(super) called: String,
    /// Whether it says itself that it answers requests.
    pub(super) serves: bool,
    /// The file or folder that is copied.
    file: Option<PathBuf>,
}

impl From {
    /// What a path, or the name of an image, stands for.
    pub(super) fn of(said: &Path) -> Result<Self, Usage> {
        let text = said.display().to_string();
        let is_name = text.contains([':', '/']) && !text.starts_with(['/', '.']);
        if !said.exists() && is_name {
            return Ok(Self {
                target: Target::Image,
                called: text,
                serves: false,
                file: None,
            });
        }
        let called = as_name(&said.file_name().unwrap_or_default().to_string_lossy());
        let file = Some(said.to_owned());
        match inspect::program(said) {
            Ok(program) => Ok(Self {
                target: target_of(&program),
                called,
                serves: matches!(&program, Program::Component(component)
                    if matches!(component.world, World::Http { .. })),
                file,
            }),
            Err(why) if said.is_dir() || is_archive(&why.why) => {
                let image = inspect::image_archive(said);
                image.map_err(|why| Usage(format!("--from: {why}")))?;
                Ok(Self {
                    target: Target::Image,
                    called,
                    serves: false,
                    file,
                })
            }
            Err(why) if !said.exists() => Err(Usage(format!(
                "--from: {why}; an image that the Docker daemon holds is named with its tag: {text}:latest"
            ))),
            Err(why) => Err(Usage(format!("--from: {why}"))),
        }
    }

    /// Copies it.
    pub(super) fn put_into(&self, folder: &Path) -> io::Result<()> {
        match &self.file {
            Some(file) => copy(file, &folder.join(&self.called)),
            None => Ok(()),
        }
    }
}

/// Whether a file that is no program may be an image.
fn is_archive(why: &WhyNot) -> bool {
    matches!(why, WhyNot::Other(Kind::Packed(_)))
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    if !from.is_dir() {
        // What is none would be waited for without end.
        regular::check(fs::metadata(from)?.file_type()).map_err(|error| {
            io::Error::new(error.kind(), format!("{}: {error}", from.display()))
        })?;
        return fs::copy(from, to).map(drop);
    }
    fs::create_dir(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        copy(&entry.path(), &to.join(entry.file_name()))?;
    }
    Ok(())
}
