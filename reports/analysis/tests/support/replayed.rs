//! A made-up replay: quads of launches of two sides.

use labrun_record::{Outcome, Pair, QUADS, Replay, ReplaySide, Run, Sample, Side};

use super::{run, sample};

fn side(name: &str) -> ReplaySide {
    ReplaySide {
        name: name.into(),
        of: format!("what {name} is"),
        lab_version: "0.1.0".into(),
        build: None,
        artifacts: vec![],
        isolations: vec![],
        inputs: std::collections::BTreeMap::new(),
    }
}

/// The two rows of [`run`], replayed: `commit:HEAD~1` against `commit:HEAD`.
pub fn replay() -> Run {
    of(run(), ["commit:HEAD~1", "commit:HEAD"])
}

/// The same, of a build against itself.
pub fn calibration() -> Run {
    of(run(), ["commit:HEAD"; 2])
}

fn of(mut run: Run, names: [&str; 2]) -> Run {
    run.scenario = "replay".into();
    run.isolations.clear();
    run.replay = Some(Replay {
        sides: names.map(side),
        margin: 0.02,
        pairs: vec![Pair::default(); run.rows.len()],
    });
    run
}

/// The quads of a row, a block each.
pub fn quads(row: usize, values: &[[f64; 4]]) -> Vec<Sample> {
    let of = |(block, quad): (u32, &[f64; 4])| {
        let places = (0..).zip(QUADS[0]).zip(*quad);
        let lines = places.map(move |((place, side), value)| Sample {
            seq: block * 4000 + row as u32 * 4 + place,
            ..launch(row, block, side, Outcome::Measured, Some(value))
        });
        lines.collect::<Vec<_>>()
    };
    (0..).zip(values).flat_map(of).collect()
}

/// One launch of one side.
pub fn launch(row: usize, block: u32, side: Side, outcome: Outcome, value: Option<f64>) -> Sample {
    Sample {
        seq: block * 4000 + row as u32 * 4,
        side: Some(side),
        ..sample(row, block, outcome, value)
    }
}
