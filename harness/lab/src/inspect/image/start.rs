//! How a container of an image is started. The values of its variables may be secrets: they are handed
//! on, and nothing shows them.

use std::fmt;
use std::io::{self, Read};
use std::path::PathBuf;

use super::config::Configuration;
use super::opened::OpenImage;
use super::users::{Ids, Users};

/// How a container of an image is started.
#[derive(Clone, PartialEq, Eq)]
pub struct ImageStart {
    /// What is started, with its first arguments.
    pub entrypoint: Vec<String>,
    /// What follows it, where nothing else is given.
    pub command: Vec<String>,
    /// Its variables.
    pub env: Vec<(String, String)>,
    /// The folder that it starts in.
    pub working_dir: PathBuf,
    /// As whom it runs, by numbers.
    pub ids: Ids,
}

impl ImageStart {
    /// That of an image; or why its user is nobody.
    pub fn of(image: &OpenImage) -> io::Result<Self> {
        let configuration = Configuration::parse(image.config());
        let configuration =
            configuration.map_err(|why| io::Error::other(format!("the image {why}")))?;
        let env = configuration.variables();
        let facts = &image.facts;
        let users = Users::of(image)?;
        let ids = users.ids(facts.user.as_deref().unwrap_or_default());
        Ok(Self {
            entrypoint: facts.entrypoint.clone(),
            command: facts.command.clone(),
            env,
            working_dir: facts.working_dir.clone().unwrap_or_else(|| "/".into()),
            ids: ids.map_err(io::Error::other)?,
        })
    }

    /// The program and its arguments: those that are given, or the image's own command.
    pub fn args(&self, given: &[String]) -> Vec<String> {
        let after = if given.is_empty() {
            &self.command
        } else {
            given
        };
        self.entrypoint.iter().chain(after).cloned().collect()
    }

    /// Its variables with those that are given, which come instead of its own of the same name.
    pub fn env(&self, given: &[(String, String)]) -> Vec<(String, String)> {
        let is_given = |name: &String| given.iter().any(|(other, _)| other == name);
        let own = self.env.iter().filter(|(name, _)| !is_given(name));
        own.chain(given).cloned().collect()
    }
}

impl fmt::Debug for ImageStart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.env.iter().map(|(name, _)| name);
        f.debug_struct("ImageStart")
            .field("entrypoint", &self.entrypoint)
            .field("command", &self.command)
            .field("env", &names.collect::<Vec<_>>())
            .field("working_dir", &self.working_dir)
            .field("ids", &self.ids)
            .finish()
    }
}

/// Longest list of users or groups that is read.
const LONGEST: u64 = 1 << 20;

/// A file that the image has at a path without links: that of its highest layer which has one, unless a
/// layer above takes it away.
pub(super) fn file_of(image: &OpenImage, path: &str) -> io::Result<Option<String>> {
    // Its own name, or that of a folder that it lies in.
    let ends = path
        .match_indices('/')
        .map(|(at, _)| at)
        .chain([path.len()]);
    let taken = ends.flat_map(|end| {
        let (folder, name) = path[..end].rsplit_once('/').unwrap_or(("", &path[..end]));
        let prefix = if folder.is_empty() {
            String::new()
        } else {
            format!("{folder}/")
        };
        [
            format!("{prefix}.wh.{name}"),
            format!("{prefix}.wh..wh..opq"),
        ]
    });
    let gone: Vec<String> = taken.collect();
    for number in (0..image.facts.layers.len()).rev() {
        let mut archive = tar::Archive::new(image.layer(number)?);
        let (mut found, mut is_gone) = (None, false);
        for entry in archive.entries()? {
            let entry = entry?;
            let own = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
            let own = own.trim_start_matches("./").trim_start_matches('/');
            is_gone |= gone.iter().any(|gone| gone == own);
            if own == path && entry.header().entry_type().is_file() {
                let mut bytes = Vec::new();
                entry.take(LONGEST).read_to_end(&mut bytes)?;
                found = Some(String::from_utf8_lossy(&bytes).into_owned());
            }
        }
        if found.is_some() || is_gone {
            return Ok(found);
        }
    }
    Ok(None)
}
