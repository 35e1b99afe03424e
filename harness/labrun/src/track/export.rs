//! `labrun track export`: a night in the formats of other trackers.

use std::path::PathBuf;

use anyhow::Context as _;
use labrun_history::Night;
use labrun_record::{Better, Unit, write_json};
use serde_json::{Map, Value, json};

use super::{existing, name_damaged};
use crate::cli::TrackExportArgs;
use crate::exit::{self, Usage};
use crate::new_run::check_files;
use crate::say;

/// Writes what is asked for.
pub(super) fn run(args: &TrackExportArgs) -> anyhow::Result<u8> {
    let files = [
        &args.bencher,
        &args.smaller_is_better,
        &args.bigger_is_better,
    ];
    let files: Vec<&PathBuf> = files.into_iter().flatten().collect();
    if files.is_empty() {
        anyhow::bail!(Usage(
            "name a file: --bencher, --smaller-is-better or --bigger-is-better".to_owned()
        ));
    }
    check_files(files.iter().map(|path| path.as_path()))?;
    let history = existing(&args.history)?;
    let mut stored = history.stored()?;
    if args.night.as_deref() == Some("") {
        anyhow::bail!(Usage(
            "--night is empty: name a night, or the beginning of its name".to_owned()
        ));
    }
    let wanted = args.night.as_deref().unwrap_or_default();
    stored.retain(|one| one.name.starts_with(wanted));
    let Some(newest) = stored.pop() else {
        let folder = args.history.history.display();
        anyhow::bail!(Usage(format!("{folder} has no night {wanted}")));
    };
    if !wanted.is_empty() && !stored.is_empty() {
        say::line(&format!(
            "{} nights begin with {wanted}: the newest is taken, {}",
            stored.len() + 1,
            newest.name
        ));
    }
    let night = match newest.read() {
        Ok(night) => night,
        Err(damaged) => {
            name_damaged(&[damaged]);
            return Ok(exit::LAB_FAILED);
        }
    };
    let write = |path: &Option<PathBuf>, value: Value| match path {
        Some(path) => {
            write_json(path, &value).with_context(|| format!("cannot write {}", path.display()))
        }
        None => Ok(()),
    };
    write(&args.bencher, bencher(&night))?;
    write(
        &args.smaller_is_better,
        benchmark_action(&night, Better::Lower),
    )?;
    write(
        &args.bigger_is_better,
        benchmark_action(&night, Better::Higher),
    )?;
    Ok(exit::FINE)
}

/// The Bencher Metric Format: benchmark, measure, value with its bounds.
fn bencher(night: &Night) -> Value {
    let mut benchmarks = Map::new();
    for point in &night.points {
        let key = night.key(point);
        let Some(values) = point.values.as_ref().filter(|_| !key.emulated) else {
            continue;
        };
        let mut measure = json!({"value": values.median});
        if let Some([low, high]) = values.ci {
            measure["lower_value"] = json!(low);
            measure["upper_value"] = json!(high);
        }
        benchmarks.insert(key.label(), json!({key.metric(): measure}));
    }
    Value::Object(benchmarks)
}

/// What github-action-benchmark takes as `customSmallerIsBetter` or `customBiggerIsBetter`.
fn benchmark_action(night: &Night, better: Better) -> Value {
    let entries = night.points.iter().filter_map(|point| {
        let key = night.key(point);
        let values = point.values.as_ref()?;
        (key.better() == better && !key.emulated).then(|| {
            let range = values
                .ci
                .map(|[low, high]| format!("{low:.4} to {high:.4}"));
            json!({
                "name": key.label(),
                "unit": unit(key.unit),
                "value": values.median,
                "range": range,
                "extra": format!("n {}", values.n),
            })
        })
    });
    Value::Array(entries.collect())
}

fn unit(unit: Unit) -> &'static str {
    match unit {
        Unit::Ns => "ns",
        Unit::Bytes => "bytes",
        Unit::PerSecond => "1/s",
        Unit::BytesPerSecond => "bytes/s",
        Unit::Count => "count",
    }
}
