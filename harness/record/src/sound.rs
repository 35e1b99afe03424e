//! Whether numbers can be what they say: a file may have been altered, or a disk have lost some of it.

use std::collections::HashSet;

use serde_json::Value;

use crate::damage::{Damage, Fault};
use crate::{Calibration, Metric, Outcome, Run, Sample, Side};

/// No time is so many nanoseconds (31 years), no memory so many bytes, and nothing is done so often
/// in a second.
const MOST: f64 = 1e18;

/// What margins and widths are where those of a run cannot be: those of the scenarios.
const MARGIN: f64 = 0.05;
const NARROW: f64 = 0.02;

/// The launches of which there are samples.
#[derive(Debug, Default)]
pub(crate) struct Launches {
    /// Row, launch and side of each sample.
    samples: HashSet<(u32, u32, Option<Side>)>,
    seen: HashSet<u32>,
    /// The launch after the last.
    pub(crate) end: u32,
}

impl Launches {
    /// Takes a line, whatever it is worth.
    pub(crate) fn see(&mut self, seq: u32) {
        self.seen.insert(seq);
        self.end = self.end.max(seq.saturating_add(1));
    }

    /// How many launches up to this one have no line at all.
    pub(crate) fn missing(&self, end: u32) -> usize {
        (end.max(self.end) as usize).saturating_sub(self.seen.len())
    }

    /// What is wrong with a sample of a row with this metric.
    pub(crate) fn fault(
        &mut self,
        sample: &Sample,
        metric: Option<Metric>,
    ) -> Option<(Fault, String)> {
        let row = u32::try_from(sample.row).unwrap_or(u32::MAX);
        if !self.samples.insert((row, sample.seq, sample.side)) {
            let (row, seq) = (sample.row, sample.seq);
            return Some((Fault::Twice, format!("launch {seq} of row {row}")));
        }
        let Some(value) = sample.value else {
            let lacks = sample.outcome == Outcome::Measured;
            return lacks.then(|| (Fault::Valueless, "`value` is null or not there".to_owned()));
        };
        let wrong = impossible(sample, value, metric?)?;
        Some((Fault::Impossible, wrong))
    }
}

/// The number of a sample that cannot be, if there is one.
fn impossible(sample: &Sample, value: f64, metric: Metric) -> Option<String> {
    let has_sign = matches!(metric, Metric::MemoryMarginal | Metric::MemoryFixed);
    let can_be = match metric {
        _ if has_sign => value.abs() < MOST,
        Metric::Conformance => value.total_cmp(&0.0).is_eq() || value.total_cmp(&1.0).is_eq(),
        _ => is_amount(value),
    };
    if !can_be {
        return Some(format!("{value:?} is no {metric}"));
    }
    let phase = sample.phases.iter().find(|(_, length)| !is_amount(*length));
    if let Some((name, length)) = phase {
        return Some(format!("{length:?} is no length of the phase {name}"));
    }
    let rate = sample.rate.filter(|rate| !is_amount(*rate));
    if let Some(rate) = rate {
        return Some(format!("{rate:?} is no rate"));
    }
    let mut points = sample.points.iter();
    let point = points.find(|(instances, bytes)| !is_amount(*instances) || !is_amount(*bytes));
    point.map(|(instances, bytes)| format!("{instances:?} instances cannot hold {bytes:?} bytes"))
}

/// From nothing to what can be.
fn is_amount(value: f64) -> bool {
    (0.0..MOST).contains(&value)
}

/// Margins and widths that cannot be are those of the scenarios, and costs that cannot be are left out; or
/// the first of them is an error.
pub(crate) fn mend(run: &mut Run, damage: &mut Damage) -> Result<(), String> {
    let plans = run.parts.iter_mut().map(|part| &mut part.plan);
    let mut shares = Vec::new();
    for plan in plans.chain([&mut run.plan]) {
        shares.push(("plan.margin", &mut plan.margin, MARGIN));
        shares.push(("plan.half_width", &mut plan.half_width, NARROW));
    }
    let replay = run.replay.as_mut().map(|replay| &mut replay.margin);
    shares.extend(replay.map(|margin| ("replay.margin", margin, NARROW)));
    for (name, share, instead) in shares {
        if (0.0..=1.0).contains(share) {
            continue;
        }
        let said = format!("{name} of run.json is {share:?}, which is no share from 0 to 1");
        if !damage.is_borne() {
            return Err(format!("{said}: {DAMAGED}"));
        }
        damage.unknown(format!("{said}; verdicts are by {instead} instead"));
        *share = instead;
    }
    let mut ended = Ok(());
    let mut number = 0..;
    run.calibration.retain(|cost: &Calibration| {
        let at = format!("number {}", number.next().unwrap_or(0));
        let is_sound = is_amount(cost.median_ns);
        if !is_sound && ended.is_ok() {
            let said = format!("{:?} is no time", cost.median_ns);
            ended = damage.of("calibration in run.json", Fault::Impossible, &at, said);
        }
        is_sound
    });
    ended
}

/// What to do about a `run.json` that is no more what was written.
pub(crate) const DAMAGED: &str = "it was cut, altered or damaged, and nothing else says what was measured: take the run \
    from where it was measured";

/// The metrics of the rows of `run.json`, of those whose metric is known.
pub(crate) fn metrics(run: &Value) -> Vec<Option<Metric>> {
    let rows = run.get("rows").and_then(Value::as_array);
    let metric = |row: &Value| serde::Deserialize::deserialize(row.get("metric")?).ok();
    rows.into_iter().flatten().map(metric).collect()
}
