//! Images of the user's own that a Docker daemon holds: what of them is not said well is known before a run
//! begins, as it is of one in a file.

use std::collections::BTreeSet;

use lab::define::{Definitions, Given};
use lab::isolation::docker::DockerHost;
use lab::plan::{Plan, Recipe};
use labrun_record::Target;

use crate::exit::Usage;

/// That what a plan launches of such images can be started, and its servers be found. One that is not there,
/// or whose daemon is not, has rows that say so.
pub(crate) fn check<'a>(
    definitions: &Definitions,
    plans: impl Iterator<Item = &'a Plan>,
) -> anyhow::Result<()> {
    let specs = plans.flat_map(Plan::cases);
    let specs = specs.filter_map(|(_, case)| case.spec());
    let recipes = specs.flat_map(|spec| spec.recipes());
    let launched: BTreeSet<&str> = recipes
        .filter_map(|recipe| match recipe.compiled() {
            Recipe::Image { workload, .. } => Some(workload.as_str()),
            _ => None,
        })
        .collect();
    let host = DockerHost::default();
    for name in launched {
        let mut workloads = definitions.workloads.iter();
        let Some(workload) = workloads.find(|one| one.name == name) else {
            continue;
        };
        let given = workload.artifacts.get(&Target::Image);
        let Some(reference) = given.and_then(Given::reference) else {
            continue;
        };
        if let Ok(Some(image)) = host.image(&reference) {
            workload
                .starts(&image.entrypoint, &image.command)
                .and_then(|()| workload.port_of(&image.ports).map(drop))
                .map_err(|why| Usage(format!("{reference}: {why}")))?;
        }
    }
    Ok(())
}
