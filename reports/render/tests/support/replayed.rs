//! Made-up replays, seeded: of two commits, of two isolations, and of a build against itself.

use labrun_analysis::summarise;
use labrun_record::{
    Change, Metric, Outcome, Pair, QUADS, Replay, ReplaySide, Row, Run, Sample, Side,
};

use super::noise::Noise;
use super::{Made, around, identity, line, measures};

/// Two commits: a row that is slower, one that is faster, one that decides nothing, one that fails
/// in B, one that is cut short by Ctrl-C, and one that was not reached; memory and sizes beside them.
pub fn commits() -> Made {
    let mut run = replayed(rows(), ["commit:HEAD~1", "commit:HEAD"]);
    run.interrupted = Some("Ctrl-C".into());
    let rows = run.rows.clone();
    let mut samples = Vec::new();
    for (index, row) in rows.iter().enumerate() {
        let start = row.start.map_or("", |start| start.name());
        let (quads, times) = match (row.isolation.as_str(), start) {
            ("wasmtime/cranelift-aot", "process") => (40, 1.062),
            ("wasmtime/cranelift-aot", "resident") => (40, 0.91),
            ("wasmer/cranelift-aot", "process") => (7, 1.04),
            ("wasmer/cranelift-aot", "resident") => (3, 1.0),
            ("wasmer/cranelift-aot", "loaded") => (0, 1.0),
            _ => (40, 1.0),
        };
        if row.metric.is_exact() {
            samples.extend(counted(index, row));
            continue;
        }
        samples.extend(taken(index, row, quads, times));
        match row.isolation.as_str() {
            "docker/runc" => samples.push(failed(index)),
            "wasmer/cranelift-aot" if quads == 3 => drop(samples.pop()),
            _ => {}
        }
    }
    made(run, samples)
}

/// Two isolations of one run.
pub fn isolations() -> Made {
    let is_a = |row: &Row| {
        ["add", "http"].contains(&row.workload.as_str())
            && row.isolation == "wasmtime/cranelift-aot"
            && row.metric == Metric::TimeToFirstResult
            && row.target == labrun_record::Target::Wasip1
    };
    let rows: Vec<Row> = identity::rows().into_iter().filter(is_a).collect();
    let sides = [
        "isolation:wasmtime/cranelift-aot",
        "isolation:wasmer/cranelift-aot",
    ];
    let mut run = replayed(rows, sides);
    let mut samples = Vec::new();
    for index in 0..run.rows.len() {
        let a = run.rows[index].clone();
        let mut b = a.clone();
        b.isolation = "wasmer/cranelift-aot".into();
        let times = around(&b).0 / around(&a).0;
        samples.extend(taken(index, &a, 12, times));
        if let Some(replay) = &mut run.replay {
            replay.pairs[index].b = Some(b);
        }
    }
    made(run, samples)
}

/// A build against itself, and against changes of known size.
pub fn calibration() -> Made {
    let mut all = rows();
    all.retain(|row| !row.metric.is_exact() && row.isolation != "docker/runc");
    let unchanged = all.len();
    let (time, memory) = (all[0].clone(), all[unchanged - 1].clone());
    let base = around(&time).0;
    let injected = [
        (&time, Change::DelayNs(0.01 * base), 1.01, 5),
        (&time, Change::DelayNs(0.05 * base), 1.05, 5),
        (&time, Change::StallNs(10.0 * base), 1.0, 2),
        (
            &memory,
            Change::AllocationBytes(0.5 * around(&memory).0),
            1.5,
            2,
        ),
    ];
    let mut changed = Vec::new();
    for (row, change, times, tries) in injected {
        changed.extend(std::iter::repeat_n((row.clone(), change, times), tries));
    }
    all.extend(changed.iter().map(|(row, ..)| row.clone()));
    let mut run = replayed(all, ["commit:HEAD"; 2]);
    let mut samples = Vec::new();
    for index in 0..run.rows.len() {
        let change = index.checked_sub(unchanged).map(|place| &changed[place]);
        let times = change.map_or(1.0, |(_, _, times)| *times);
        samples.extend(taken(index, &run.rows[index], 30, times));
        if let Some(replay) = &mut run.replay {
            replay.pairs[index].change = change.map(|(_, change, _)| *change);
        }
    }
    made(run, samples)
}

fn made(run: Run, samples: Vec<Sample>) -> Made {
    let summary = summarise(&run, &samples);
    Made {
        run,
        samples,
        summary,
    }
}

fn rows() -> Vec<Row> {
    const OF: [&str; 4] = [
        "native/static",
        "docker/runc",
        "wasmtime/cranelift-aot",
        "wasmer/cranelift-aot",
    ];
    let is_of = |row: &Row| OF.contains(&row.isolation.as_str());
    let mut rows = identity::rows();
    rows.retain(|row| {
        row.workload == "add" && row.metric == Metric::TimeToFirstResult && is_of(row)
    });
    let own = |row: &Row| row.workload == "noop" && row.isolation == "native/static";
    let mut sizes = measures::size();
    sizes.retain(|row| own(row) && row.metric == Metric::Size);
    rows.extend(sizes.into_iter().take(2));
    let mut memory = measures::memory();
    memory.retain(|row| own(row) && row.scope.as_deref() == Some("pss"));
    rows.extend(memory.into_iter().take(1));
    rows
}

fn replayed(rows: Vec<Row>, names: [&str; 2]) -> Run {
    let of_run = identity::run(Vec::new());
    let used = |name: &str| rows.iter().any(|row| row.isolation == name);
    let mut isolations = of_run.isolations.clone();
    isolations.retain(|one| used(&one.name));
    let mut artifacts = of_run.artifacts.clone();
    artifacts.retain(|one| one.workload == "add");
    let side = |name: &str| ReplaySide {
        name: name.into(),
        of: format!("{:02x}", name.len()).repeat(20),
        lab_version: "0.1.0 (d10be23)".into(),
        build: None,
        artifacts: artifacts.clone(),
        isolations: isolations.clone(),
        inputs: std::collections::BTreeMap::new(),
    };
    Run {
        id: "20261124T020000Z-replay-vm".into(),
        scenario: "replay".into(),
        question: "Is B as fast, as small and as right as A?".into(),
        command: ["labrun", "replay", names[0], names[1]]
            .map(Into::into)
            .into(),
        replay: Some(Replay {
            sides: names.map(side),
            margin: 0.02,
            pairs: vec![Pair::default(); rows.len()],
        }),
        artifacts: vec![],
        isolations: vec![],
        references: vec![],
        rows,
        ..of_run
    }
}

/// `n` quads of a row, B `times` as long or as large.
fn taken(index: usize, row: &Row, n: u32, times: f64) -> Vec<Sample> {
    let mut noise = Noise::new(index as u64 + 11);
    let (median, sigma) = around(row);
    let mut samples = Vec::new();
    for block in 0..n {
        let now = median * (sigma * noise.normal()).exp();
        for (place, side) in (0..).zip(QUADS[0]) {
            let own = if side == Side::B { times } else { 1.0 };
            let value = now * own * (0.2 * sigma * noise.normal()).exp();
            let sample = line(index, block, Outcome::Measured, Some((row, value)), None);
            samples.push(at(sample, place, side));
        }
    }
    samples
}

/// What is counted: the first such row is the same, the second a little larger in B.
fn counted(index: usize, row: &Row) -> [Sample; 2] {
    let larger = if index.is_multiple_of(2) { 0.0 } else { 512.0 };
    let of = |side, value| {
        let sample = line(index, 0, Outcome::Measured, Some((row, value)), None);
        at(sample, 0, side)
    };
    [of(Side::A, 16384.0), of(Side::B, 16384.0 + larger)]
}

fn failed(index: usize) -> Sample {
    let reason = "the daemon is gone: no such file or directory";
    let sample = line(index, 40, Outcome::Failed, None, Some(reason));
    at(sample, 0, Side::B)
}

fn at(sample: Sample, place: u32, side: Side) -> Sample {
    Sample {
        seq: sample.block * 4000 + sample.row as u32 * 4 + place,
        side: Some(side),
        ..sample
    }
}
