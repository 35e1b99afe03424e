//! From what is typed to a plan: definitions, a selection, and what is to be launched.

use std::path::Path;

use lab::catalog::profiles;
use lab::define::{Asked as Question, Definitions, Model, OtherProgram, Scenario};
use lab::glob::{Globs, glob_set};
use lab::isolation::{Daemon, Profile};
use lab::plan::{Asked, Plan, RunOptions, read_by_hand, with_own, with_programs};
use lab::select::{Names, Selection};

use crate::cli::AskedArgs;
use crate::exit::Usage;
use crate::own::Own;
use crate::settings::Settings;

/// A plan, and what it was made from.
pub(crate) struct Planned {
    /// Everything that is defined.
    pub definitions: Definitions,
    /// Every isolation, as data.
    pub profiles: Vec<Profile>,
    /// What is to be done.
    pub plan: Plan,
}

impl Planned {
    /// Makes the plan that the arguments ask for.
    pub(crate) fn new(
        mut definitions: Definitions,
        settings: &Settings,
        args: &AskedArgs,
    ) -> anyhow::Result<Self> {
        let own = Own::add(&mut definitions, args)?;
        let named = args.name.as_ref().filter(|_| args.plan.is_none());
        let named = named.map(|name| definitions.lab.asked(name)).transpose()?;
        if let Some(asked) = &named {
            let programs = asked.programs.iter().map(|one| one.example.as_str());
            add_examples(&mut definitions, programs)?;
        }
        if args.plan.is_some() {
            // It may be of any of them.
            let examples = definitions.lab.examples();
            add_examples(&mut definitions, examples.iter().map(String::as_str))?;
        }
        let profiles = profiles(&definitions.runners, &definitions.products);
        let plan = match (&args.plan, named) {
            (Some(path), _) => {
                let mut plan = by_hand(path, &definitions, &profiles, args.arch.name())?;
                plan.adjust(&options(settings, args));
                plan
            }
            (None, Some(asked)) => {
                of_scenario(asked, &own, &definitions, &profiles, settings, args)?
            }
            (None, None) => anyhow::bail!(Usage("name a scenario, or give --plan FILE".to_owned())),
        };
        Ok(Self {
            definitions,
            profiles,
            plan,
        })
    }
}

/// Whether anything is launched on an isolation that stands on Docker's daemon.
pub(crate) fn needs_docker(plan: &Plan, profiles: &[Profile]) -> bool {
    stands_on_docker(&plan.launched_on(), profiles)
}

/// Whether a driver of an isolation is to be built: what is launched on it, and whether its daemon answers.
/// Where that does not, no helper is compiled for it.
pub(crate) fn is_driven<'a>(
    launched: &'a [&'a str],
    profiles: &'a [Profile],
) -> impl Fn(&str) -> bool + 'a {
    |name| {
        let mut known = profiles.iter();
        let daemon = known
            .find(|one| one.name == name)
            .and_then(|one| one.daemon);
        launched.contains(&name) && daemon.is_none_or(Daemon::answers_its_helper)
    }
}

/// Whether one of these isolations stands on Docker's daemon.
pub(crate) fn stands_on_docker(launched: &[&str], profiles: &[Profile]) -> bool {
    profiles.iter().any(|profile| {
        profile.daemon == Some(Daemon::Docker) && launched.contains(&profile.name.as_str())
    })
}

/// What the flags wish of a run.
pub(crate) fn options(settings: &Settings, args: &AskedArgs) -> RunOptions {
    RunOptions {
        samples: args.samples.or(settings.file.samples),
        quick: args.quick,
        time_budget_s: settings.time_budget_s(args.time_budget),
        warmup: args.warmup.or(settings.file.warmup),
    }
}

fn by_hand(
    path: &Path,
    definitions: &Definitions,
    profiles: &[Profile],
    arch: &str,
) -> anyhow::Result<Plan> {
    read_by_hand(path, profiles, &definitions.workloads, arch)
        .map_err(|error| anyhow::Error::new(Usage(error.to_string())))
}

fn of_scenario(
    mut asked: Question,
    own: &Own,
    definitions: &Definitions,
    profiles: &[Profile],
    settings: &Settings,
    args: &AskedArgs,
) -> anyhow::Result<Plan> {
    if !asked.programs.is_empty() {
        asked.scenarios = of_programs(&asked, definitions)?;
    }
    if !own.is_empty() {
        asked.scenarios = of_own(
            &asked.scenarios,
            own,
            definitions,
            (profiles, args.arch.name()),
        )?;
    }
    let taken = asked.scenarios.iter().map(takes);
    let taken = taken.collect::<Result<Vec<Globs>, Usage>>()?;
    let names = Names::of(&definitions.runners, profiles)
        .taken(|name| taken.iter().any(|taken| taken.is_match(name)));
    let selection = Selection {
        workloads: own.asked(),
        defined: definitions
            .workloads
            .iter()
            .map(|one| one.name.clone())
            .collect(),
        isolations: args.select.isolation.clone(),
        quick: args.quick,
        left_out_too: args.left_out_too,
    };
    let selected = selection.resolve(&asked.scenarios, &names)?;
    let parts = asked.scenarios.iter().zip(taken).zip(&selected);
    Ok(lab::plan::plan(&Asked {
        scenario: &asked.name,
        question: &asked.question,
        parts: parts
            .map(|((scenario, taken), selected)| (scenario, taken, selected))
            .collect(),
        workloads: &definitions.workloads,
        profiles,
        arch: args.arch.name(),
        options: &options(settings, args),
    }))
}

/// Adds examples that a scenario or a plan measures to the workloads that are defined.
fn add_examples<'a>(
    definitions: &mut Definitions,
    names: impl Iterator<Item = &'a str>,
) -> anyhow::Result<()> {
    for name in names {
        let example = definitions.lab.example(name)?;
        let mut known = definitions.workloads.iter();
        // It may be asked for as a folder too.
        if !known.any(|one| one.folder == example.folder) {
            definitions.workloads.push(example);
        }
    }
    Ok(())
}

/// The scenarios with other programs in the place of their workloads.
fn of_programs(asked: &Question, definitions: &Definitions) -> Result<Vec<Scenario>, Usage> {
    let named = |name: &str| {
        let mut all = definitions.workloads.iter();
        all.find(|one| one.name == name).ok_or_else(|| {
            Usage(format!(
                "scenario {}: there is no workload `{name}`: `labrun list workloads` shows them",
                asked.name
            ))
        })
    };
    let pair = |program: &OtherProgram| -> Result<_, Usage> {
        Ok((named(&program.example)?, named(&program.reference)?))
    };
    let programs = asked
        .programs
        .iter()
        .map(pair)
        .collect::<Result<Vec<_>, _>>()?;
    let all = asked.scenarios.iter();
    Ok(all
        .map(|scenario| with_programs(scenario, &programs, &definitions.workloads))
        .collect())
}

/// The scenarios with the user's own workloads in the place of theirs.
fn of_own(
    scenarios: &[Scenario],
    own: &Own,
    definitions: &Definitions,
    (profiles, arch): (&[Profile], &str),
) -> Result<Vec<Scenario>, Usage> {
    if let Some(scenario) = scenarios.iter().find(|one| one.model == Model::Conformance) {
        return Err(Usage(format!(
            "{} looks at isolations, by a program of the lab's: it has no use for one of your own",
            scenario.name
        )));
    }
    let workloads = own.of(definitions);
    let all = &definitions.workloads;
    let of_one =
        |scenario: &Scenario| with_own(scenario, &workloads, &own.kept, all, profiles, arch);
    Ok(scenarios.iter().map(of_one).collect())
}

/// The isolations that a scenario takes.
fn takes(scenario: &Scenario) -> Result<Globs, Usage> {
    glob_set(&scenario.isolations).ok_or_else(|| {
        Usage(format!(
            "scenario {}: isolations holds no valid globs",
            scenario.name
        ))
    })
}
