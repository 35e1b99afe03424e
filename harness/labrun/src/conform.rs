//! `labrun conform`: the scenario `conformance`, and its matrix as a page of Markdown.

use crate::cli::{AskedArgs, Cli, ConformArgs, ScenarioArgs, SelectArgs};
use crate::scenario;
use crate::settings::Settings;

/// Name of the scenario.
const SCENARIO: &str = "conformance";

/// Looks, and says what was found.
pub(crate) fn run(cli: &Cli, settings: &Settings, args: &ConformArgs) -> anyhow::Result<u8> {
    let of_scenario = ScenarioArgs {
        asked: AskedArgs {
            name: Some(SCENARIO.to_owned()),
            select: SelectArgs {
                workload: Vec::new(),
                isolation: args.isolation.clone(),
            },
            ..AskedArgs::default()
        },
        strict: args.strict,
        json: args.json,
        markdown: args.out.clone(),
        ..ScenarioArgs::default()
    };
    scenario::run(cli, settings, &of_scenario)
}
