//! Instructions: those of a command up to its first result, and those of an operation in steady state.

use std::collections::BTreeMap;

use labrun_record::{Metric, Outcome, Row};

use super::context::{Kind, PlanContext, case};
use super::throughput::named;
use super::{Case, LaunchSpec, Measure};
use crate::isolation::Emulates;
use crate::outcome::Failure;

/// The param by which a count of each operation is told from one of a whole start, and its value.
const PER: [&str; 2] = ["per", "operation"];

/// Every case of the scenario.
pub(super) fn cases(context: &PlanContext<'_>) -> Vec<Case> {
    let mut cases = Vec::new();
    for kind in context.kinds() {
        cases.push(case(vec![row(kind, BTreeMap::new())], once(kind)));
        for name in &kind.planned.steady {
            let way = kind
                .workload()
                .and_then(|workload| named(workload, &workload.steady, name, |way| &way.name));
            let mut params = way.as_ref().map_or_else(
                |_| BTreeMap::from([("op".to_owned(), name.clone())]),
                |way| way.params.clone(),
            );
            let [per, operation] = PER.map(str::to_owned);
            params.insert(per, operation);
            let launch = way.and_then(|way| {
                let way_of = Some(name.clone());
                counted(
                    kind,
                    kind.launch_with(&way.needs, None, Measure::Instructions { way: way_of })?,
                )
            });
            cases.push(case(vec![row(kind, params)], launch));
        }
    }
    cases
}

fn row(kind: Kind<'_>, params: BTreeMap<String, String>) -> Row {
    let mut row = Row {
        metric: Metric::Instructions,
        ..kind.identity()
    };
    row.params.extend(params);
    row
}

/// A command from its start to its first result.
fn once(kind: Kind<'_>) -> Result<LaunchSpec, Failure> {
    let spec = counted(kind, kind.launch(Measure::Instructions { way: None })?)?;
    if kind.workload()?.serve.is_some() {
        let reason = "instructions are counted of commands: a server executes some for each try to reach it, \
            until it answers";
        return Err(Failure::new(Outcome::Unsupported, reason));
    }
    Ok(spec)
}

/// What is launched, if the lab can start it in a way in which instructions are counted.
fn counted(kind: Kind<'_>, spec: LaunchSpec) -> Result<LaunchSpec, Failure> {
    if kind.profile.emulates == Emulates::ByItself {
        return Ok(spec);
    }
    let reason = "instructions are counted of bare programs and of the lab's own runners: what puts something \
        around a program, or is somebody else's, is not started in a way in which they are";
    Err(Failure::new(Outcome::Unsupported, reason))
}
