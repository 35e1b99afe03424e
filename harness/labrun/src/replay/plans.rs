//! The plan of each side of a replay, made from its own definitions.

use std::collections::BTreeSet;

use anyhow::Context as _;
use lab::catalog::profiles;
use lab::define::DefineError;
use lab::plan::Plan;
use lab::progress::Progress as _;
use lab::select::Names;
use lab::side::{Side, SideError, SideKind, SideName};
use labrun_record::Row;

use super::asked::{Asked, AskedSide};
use super::ground::{Ground, failed};
use super::rows;
use crate::asked::Planned;
use crate::cli::{AskedArgs, SelectArgs};
use crate::exit::Usage;
use crate::scenario::unfit_bundle;

/// What is replayed where nothing says what.
const USUAL: &str = "cold-start";

/// The plans of both sides, and the isolations that the sides are, if they are that.
pub(super) struct Plans {
    /// Of A and B.
    pub plans: [Plan; 2],
    /// Of A and B.
    pub isolations: Option<[String; 2]>,
}

impl Plans {
    /// Both.
    pub(super) fn new(
        asked: &Asked<'_>,
        ground: &Ground<'_>,
        sides: [&mut Side<'_>; 2],
    ) -> anyhow::Result<Self> {
        let [a, b] = sides;
        let scenario = match asked.scenario() {
            Some(name) => name.to_owned(),
            None => of_bundle([&mut *a, &mut *b])?,
        };
        let (plan_a, isolation_a) = plan(asked, ground, &asked.sides[0], a, &scenario)?;
        let (plan_b, isolation_b) = plan(asked, ground, &asked.sides[1], b, &scenario)?;
        Ok(Self {
            plans: [plan_a, plan_b],
            isolations: isolation_a.zip(isolation_b).map(Into::into),
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

/// The plan of a side, and the isolation that the side is, if it is one.
fn plan(
    asked: &Asked<'_>,
    ground: &Ground<'_>,
    of: &AskedSide<'_>,
    side: &mut Side<'_>,
    scenario: &str,
) -> anyhow::Result<(Plan, Option<String>)> {
    let mut select = asked.args.select.clone();
    let isolation = isolation(side)?;
    select.isolation.extend(isolation.clone());
    let of_run = asked.sides.iter().any(|side| side.run.is_some());
    let plan = planned(ground, side, scenario, select, of_run);
    let plan = plan.map_err(|error| unplanned(&side.name, error))?;
    let run = of.run.as_ref();
    if let Some(read) = run.filter(|read| read.run.scenario == scenario)
        && let Some(told) = gone(&side.name, &rows::launched(read), &plan)
    {
        ground.bars.note(&told);
    }
    Ok((plan, isolation))
}

/// What a run has launched is taken by its rows, whether the scenario leaves them out unless they are
/// asked for by name or not.
fn planned(
    ground: &Ground<'_>,
    side: &mut Side<'_>,
    scenario: &str,
    select: SelectArgs,
    of_run: bool,
) -> anyhow::Result<Plan> {
    let definitions = side.definitions.clone();
    let Some(bundle) = side.bundle() else {
        let asked = AskedArgs {
            name: Some(scenario.to_owned()),
            select,
            left_out_too: of_run,
            ..AskedArgs::default()
        };
        return Ok(Planned::new(definitions, ground.settings, &asked)?.plan);
    };
    let mut plan = bundle.plan(Some(scenario)).map_err(unfit_bundle)?;
    let (its, own) = (&plan.arch, std::env::consts::ARCH);
    if its != own {
        anyhow::bail!(Usage(format!(
            "the bundle is for {its}, and this machine is {own}: replay it on one that it is for"
        )));
    }
    let profiles = profiles(&definitions.runners, &definitions.products);
    let names = Names::of(&definitions.runners, &profiles);
    plan.narrow(&select.workload, &select.isolation, &names)?;
    Ok(plan)
}

/// Why a side has no plan. What is wrong in a file of another time is no slip of the pen.
fn unplanned(name: &SideName, error: anyhow::Error) -> anyhow::Error {
    let is_of_now = matches!(name.kind, SideKind::Isolation | SideKind::Bundle);
    match error.downcast::<DefineError>() {
        Ok(error @ DefineError::Shape { .. }) if !is_of_now => {
            failed(name)(SideError::Unreadable(error))
        }
        Ok(error) => anyhow::Error::new(error).context(name.to_string()),
        Err(error) => error.context(name.to_string()),
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

/// That a run has launched rows which the definitions have no more, if so.
fn gone(name: &SideName, launched: &BTreeSet<Row>, plan: &Plan) -> Option<String> {
    let planned: BTreeSet<&Row> = plan.cases().flat_map(|(_, case)| &case.rows).collect();
    let mut gone = launched.iter().filter(|row| !planned.contains(row));
    let first = gone.next()?;
    Some(format!(
        "{name}: {} of its rows are no more in the scenario, the first {} {} {} {}",
        1 + gone.count(),
        first.workload,
        first.target,
        first.isolation,
        first.metric
    ))
}
