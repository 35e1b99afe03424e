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

use labrun_record::{IsolationRecord, Outcome, Start, Target, Tier};

use super::Isolation;
use super::child::{Boundary, Child, Order};
use super::runner::Ready;
use crate::define::{Need, ProductConfiguration, ProductDefinition, Unsupported, Workload};
use crate::outcome::Failure;
use crate::site::Site;
use crate::task::Policy;
use shelf::Shelf;
use warmth::Warm;

/// One configuration of a product.
#[derive(Debug)]
pub struct Product {
    name: String,
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
                name: format!("{}/{}", definition.name, configuration.name),
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

    fn is_server(&self) -> bool {
        self.definition.host.is_some()
    }
}

impl Isolation for Product {
    fn name(&self) -> &str {
        &self.name
    }

    fn tier(&self) -> Tier {
        self.definition.tier
    }

    fn summary(&self) -> &str {
        &self.configuration.summary
    }

    fn targets(&self) -> &[Target] {
        // What a technology cannot run is a row too, `unsupported`.
        &[Target::Wasip1, Target::Wasip2]
    }

    fn starts(&self) -> &[Start] {
        &[Start::Process]
    }

    /// A host of HTTP has no rows for programs that serve nothing.
    fn takes(&self, workload: &Workload) -> bool {
        !self.is_server() || workload.serve.is_some()
    }

    fn unsupported(&self, workload: &Workload, target: Target, needs: &[Need]) -> Option<String> {
        let (own, of) = (&self.configuration, &self.definition);
        if let Some(reason) = Unsupported::reason(&of.unsupported, &own.name, target, needs) {
            return Some(reason);
        }
        if !own.targets.contains(&target) {
            return Some(format!("{} does not run {target}", self.name));
        }
        if workload.serve.is_some() && !self.is_server() {
            return Some(
                "a command line runs a command to its end: it answers no requests".to_owned(),
            );
        }
        if needs.contains(&Need::Grant) && of.grants.directory.is_none() {
            return Some(format!("{} has no option that grants a directory", of.name));
        }
        None
    }

    fn refuses(&self, policy: Policy) -> Option<String> {
        let own = &self.configuration;
        let other = own.policy.is_some_and(|own| own != policy);
        other.then(|| own.no_other_policy.clone().unwrap_or_default())
    }

    fn precompiles(&self) -> bool {
        self.configuration.precompile.is_some()
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

    fn record(&self) -> IsolationRecord {
        let (version, sha256, outcome, reason) = match self.found() {
            Ok(ready) => (
                Some(ready.version.clone()),
                Some(ready.sha256.clone()),
                Outcome::Measured,
                None,
            ),
            Err(reason) => (None, None, Outcome::Unavailable, Some(reason)),
        };
        IsolationRecord {
            name: self.name.clone(),
            tier: self.definition.tier,
            version,
            sha256,
            settings: self.configuration.settings.clone(),
            outcome,
            reason,
        }
    }
}

impl Boundary for Product {
    fn prepare<'a>(&'a self, order: &Order<'a>) -> Result<Box<dyn Child + 'a>, Failure> {
        Ok(Box::new(child::prepare(self, order)?))
    }
}
