//! `labrun compare`: two runs, verdict by verdict.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use labrun_analysis::{Comparison, Measurements, Pair, compare};
use labrun_record::write_whole;

use crate::cli::CompareArgs;
use crate::exit::{self, Usage};
use crate::new_run::check_files;
use crate::report::{self, Read};

/// Compares two runs.
pub(crate) fn run(args: &CompareArgs) -> anyhow::Result<u8> {
    let files = [&args.export_markdown, &args.page].into_iter().flatten();
    check_files(files.map(PathBuf::as_path))?;
    report::check_different(
        [&args.baseline, &args.candidate].map(PathBuf::as_path),
        "give a baseline, and another run that is compared with it",
    )?;
    let (base, candidate) = (
        report::whole(&args.baseline)?,
        report::whole(&args.candidate)?,
    );
    let again = args.confirm.as_deref().map(report::whole).transpose()?;
    let (base, candidate) = (of(&base), of(&candidate));
    let replay = [(base, &args.baseline), (candidate, &args.candidate)]
        .into_iter()
        .find(|(side, _)| side.run.replay.is_some());
    let mut comparison = compare(base, candidate, args.force);
    if let Some(again) = &again {
        comparison.confirm(base, candidate, of(again), args.force);
    }
    if args.json {
        crate::out::json(&comparison)?;
    }
    let replay = replay.map(|(_, folder)| {
        let folder = folder.display();
        format!(
            "{folder} is a replay, and has both sides in itself: `labrun report {folder}` shows it, \
             and `labrun compare BASELINE CANDIDATE --confirm {folder}` takes it"
        )
    });
    let refused = replay.or_else(|| refused(&comparison, args.force));
    if let Some(why) = refused.or_else(|| unfit(&comparison, args)) {
        anyhow::bail!(Usage(why));
    }
    let written = export(&comparison, args);
    let printed = if args.json {
        Ok(())
    } else {
        let width = terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
        crate::out::line(&labrun_render::comparison(&comparison, width, true))
    };
    written?;
    printed?;
    Ok(code(&comparison))
}

/// Writes what is asked for beside what is printed.
fn export(comparison: &Comparison, args: &CompareArgs) -> anyhow::Result<()> {
    let write = |path: &Path, text: &str| {
        let written = write_whole(path, text.as_bytes());
        written.with_context(|| format!("cannot write {}", path.display()))
    };
    if let Some(path) = &args.export_markdown {
        write(path, &labrun_render::comparison_markdown(comparison))?;
    }
    if let Some(path) = &args.page {
        write(path, &labrun_render::comparison_page(comparison)?)?;
    }
    Ok(())
}

/// Why the run that is to confirm cannot confirm anything, if so.
fn unfit(comparison: &Comparison, args: &CompareArgs) -> Option<String> {
    let why = comparison.confirmation.as_ref()?.unfit.as_ref()?;
    let folder = args.confirm.as_ref()?.display();
    Some(format!(
        "--confirm {folder}: {why}; give a replay of the two, or a second run of the candidate"
    ))
}

/// Why the two say nothing about each other, if so.
fn refused(comparison: &Comparison, force: bool) -> Option<String> {
    let (base, candidate) = (&comparison.base, &comparison.candidate);
    if comparison.rows.is_empty() {
        return Some(format!(
            "the runs have no row in common: {} is of {}, and {} of {}",
            base.run, base.scenario, candidate.run, candidate.scenario
        ));
    }
    let other_method = base.method_version != candidate.method_version;
    if !comparison.incomparable.is_empty() && (!force || other_method) {
        let why = comparison.incomparable.join("; ");
        let hint = if other_method {
            "what each measures is another thing: docs/METHODOLOGY.md says how"
        } else {
            "--force compares them all the same"
        };
        return Some(format!("the runs cannot be compared: {why}; {hint}"));
    }
    let measured = |pair: &Pair| pair.base.median.and(pair.candidate.median).is_some();
    let wrong = comparison.went_wrong().chain(comparison.mended());
    if wrong.count() == 0 && !comparison.rows.iter().any(measured) {
        return Some(format!(
            "no row was measured in both runs, {} and {}: compare runs of the same selection",
            base.run, candidate.run
        ));
    }
    None
}

fn of(read: &Read) -> Measurements<'_> {
    Measurements {
        run: &read.run,
        samples: &read.samples,
    }
}

/// What went wrong weighs most; then a regression that is confirmed, by a count or by another run.
/// A suspect is named, and is no failure; nor is a row that was not measured again.
fn code(comparison: &Comparison) -> u8 {
    if comparison.went_wrong().next().is_some() {
        exit::WORKLOAD_FAILED
    } else if comparison.confirmed().next().is_some() {
        exit::REGRESSION
    } else {
        exit::FINE
    }
}
