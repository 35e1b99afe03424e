//! What most subcommands begin with: the lab's definitions, and a site.

use anyhow::Context as _;
use lab::build::{Store, with_versions};
use lab::define::{Definitions, LabFolder};
use lab::interrupt::Interrupt;
use lab::site::Site;

use crate::cli::Cli;
use crate::exit::Usage;
use crate::say;

/// Everything that is defined in the lab, with the versions of runners that were built.
pub(crate) fn definitions(cli: &Cli) -> anyhow::Result<Definitions> {
    let here = std::env::current_dir().context("the current folder is gone")?;
    let mut all = Definitions::read(LabFolder::find(cli.lab.as_deref(), &here)?)?;
    all.runners = with_versions(&Store::of(all.lab.path()), all.runners);
    Ok(all)
}

/// A site that notices Ctrl-C, after removing what a killed lab left behind.
pub(crate) fn site(with_docker: bool) -> anyhow::Result<Site> {
    let site = Site::new(Interrupt::catch().context("cannot catch signals")?)
        .map_err(|error| Usage(lab::limits::no_scratch(&error)))?;
    sweep(with_docker);
    Ok(site)
}

/// Removes what a killed lab left behind, and says so.
pub(crate) fn sweep(with_docker: bool) {
    let swept = lab::sweep::sweep(with_docker);
    if swept.has_removed() {
        say::line(&format!(
            "removed what an earlier labrun left behind: {} processes, {} containers, {} folders, {} cgroups, {} network links",
            swept.processes, swept.containers, swept.folders, swept.cgroups, swept.links
        ));
    }
    for reason in &swept.left {
        say::line(&format!("still there: {reason}"));
    }
}
