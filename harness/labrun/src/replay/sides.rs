//! The two sides of a replay: each with its definitions, its plan, and what it launches.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::Context as _;
use lab::catalog::{Isolations, profiles};
use lab::define::Definitions;
use lab::plan::Plan;
use lab::progress::Progress as _;
use lab::select::Names;
use lab::side::{Side, SideError, SideKind, SideName, SideRequest};
use lab::site::Site;
use labrun_record::Row;

use super::asked::{Asked, AskedSide};
use super::rows;
use crate::asked::{Planned, needs_docker};
use crate::bars::Bars;
use crate::cli::{AskedArgs, Cli, SelectArgs};
use crate::exit::Usage;
use crate::ground::{definitions, sweep};
use crate::scenario::{lab_version, open_bundle, raise_loopback, unfit_bundle};
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

/// A side that can be measured.
pub(super) struct ReadySide<'a> {
    /// Where it comes from, and what it launches.
    pub side: Side<'a>,
    /// What is launched: the rows that both sides have.
    pub plan: Plan,
    /// Its isolations.
    pub isolations: Isolations,
    /// Whether it stands on Docker's daemon.
    pub with_docker: bool,
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
    pub(super) fn sides(&'a self, asked: &Asked<'_>) -> anyhow::Result<Option<[ReadySide<'a>; 2]>> {
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
        let mut plan_a = self.plan(asked, a, &mut side_a, &scenario)?;
        let mut plan_b = self.plan(asked, b, &mut side_b, &scenario)?;
        rows::in_common([&mut plan_a, &mut plan_b], asked.of_isolations());
        check(asked, &scenario, [&plan_a, &plan_b])?;
        let ready_a = self.ready(side_a, plan_a)?;
        let ready_b = self.ready(side_b, plan_b)?;
        Ok((!self.site.interrupt.raised()).then_some([ready_a, ready_b]))
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

    /// The plan of a side, by its own definitions.
    fn plan(
        &self,
        asked: &Asked<'_>,
        of: &AskedSide<'_>,
        side: &mut Side<'_>,
        scenario: &str,
    ) -> anyhow::Result<Plan> {
        let select = self.select(asked, side)?;
        let plan = self.planned(side, scenario, select);
        let mut plan = plan.with_context(|| side.name.to_string())?;
        let launched = of.run.as_ref().map(rows::launched);
        if let (Some(read), Some(launched)) = (&of.run, &launched)
            && read.run.scenario == scenario
        {
            self.tell_of_others(&side.name, launched, &plan);
        }
        let is_taken = |row: &_| {
            launched.as_ref().is_none_or(|rows| rows.contains(row))
                && asked.suspects.as_ref().is_none_or(|rows| rows.contains(row))
        };
        plan.retain(is_taken);
        Ok(plan)
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

    /// What is selected of a side: of an isolation, that one alone.
    fn select(&self, asked: &Asked<'_>, side: &Side<'_>) -> anyhow::Result<SelectArgs> {
        let mut select = asked.args.select.clone();
        if side.name.kind == SideKind::Isolation {
            let all = &side.definitions;
            let profiles = profiles(&all.runners, &all.products);
            let names = Names::of(&all.runners, &profiles);
            match &names.asked(&side.name.which)?[..] {
                [one] => select.isolation = vec![(*one).to_owned()],
                several => anyhow::bail!(Usage(format!(
                    "{} names {} isolations, and a side is one of them: {}",
                    side.name,
                    several.len(),
                    several.join(", ")
                ))),
            }
        }
        Ok(select)
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
    fn ready(&self, mut side: Side<'a>, plan: Plan) -> anyhow::Result<ReadySide<'a>> {
        let all = &side.definitions;
        let (runners, products) = (all.runners.clone(), all.products.clone());
        let with_docker = needs_docker(&plan, &profiles(&runners, &products));
        if with_docker {
            sweep(true);
        }
        if let Some(bundle) = side.bundle() {
            if with_docker {
                bundle.load_images(self.site);
            }
            raise_loopback(self.bars);
        }
        let drivers = side.drivers(&plan, self.site);
        let drivers = drivers.map_err(|error| failed(&side.name, error))?;
        let isolations = Isolations::new(&runners, &products, &drivers);
        if side.name.kind == SideKind::Isolation {
            let launched = plan.launched_on();
            let record = launched.first().and_then(|name| isolations.record(name));
            let version = record.and_then(|record| record.version.clone());
            side.of = version.unwrap_or_else(|| "unknown".to_owned());
        }
        Ok(ReadySide {
            side,
            plan,
            isolations,
            with_docker,
        })
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

/// Whether the sides have rows in common, and something to launch for one of them.
fn check(asked: &Asked<'_>, scenario: &str, plans: [&Plan; 2]) -> anyhow::Result<()> {
    let (a, b) = (&asked.args.a, &asked.args.b);
    if rows::rows(plans[0]).next().is_none() {
        anyhow::bail!(Usage(format!(
            "{a} and {b} have no row of {scenario} in common that is asked for: name another              --scenario, or take more by --workload and --isolation"
        )));
    }
    if !rows::any_is_launched(plans, asked.of_isolations()) {
        let reasons = plans.into_iter().filter_map(rows::first_reason);
        let reasons: Vec<&str> = reasons.take(1).collect();
        anyhow::bail!(Usage(format!(
            "{a} and {b} have no row in common for which both launch something: {}",
            reasons.join("")
        )));
    }
    Ok(())
}

/// What is wrong with what was named is a mistake of who named it.
fn failed(name: &SideName, error: SideError) -> anyhow::Error {
    let told = format!("{name}: {error}");
    match error {
        SideError::Failed(_) => anyhow::Error::msg(told),
        _ => Usage(told).into(),
    }
}
