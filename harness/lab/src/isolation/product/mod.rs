//! Products as they ship, started as their users start them: command lines that run wasm
//! programs, and HTTP hosts. Each is a definition ([`ProductDefinition`]), and this is the
//! one isolation that they all are.

mod arguments;
mod child;
mod precompile;
mod warmth;

use std::cell::RefCell;
use std::path::Path;
use std::sync::Arc;

use labrun_record::Target;

use super::child::{Boundary, Child, LaunchRequest};
use super::runner::Ready;
use super::tool::Tool;
use super::{Cannot, Emulates, Isolation, Look, Profile, Role, ToCompile, What};
use crate::define::{Need, ProductConfiguration, ProductDefinition};
use crate::outcome::Failure;
use crate::process::{Mark, Program};
use crate::site::{Grant, Site};
use arguments::Filling;
use warmth::Warm;

/// One configuration of a product.
#[derive(Debug)]
pub struct Product {
    profile: Profile,
    definition: Arc<ProductDefinition>,
    configuration: ProductConfiguration,
    /// The programs of all products.
    tools: Arc<[Tool]>,
    /// HOMEs whose compile cache is warm.
    warm: RefCell<Warm>,
}

impl Product {
    /// Every configuration of every product. Nothing is started until one is asked whether
    /// it is here; all are looked for then, at once.
    pub fn all(definitions: &[ProductDefinition]) -> Vec<Self> {
        let mut tools: Vec<Tool> = Vec::new();
        for find in definitions.iter().map(|one| &one.find) {
            // Two products may be one program: a command line and a server.
            if !tools.iter().any(|tool| tool.find == *find) {
                tools.push(Tool::of(find.clone()));
            }
        }
        let tools: Arc<[Tool]> = tools.into();
        let mut all = Vec::new();
        for definition in definitions {
            let definition = Arc::new(definition.clone());
            all.extend(definition.configurations.iter().map(|configuration| Self {
                profile: profile(&definition, configuration),
                definition: Arc::clone(&definition),
                configuration: configuration.clone(),
                tools: Arc::clone(&tools),
                warm: RefCell::default(),
            }));
        }
        all
    }

    fn found(&self) -> Result<&Ready, Failure> {
        let mut tools = self.tools.iter();
        let own = tools.find(|tool| tool.find == self.definition.find);
        let own = own.ok_or_else(|| Failure::unavailable("it was not looked for"))?;
        own.found_with(&self.tools)
    }

    /// Its program, with the arguments that a form gives and a HOME.
    fn program(
        &self,
        site: &Site,
        home: &Grant,
        filling: &Filling,
        form: &[String],
    ) -> Result<Program, Failure> {
        let home = home.path().display().to_string();
        Ok(Program {
            path: self.found()?.executable.path.clone(),
            args: filling.fill(self, form),
            env: vec![
                ("HOME".to_owned(), home.clone()),
                ("TMPDIR".to_owned(), home),
            ],
            mark: Some(Mark {
                name: site.mark(),
                group_goes: false,
            }),
            ..Program::default()
        })
    }
}

/// What a configuration of a product is, as data.
fn profile(definition: &ProductDefinition, configuration: &ProductConfiguration) -> Profile {
    let name = format!("{}/{}", definition.name, configuration.name);
    let is_server = definition.host.is_some();
    // What a technology cannot run is a row too, `unsupported`.
    let targets = vec![Target::Wasip1, Target::Wasip2];
    let mut cannot = Cannot::defined(&definition.unsupported, &configuration.name);
    cannot.extend(Cannot::others(&name, &targets, &configuration.targets));
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
        role: if is_server { Role::Host } else { Role::Any },
        policy: configuration.policy.map(|own| {
            (
                own,
                configuration.no_other_policy.clone().unwrap_or_default(),
            )
        }),
        cannot,
        settings: configuration.settings.clone(),
        has_program: true,
        emulates: Emulates::No("it is a program of this machine's"),
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

    fn precompile(&self, site: &Site, module: ToCompile<'_>, output: &Path) -> Result<(), Failure> {
        precompile::precompile(self, site, module, output)
    }
}

impl Boundary for Product {
    fn prepare<'a>(&'a self, order: &LaunchRequest<'a>) -> Result<Box<dyn Child + 'a>, Failure> {
        Ok(Box::new(child::prepare(self, order)?))
    }
}
