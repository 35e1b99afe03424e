//! What the sides of a replay are made from, and a side of which nothing is built yet.

use std::path::Path;

use anyhow::Context as _;
use lab::define::{Definitions, Workload};
use lab::isolation::Processor;
use lab::side::{Side, SideError, SideKind, SideName, SideRequest};
use lab::site::Site;

use super::asked::{Asked, AskedSide};
use crate::bars::Bars;
use crate::cli::Cli;
use crate::exit::Usage;
use crate::ground::definitions;
use crate::new_run::lab_version;
use crate::own::{Own, take_environment};
use crate::scenario::open_bundle;
use crate::settings::Settings;

/// What both sides are made from.
pub(super) struct Ground<'a> {
    /// What is defined in the current checkout; none where the sides need no lab.
    here: Option<Definitions>,
    /// Workloads of the user's own, which a commit does not have.
    own: Vec<Workload>,
    /// Where they stand.
    pub site: &'a Site,
    /// Where progress is shown.
    pub bars: &'a Bars,
    /// What is not said on the command line.
    pub settings: &'a Settings,
}

impl<'a> Ground<'a> {
    /// Reads the definitions of the current checkout, where a side needs them.
    pub(super) fn new(
        cli: &Cli,
        settings: &'a Settings,
        asked: &Asked<'_>,
        site: &'a Site,
        bars: &'a Bars,
    ) -> anyhow::Result<Self> {
        let mut here = asked.needs_lab().then(|| definitions(cli)).transpose()?;
        let mut own = Vec::new();
        if let Some(here) = &mut here {
            let added = Own::add_folders(here, &asked.args.select)?;
            take_environment(here);
            own = added.of(here).into_iter().cloned().collect();
        }
        Ok(Self {
            here,
            own,
            site,
            bars,
            settings,
        })
    }

    /// Version of the lab that measures.
    pub(super) fn lab_version(&self) -> String {
        match &self.here {
            Some(here) => lab_version(here.lab.path()),
            None => env!("CARGO_PKG_VERSION").to_owned(),
        }
    }

    /// A side of which nothing is built yet, or nothing where the lab was asked to end meanwhile.
    pub(super) fn open(&'a self, asked: &AskedSide<'_>) -> anyhow::Result<Option<Side<'a>>> {
        let name = asked.name.clone();
        let Some(here) = self.here.as_ref().filter(|_| name.kind != SideKind::Bundle) else {
            return self.open_bundle(asked.name);
        };
        let request = SideRequest {
            here,
            own: &self.own,
            site: self.site,
            progress: self.bars,
        };
        let opened = match &asked.run {
            Some(read) => Side::of_run(name, read.run.clone(), request),
            None if name.kind == SideKind::Commit => Side::of_commit(name, request),
            None => Side::of_checkout(name, lab_version(here.lab.path()), request),
        };
        match opened {
            Err(_) if self.site.interrupt.raised() => Ok(None),
            opened => opened.map(Some).map_err(failed(asked.name)),
        }
    }

    fn open_bundle(&self, name: &SideName) -> anyhow::Result<Option<Side<'a>>> {
        let folder = self
            .site
            .disk_folder()
            .context("cannot make a folder to unpack to")?;
        let path = Path::new(&name.which);
        let opened = open_bundle(path, folder.path(), Processor::Own, self.site, self.bars);
        let Some(carried) = opened.with_context(|| name.to_string())? else {
            return Ok(None);
        };
        let side = Side::of_bundle(name.clone(), carried, folder);
        side.map(Some).map_err(failed(name))
    }
}

/// What is wrong with what was named is a mistake of who named it.
pub(super) fn failed(name: &SideName) -> impl Fn(SideError) -> anyhow::Error {
    move |error| {
        let told = format!("{name}: {error}");
        match error {
            SideError::Failed(_) => anyhow::Error::msg(told),
            _ => Usage(told).into(),
        }
    }
}
