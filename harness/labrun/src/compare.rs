//! `labrun compare`: two runs, verdict by verdict.

use labrun_analysis::{Measurements, Pair, compare};
use labrun_record::RunFolder;

use crate::cli::CompareArgs;
use crate::exit::{self, Usage};
use crate::report;

/// Compares two runs. Exit code 100 where a row is worse.
pub(crate) fn run(args: &CompareArgs) -> anyhow::Result<u8> {
    let read = |path: &std::path::Path| {
        let folder = RunFolder::open(path);
        if folder.run_json().is_file() {
            report::read(folder).map_err(|error| anyhow::Error::new(Usage(format!("{error:#}"))))
        } else {
            Err(Usage(format!("{} is no run: it has no run.json", path.display())).into())
        }
    };
    let (base, candidate) = (read(&args.baseline)?, read(&args.candidate)?);
    let comparison = compare(
        Measurements {
            run: &base.run,
            samples: &base.samples,
        },
        Measurements {
            run: &candidate.run,
            samples: &candidate.samples,
        },
        args.force,
    );
    let measured = |pair: &Pair| pair.base.median.and(pair.candidate.median).is_some();
    if comparison.incomparable.is_empty() && !comparison.rows.iter().any(measured) {
        anyhow::bail!(Usage(format!(
            "no row was measured in both runs, {} and {}: compare runs of the same selection",
            comparison.base.run, comparison.candidate.run
        )));
    }
    if args.json {
        crate::out::json(&comparison)?;
    } else {
        let width = terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
        crate::out::line(&labrun_render::comparison(&comparison, width))?;
    }
    if !comparison.incomparable.is_empty() && !args.force {
        let why = comparison.incomparable.join("; ");
        anyhow::bail!(Usage(format!(
            "the runs cannot be compared: {why}; --force compares them all the same"
        )));
    }
    Ok(if comparison.counts.worse > 0 {
        exit::REGRESSION
    } else {
        exit::FINE
    })
}
