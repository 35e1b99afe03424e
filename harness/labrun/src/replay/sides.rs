//! The two sides of a replay: what each launches, and what of it is held against each other.

use std::collections::BTreeSet;

use lab::catalog::{Isolations, profiles};
use lab::model::{ReplaySource, Supply};
use lab::plan::{Case, CasePair, Plan};
use lab::side::{Side, SideKind};
use lab::site::Site;

use super::asked::Asked;
use super::ground::{Ground, failed};
use super::pairs;
use super::plans::Plans;
use crate::asked::stands_on_docker;
use crate::ground::sweep;
use crate::scenario::raise_loopback;

/// Both sides, and what of them is held against each other.
pub(super) struct Sides<'a> {
    ready: [ReadySide<'a>; 2],
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

impl<'a> Sides<'a> {
    /// Both, or nothing where the lab was asked to end meanwhile. Nothing is built before both are
    /// known to have rows in common.
    pub(super) fn new(asked: &Asked<'_>, ground: &'a Ground<'a>) -> anyhow::Result<Option<Self>> {
        let [a, b] = &asked.sides;
        let Some(mut a) = ground.open(a)? else {
            return Ok(None);
        };
        let Some(mut b) = ground.open(b)? else {
            return Ok(None);
        };
        let planned = Plans::new(asked, ground, [&mut a, &mut b])?;
        let pairs = pairs::of(asked, &planned)?;
        let of_a: Vec<&Case> = pairs.iter().map(|pair| &pair.a).collect();
        let of_b: Vec<&Case> = pairs.iter().map(|pair| &pair.b).collect();
        let ready = [
            ReadySide::new(a, &of_a, ground)?,
            ReadySide::new(b, &of_b, ground)?,
        ];
        let [plan, _] = planned.plans;
        Ok((!ground.site.interrupt.raised()).then_some(Self {
            with_docker: ready.iter().any(|side| side.with_docker),
            ready,
            plan,
            pairs,
        }))
    }

    /// The isolations that are not here, one line each.
    pub(super) fn missing(&self) -> Vec<String> {
        let of_side = |ready: &ReadySide<'_>| {
            let name = ready.side.name.clone();
            let lines = ready.missing.clone().into_iter();
            lines.map(move |line| format!("{name}: {line}"))
        };
        self.ready.iter().flat_map(of_side).collect()
    }

    /// Both, as they are measured.
    pub(super) fn sources<'s>(&'s self, on: &'s Site) -> [ReplaySource<'s>; 2] {
        self.ready.each_ref().map(|ready| {
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
                    site: on,
                },
            }
        })
    }
}

impl<'a> ReadySide<'a> {
    /// What a side launches in these cases, as far as it is here; built where that has to be.
    fn new(mut side: Side<'a>, cases: &[&Case], ground: &Ground<'_>) -> anyhow::Result<Self> {
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
                bundle.load_images(ground.site);
            }
            raise_loopback(ground.bars);
        }
        let drivers = side.drivers(cases, ground.site);
        let drivers = drivers.map_err(failed(&side.name))?;
        let isolations = Isolations::new(&runners, &products, &drivers);
        if let (SideKind::Isolation, [name, ..]) = (side.name.kind, &launched[..]) {
            let record = isolations.record(name);
            let version = record.and_then(|record| record.version.clone());
            side.of = version.unwrap_or_else(|| "unknown".to_owned());
        }
        Ok(Self {
            missing: isolations.missing(&launched),
            side,
            isolations,
            with_docker,
        })
    }
}
