//! What most subcommands begin with: the lab's folder and its definitions.

use lab::build::{Store, with_versions};
use lab::define::{LabFolder, ProductDefinition, RunnerDefinition, Workload};
use lab::interrupt::Interrupt;
use lab::site::Site;

use anyhow::Context as _;

use crate::cli::Cli;

/// The lab and everything that is defined in it.
pub(crate) struct Definitions {
    /// The folder.
    pub lab: LabFolder,
    /// Every workload.
    pub workloads: Vec<Workload>,
    /// Every runner, and the other versions of it that were built.
    pub runners: Vec<RunnerDefinition>,
    /// Every product that is measured as it ships.
    pub products: Vec<ProductDefinition>,
}

impl Definitions {
    /// Reads them.
    pub(crate) fn read(cli: &Cli) -> anyhow::Result<Self> {
        let here = std::env::current_dir().context("the current folder is gone")?;
        let lab = LabFolder::find(cli.lab.as_deref(), &here)?;
        let (workloads, products) = (lab.workloads()?, lab.products()?);
        let runners = with_versions(&Store::of(lab.path()), lab.runners()?);
        Ok(Self {
            lab,
            workloads,
            runners,
            products,
        })
    }
}

/// A site that notices Ctrl-C, after removing what a killed lab left behind.
pub(crate) fn site(with_docker: bool) -> anyhow::Result<Site> {
    let site = Site::new(Interrupt::catch().context("cannot catch signals")?)
        .with_context(|| format!("cannot make a folder in {}", lab::site::SCRATCH_PARENT))?;
    let swept = lab::sweep::sweep(with_docker);
    if !swept.is_empty() {
        anstream::eprintln!(
            "removed what an earlier labrun left behind: {} processes, {} containers, {} folders, {} cgroups",
            swept.processes,
            swept.containers,
            swept.folders,
            swept.cgroups
        );
        for reason in &swept.left {
            anstream::eprintln!("still there: {reason}");
        }
    }
    Ok(site)
}
