//! The two sides of a replay: each with its definitions, its plan, and what it launches.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::Context as _;
use lab::catalog::{Isolations, profiles};
use lab::define::Definitions;
use lab::model::{ReplaySource, Supply};
use lab::plan::{Case, CasePair, Plan};
use lab::progress::Progress as _;
use lab::select::Names;
use lab::side::{Side, SideError, SideKind, SideName, SideRequest};
use lab::site::Site;
use labrun_record::Row;

use super::asked::{Asked, AskedSide};
use super::{pairs, rows};
use crate::asked::{Planned, stands_on_docker};
use crate::bars::Bars;
use crate::cli::{AskedArgs, Cli, SelectArgs};
use crate::exit::Usage;
use crate::ground::{definitions, sweep};
use crate::new_run::lab_version;
use crate::scenario::{open_bundle, raise_loopback, unfit_bundle};
use crate::settings::Settings;

/// What is replayed where nothing says what.
const USUAL: &str = "cold-start";

/// What both sides are made from.
pub(super) struct Ground<'a> {
    /// What is defined in the current checkout; none where the sides need no lab.
    here: Option<Definitions>,
    site: &'a Site,
    bars: &'a Bars,
    settings: &'a Settings,
}

/// Both sides, and what of them is held against each other.
pub(super) struct Sides<'a> {
    sides: [ReadySide<'a>; 2],
    /// The plan of side A.
    pub plan: Plan,
    /// What is launched.
    pub pairs: Vec<CasePair>,
    /// Whether anything of it stands on Docker's daemon.
    pub with_docker: bool,
}

/// A side that can be measured.
struct ReadySide<'a> {
    side: Side<'a>,
    isolations: Isolations,
    /// The isolations that are not here, one line each.
    missing: Vec<String>,
    with_docker: bool,
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
        Ok(Self {
            here: asked.needs_lab().then(|| definitions(cli)).transpose()?,
            site,
            bars,
            settings,
        })
    }

    /// Both sides, or nothing where the lab was asked to end meanwhile. Nothing is built before
    /// both are known to have rows in common.
    pub(super) fn sides(&'a self, asked: &Asked<'_>) -> anyhow::Result<Option<Sides<'a>>> {
        let [a, b] = &asked.sides;
        let Some(mut side_a) = self.open(a)? else {
            return Ok(None);
        };
        let Some(mut side_b) = self.open(b)? else {
            return Ok(None);
        };
        let scenario = match asked.scenario() {
            Some(name) => name.to_owned(),
            None => of_bundle([&mut side_a, &mut side_b])?,
        };
        let (plan, isolation_a) = self.plan(asked, a, &mut side_a, &scenario)?;
        let (plan_b, isolation_b) = self.plan(asked, b, &mut side_b, &scenario)?;
        let isolations = isolation_a.as_deref().zip(isolation_b.as_deref());
        let isolations = isolations.map(|(a, b)| [a, b]);
        let pairs = pairs::of(asked, [&plan, &plan_b], isolations)?;
        let cases = |side: fn(&CasePair) -> &Case| pairs.iter().map(side).collect::<Vec<_>>();
        let (cases_a, cases_b) = (cases(|pair| &pair.a), cases(|pair| &pair.b));
        let sides = [self.ready(side_a, &cases_a)?, self.ready(side_b, &cases_b)?];
        let with_docker = sides.iter().any(|side| side.with_docker);
        Ok((!self.site.interrupt.raised()).then_some(Sides {
            sides,
            plan,
            pairs,
            with_docker,
        }))
    }

    /// Version of the lab that measures.
    pub(super) fn lab_version(&self) -> String {
        match &self.here {
            Some(here) => lab_version(here.lab.path()),
            None => env!("CARGO_PKG_VERSION").to_owned(),
        }
    }

    /// A side of which nothing is built yet.
    fn open(&'a self, asked: &AskedSide<'_>) -> anyhow::Result<Option<Side<'a>>> {
        let name = asked.name.clone();
        let request = self.here.as_ref().map(|here| SideRequest {
            here,
            site: self.site,
            progress: self.bars,
        });
        let opened = match (&asked.run, request) {
            (Some(read), Some(request)) => Side::of_run(name, read.run.clone(), request),
            (None, Some(request)) if name.kind == SideKind::Commit => {
                Side::of_commit(name, request)
            }
            (None, Some(request)) if name.kind == SideKind::Isolation => {
                let version = lab_version(request.here.lab.path());
                Side::of_checkout(name, version, request)
            }
            _ => return self.open_bundle(name),
        };
        match opened {
            Err(_) if self.site.interrupt.raised() => Ok(None),
            opened => opened.map(Some).map_err(|error| failed(asked.name, error)),
        }
    }

    fn open_bundle(&'a self, name: SideName) -> anyhow::Result<Option<Side<'a>>> {
        let folder = self
            .site
            .disk_folder()
            .context("cannot make a folder to unpack to")?;
        let path = Path::new(&name.which);
        let opened = open_bundle(path, folder.path(), self.site, self.bars)
            .with_context(|| name.to_string())?;
        let Some(carried) = opened else {
            return Ok(None);
        };
        let side = Side::of_bundle(name.clone(), carried, folder);
        side.map(Some).map_err(|error| failed(&name, error))
    }

    /// The plan of a side by its own definitions, and the isolation that the side is, if it is one.
    fn plan(
        &self,
        asked: &Asked<'_>,
        of: &AskedSide<'_>,
        side: &mut Side<'_>,
        scenario: &str,
    ) -> anyhow::Result<(Plan, Option<String>)> {
        let mut select = asked.args.select.clone();
        let isolation = isolation(side)?;
        select.isolation.extend(isolation.clone());
        let plan = self.planned(side, scenario, select);
        let plan = plan.with_context(|| side.name.to_string())?;
        if let Some(read) = of.run.as_ref().filter(|read| read.run.scenario == scenario) {
            self.tell_of_others(&side.name, &rows::launched(read), &plan);
        }
        Ok((plan, isolation))
    }

    fn planned(
        &self,
        side: &mut Side<'_>,
        scenario: &str,
        select: SelectArgs,
    ) -> anyhow::Result<Plan> {
        let definitions = side.definitions.clone();
        if let Some(bundle) = side.bundle() {
            let mut plan = bundle.plan(Some(scenario)).map_err(unfit_bundle)?;
            if plan.arch != std::env::consts::ARCH {
                let (its, own) = (&plan.arch, std::env::consts::ARCH);
                anyhow::bail!(Usage(format!(
                    "the bundle is for {its}, and this machine is {own}: replay it on one that it is for"
                )));
            }
            let profiles = profiles(&definitions.runners, &definitions.products);
            let names = Names::of(&definitions.runners, &profiles);
            plan.narrow(&select.workload, &select.isolation, &names)?;
            return Ok(plan);
        }
        let asked = AskedArgs {
            name: Some(scenario.to_owned()),
            select,
            ..AskedArgs::default()
        };
        Ok(Planned::new(definitions, self.settings, &asked)?.plan)
    }

    /// Names the rows that a run has launched, and that the definitions have no more.
    fn tell_of_others(&self, name: &SideName, launched: &BTreeSet<Row>, plan: &Plan) {
        let planned: BTreeSet<&Row> = rows::rows(plan).collect();
        let mut others = launched.iter().filter(|row| !planned.contains(row));
        if let Some(first) = others.next() {
            self.bars.note(&format!(
                "{name}: {} rows are no more in the scenario, the first {} {} {} {}",
                1 + others.count(),
                first.workload,
                first.target,
                first.isolation,
                first.metric
            ));
        }
    }

    /// What a side launches, as far as it is here; built where that has to be.
    fn ready(&self, mut side: Side<'a>, cases: &[&Case]) -> anyhow::Result<ReadySide<'a>> {
        let all = &side.definitions;
        let (runners, products) = (all.runners.clone(), all.products.clone());
        let launched = cases.iter().filter(|case| case.spec().is_some());
        let launched: BTreeSet<&str> = launched.map(|case| case.isolation()).collect();
        let launched: Vec<&str> = launched.into_iter().collect();
        let with_docker = stands_on_docker(&launched, &profiles(&runners, &products));
        if with_docker {
            sweep(true);
        }
        if let Some(bundle) = side.bundle() {
            if with_docker {
                bundle.load_images(self.site);
            }
            raise_loopback(self.bars);
        }
        let drivers = side.drivers(cases, self.site);
        let drivers = drivers.map_err(|error| failed(&side.name, error))?;
        let isolations = Isolations::new(&runners, &products, &drivers);
        if let (SideKind::Isolation, [name, ..]) = (side.name.kind, &launched[..]) {
            let record = isolations.record(name);
            let version = record.and_then(|record| record.version.clone());
            side.of = version.unwrap_or_else(|| "unknown".to_owned());
        }
        Ok(ReadySide {
            missing: isolations.missing(&launched),
            side,
            isolations,
            with_docker,
        })
    }
}

impl Sides<'_> {
    /// The isolations that are not here, one line each.
    pub(super) fn missing(&self) -> Vec<String> {
        let missing = self.sides.iter().flat_map(|side| {
            let name = &side.side.name;
            side.missing
                .iter()
                .map(move |line| format!("{name}: {line}"))
        });
        missing.collect()
    }

    /// Both, as they are measured.
    pub(super) fn sources<'s>(&'s self, site: &'s Site) -> [ReplaySource<'s>; 2] {
        self.sides.each_ref().map(|ready| {
            let side = &ready.side;
            ReplaySource {
                name: side.name.to_string(),
                of: side.of.clone(),
                lab_version: side.lab_version.clone(),
                root: side.definitions.lab.path(),
                supply: Supply {
                    isolations: &ready.isolations,
                    workloads: &side.definitions.workloads,
                    stock: side,
                    site,
                },
            }
        })
    }
}

/// The isolation that a side is, if it is one: exactly one of the checkout's.
fn isolation(side: &Side<'_>) -> anyhow::Result<Option<String>> {
    if side.name.kind != SideKind::Isolation {
        return Ok(None);
    }
    let all = &side.definitions;
    let profiles = profiles(&all.runners, &all.products);
    let names = Names::of(&all.runners, &profiles);
    match &names.asked(&side.name.which)?[..] {
        [one] => Ok(Some((*one).to_owned())),
        several => anyhow::bail!(Usage(format!(
            "{} names {} isolations, and a side is one of them: {}",
            side.name,
            several.len(),
            several.join(", ")
        ))),
    }
}

/// The scenario of the first bundle, the only one that it holds; without a bundle the usual one.
fn of_bundle(sides: [&mut Side<'_>; 2]) -> anyhow::Result<String> {
    for side in sides {
        let name = side.name.to_string();
        if let Some(bundle) = side.bundle() {
            let plan = bundle.plan(None).map_err(unfit_bundle);
            return Ok(plan.with_context(|| name)?.scenario);
        }
    }
    Ok(USUAL.to_owned())
}

/// What is wrong with what was named is a mistake of who named it.
fn failed(name: &SideName, error: SideError) -> anyhow::Error {
    let told = format!("{name}: {error}");
    match error {
        SideError::Failed(_) => anyhow::Error::msg(told),
        _ => Usage(told).into(),
    }
}
