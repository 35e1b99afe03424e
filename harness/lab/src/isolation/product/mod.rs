//! Products as they ship, started as their users start them: command lines that run wasm
//! programs, and HTTP hosts. Each is a definition ([`ProductDefinition`]), and this is the
//! one isolation that they all are.

mod arguments;
mod child;
mod precompile;
mod shelf;
mod warmth;

use std::cell::RefCell;
use std::path::Path;
use std::sync::Arc;

use labrun_record::Target;

use super::child::{Boundary, Child, LaunchRequest};
use super::runner::Ready;
use super::{Cannot, Isolation, Look, Profile, What};
use crate::define::{Need, ProductConfiguration, ProductDefinition};
use crate::outcome::Failure;
use crate::site::Site;
use shelf::Shelf;
use warmth::Warm;

/// One configuration of a product.
#[derive(Debug)]
pub struct Product {
    profile: Profile,
    definition: Arc<ProductDefinition>,
    configuration: ProductConfiguration,
    shelf: Arc<Shelf>,
    /// HOMEs whose compile cache is warm.
    warm: RefCell<Warm>,
}

impl Product {
    /// Every configuration of every product. Nothing is started until one is asked whether
    /// it is here; all are looked for then, at once.
    pub fn all(definitions: &[ProductDefinition]) -> Vec<Self> {
        let shelf = Arc::new(Shelf::new(definitions.iter().map(|one| one.find.clone())));
        let mut all = Vec::new();
        for definition in definitions {
            let definition = Arc::new(definition.clone());
            all.extend(definition.configurations.iter().map(|configuration| Self {
                profile: profile(&definition, configuration),
                definition: Arc::clone(&definition),
                configuration: configuration.clone(),
                shelf: Arc::clone(&shelf),
                warm: RefCell::default(),
            }));
        }
        all
    }

    fn found(&self) -> Result<&Ready, String> {
        self.shelf.found(&self.definition.find)
    }

    fn ready(&self) -> Result<&Ready, Failure> {
        self.found().map_err(Failure::unavailable)
    }
}

/// What a configuration of a product is, as data.
fn profile(definition: &ProductDefinition, configuration: &ProductConfiguration) -> Profile {
    let name = format!("{}/{}", definition.name, configuration.name);
    let is_server = definition.host.is_some();
    // What a technology cannot run is a row too, `unsupported`.
    let targets = vec![Target::Wasip1, Target::Wasip2];
    let mut cannot = Cannot::defined(&definition.unsupported, &configuration.name);
    let own = &configuration.targets;
    let others = targets.iter().filter(|target| !own.contains(target));
    cannot.extend(others.map(|target| {
        Cannot::new(
            What::Target(*target),
            format!("{name} does not run {target}"),
        )
    }));
    if !is_server {
        let reason = "a command line runs a command to its end: it answers no requests";
        let servers = targets.iter().map(|target| What::Server(*target));
        cannot.extend(servers.map(|what| Cannot::new(what, reason)));
    }
    if definition.grants.directory.is_none() {
        let reason = format!("{} has no option that grants a directory", definition.name);
        cannot.push(Cannot::new(What::Need(Need::Grant), reason));
    }
    Profile {
        name,
        tier: definition.tier,
        summary: configuration.summary.clone(),
        targets,
        precompiles: configuration.precompile.is_some(),
        servers_only: is_server,
        policy: configuration.policy.map(|own| {
            (
                own,
                configuration.no_other_policy.clone().unwrap_or_default(),
            )
        }),
        cannot,
        settings: configuration.settings.clone(),
        has_program: true,
        ..Profile::default()
    }
}

impl Isolation for Product {
    fn profile(&self) -> &Profile {
        &self.profile
    }

    fn look(&self) -> Look {
        Look::at(self.found())
    }

    fn program(&self) -> Option<Ready> {
        self.found().ok().cloned()
    }

    fn precompile(
        &self,
        site: &Site,
        module: &Path,
        _target: Target,
        output: &Path,
    ) -> Result<(), Failure> {
        precompile::precompile(self, site, module, output)
    }
}

impl Boundary for Product {
    fn prepare<'a>(&'a self, order: &LaunchRequest<'a>) -> Result<Box<dyn Child + 'a>, Failure> {
        Ok(Box::new(child::prepare(self, order)?))
    }
}
