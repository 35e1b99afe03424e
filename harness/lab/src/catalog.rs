//! Every isolation that the lab knows, here or not, and what a run learns of each, once.

use std::cell::OnceCell;
use std::collections::BTreeMap;

use labrun_record::{IsolationRecord, Outcome};

use crate::arch::Arch;
use crate::define::{ProductDefinition, RunnerDefinition};
use crate::isolation::docker::DockerHost;
use crate::isolation::oci::Oci;
use crate::isolation::runner::{Ready, Runner};
use crate::isolation::{
    Bubblewrap, COUNTER, Control, Counter, Driver, Emulates, Isolation, Landlock, Native,
    Processor, Product, Profile, binfmt, containerd,
};
use crate::outcome::Failure;

/// The programs that drive isolations, each where it runs and says of itself what its definition
/// says; or why it is missing, with the way to mend it. One that cannot be built here, since this
/// machine lacks what that needs, is unavailable.
pub type Drivers = BTreeMap<Driver, Result<Ready, Failure>>;

/// Every isolation, each looked at once at most.
pub struct Isolations {
    all: Vec<Known>,
    processor: Processor,
    /// The plugin that counts instructions.
    plugin: Result<Ready, Failure>,
    counter: OnceCell<Result<Counter, String>>,
}

struct Known {
    isolation: Box<dyn Isolation>,
    record: OnceCell<IsolationRecord>,
}

impl Isolations {
    /// Every isolation. A runner or helper that is not among `drivers` is listed as missing.
    pub fn new(
        runners: &[RunnerDefinition],
        products: &[ProductDefinition],
        drivers: &Drivers,
    ) -> Self {
        Self::on(runners, products, drivers, &Processor::Own)
    }

    /// The same for programs that run on a processor which need not be this machine's.
    pub fn on(
        runners: &[RunnerDefinition],
        products: &[ProductDefinition],
        drivers: &Drivers,
        processor: &Processor,
    ) -> Self {
        let state = |driver: Driver| {
            let missing = || Err(Failure::failed("it was not looked for"));
            drivers.get(&driver).cloned().unwrap_or_else(missing)
        };
        let mut all: Vec<Box<dyn Isolation>> = Vec::new();
        all.extend(Native::all(processor.emulator()).map(boxed));
        all.push(Box::new(Control::default()));
        all.push(Box::new(Landlock::default()));
        all.push(Box::new(Bubblewrap::default()));
        all.extend(Oci::all().map(boxed));
        all.extend(DockerHost::default().isolations());
        let helper = Driver::Helper(containerd::HELPER.to_owned());
        all.extend(containerd::isolations(&state(helper)));
        for definition in runners {
            let state = state(Driver::Runner(definition.name.clone()));
            all.extend(Runner::all(definition, &state).into_iter().map(boxed));
        }
        all.extend(Product::all(products).into_iter().map(boxed));
        let known = all.into_iter().map(|isolation| Known {
            isolation,
            record: OnceCell::new(),
        });
        Self {
            all: known.collect(),
            processor: processor.clone(),
            plugin: state(Driver::Helper(COUNTER.to_owned())),
            counter: OnceCell::new(),
        }
    }

    /// What programs run on.
    pub fn processor(&self) -> &Processor {
        &self.processor
    }

    /// What counts the instructions of programs; or why nothing does.
    pub fn counter(&self) -> Result<&Counter, Failure> {
        let find = || {
            let plugin = self.plugin.as_ref();
            let plugin = plugin.map_err(|missing| missing.clone().into_reason())?;
            let arch = self.processor.other().or_else(Arch::here);
            let arch = arch.ok_or("the lab knows no emulator for this machine's programs")?;
            Counter::find(arch, &plugin.executable.path)
        };
        let found = self.counter.get_or_init(find).as_ref();
        found.map_err(|why| {
            Failure::unavailable(format!("instructions are not counted here: {why}"))
        })
    }

    /// Whether all that is missing is what would run the programs of another architecture: of how large
    /// they are it is as much known.
    pub fn counts_elsewhere(&self, name: &str) -> bool {
        let found = self.get(name);
        let emulates = found.is_some_and(|one| {
            let profile = one.profile();
            profile.emulates == Emulates::ByItself && !profile.has_program
        });
        emulates && matches!(self.processor, Processor::Other(..))
    }

    /// Why the isolation of this name launches nothing here, where that is since programs are of another
    /// architecture.
    pub fn elsewhere(&self, name: &str) -> Option<String> {
        let arch = self.processor.other()?;
        let mend = format!("measure it on a machine that is {arch}");
        match self.get(name)?.profile().emulates {
            Emulates::ByItself => {
                let why = self.processor.runs().err()?;
                Some(format!("programs for {arch} do not run here: {why}"))
            }
            Emulates::ByTheKernel => {
                let why = binfmt::missing(arch)?;
                Some(format!(
                    "it runs no program for {arch} here: {why}; or {mend}"
                ))
            }
            Emulates::No(why) => Some(format!("it cannot be emulated: {why}; {mend}")),
        }
    }

    /// Each, in the order in which they are listed.
    pub fn iter(&self) -> impl Iterator<Item = &dyn Isolation> {
        self.all.iter().map(|known| known.isolation.as_ref())
    }

    /// The one of this name.
    pub fn get(&self, name: &str) -> Option<&dyn Isolation> {
        self.iter().find(|isolation| isolation.name() == name)
    }

    /// The record of the one of this name. It is looked at when it is first asked for, and not
    /// again: all of a run has one answer.
    pub fn record(&self, name: &str) -> Option<&IsolationRecord> {
        let mut all = self.all.iter();
        let known = all.find(|known| known.isolation.name() == name)?;
        let look = || match self.elsewhere(name) {
            None => known.isolation.record(),
            Some(reason) => known.isolation.absent(reason),
        };
        Some(known.record.get_or_init(look))
    }

    /// Those of the named ones that are not here, one line each.
    pub fn missing(&self, names: &[&str]) -> Vec<String> {
        let records = names.iter().filter_map(|name| self.record(name));
        let missing = records.filter(|record| record.outcome != Outcome::Measured);
        missing
            .map(|record| {
                let reason = record.reason.as_deref().unwrap_or_default();
                format!("{}: {}: {reason}", record.name, record.outcome)
            })
            .collect()
    }
}

fn boxed(isolation: impl Isolation + 'static) -> Box<dyn Isolation> {
    Box::new(isolation)
}

/// What every isolation is, as data; nothing is looked for.
pub fn profiles(runners: &[RunnerDefinition], products: &[ProductDefinition]) -> Vec<Profile> {
    let all = Isolations::new(runners, products, &Drivers::new());
    all.iter()
        .map(|isolation| isolation.profile().clone())
        .collect()
}
