//! Two runs set side by side.

mod support;

use labrun_analysis::{Confirmation, Measurements, Verdict, compare};
use labrun_record::{Change, Metric, Outcome, Pair, QUADS, Replay, ReplaySide, Run, Sample};
use support::{Noise, lines, run, sample};

fn launches(seed: u64, slower: f64) -> Vec<Sample> {
    let mut noise = Noise::new(seed);
    let mut samples = lines(0, &noise.lognormal(60, 152e3, 0.03));
    samples.extend(lines(1, &noise.lognormal(60, 1.69e6 * slower, 0.03)));
    samples
}

fn of<'a>(run: &'a Run, samples: &'a [Sample]) -> Measurements<'a> {
    Measurements { run, samples }
}

#[test]
fn a_known_slowdown_is_worse_and_the_rest_equivalent() {
    let (old, new) = (launches(1, 1.0), launches(2, 1.1));
    let run = run();
    let seen = compare(of(&run, &old), of(&run, &new), false);
    let verdicts: Vec<_> = seen
        .rows
        .iter()
        .map(|r| r.ratio.expect("a ratio").verdict)
        .collect();
    assert_eq!(verdicts, [Verdict::Equivalent, Verdict::Worse]);
    assert_eq!((seen.counts.equivalent, seen.counts.worse), (1, 1));
    let back = compare(of(&run, &new), of(&run, &old), false);
    assert_eq!(
        back.rows[1].ratio.expect("a ratio").verdict,
        Verdict::Better
    );
}

#[test]
fn other_machines_and_methods_are_not_compared_unless_forced() {
    let samples = launches(1, 1.0);
    let base = run();
    let mut other = run();
    other.machine_class = "x86_64/other".into();
    other.method_version += 1;
    let seen = compare(of(&base, &samples), of(&other, &samples), false);
    assert_eq!(seen.incomparable.len(), 2);
    assert_eq!(seen.counts.not_compared, 2);
    assert!(
        seen.rows
            .iter()
            .all(|r| r.ratio.is_none() && r.base.median.is_some())
    );
    let forced = compare(of(&base, &samples), of(&other, &samples), true);
    assert_eq!(
        forced.counts.not_compared, 2,
        "another method measures something else"
    );
    assert!(!forced.forced);
    other.method_version = base.method_version;
    let forced = compare(of(&base, &samples), of(&other, &samples), true);
    assert!(forced.forced && forced.counts.equivalent == 2);
}

#[test]
fn runs_of_very_different_selections_are_not_compared_unless_forced() {
    let mut all = run();
    for name in ["b", "c"] {
        let mut row = all.rows[0].clone();
        row.workload = name.into();
        all.rows.push(row);
    }
    let one = launches(1, 1.0)[..60].to_vec();
    let mut four = launches(1, 1.0);
    let more = |row: usize| Sample {
        row,
        ..four[0].clone()
    };
    let more = [more(2), more(3)];
    four.extend(more);
    let seen = compare(of(&all, &one), of(&all, &four), false);
    assert_eq!(seen.incomparable.len(), 1);
    assert!(seen.incomparable[0].contains("1 and 4 kinds"), "{seen:?}");
    assert_eq!(seen.counts.equivalent, 0);
    let forced = compare(of(&all, &one), of(&all, &four), true);
    assert_eq!(forced.counts.equivalent, 1);
    // Twice as many is near enough.
    let two = compare(of(&all, &one), of(&all, &launches(1, 1.0)), false);
    assert_eq!(two.incomparable, [""; 0]);
}

#[test]
fn rows_of_one_run_are_listed_and_failures_carry_no_numbers() {
    let base = run();
    let mut samples = launches(1, 1.0);
    let mut other = run();
    other.rows[1].isolation = "wasmer/cranelift-aot".into();
    let seen = compare(of(&base, &samples), of(&other, &samples), false);
    assert_eq!(
        (seen.only_in_base.len(), seen.only_in_candidate.len()),
        (1, 1)
    );
    samples.push(sample(1, 60, Outcome::Failed, None));
    let seen = compare(of(&base, &launches(1, 1.0)), of(&base, &samples), false);
    let failed = &seen.rows[1];
    assert_eq!(
        (failed.candidate.outcome, failed.candidate.median),
        (Outcome::Failed, None)
    );
    assert_eq!(failed.ratio, None);
    let text = serde_json::to_string(&seen).expect("serialises");
    assert_eq!(
        serde_json::from_str::<labrun_analysis::Comparison>(&text).expect("parses"),
        seen
    );
}

#[test]
fn a_check_that_no_longer_holds_is_worse_and_one_that_holds_now_better() {
    let mut run = run();
    for row in &mut run.rows {
        row.metric = Metric::Conformance;
        row.start = None;
    }
    let held = |values: [f64; 2]| -> Vec<Sample> {
        let each = values.iter().enumerate();
        each.flat_map(|(row, value)| lines(row, &[*value]))
            .collect()
    };
    let (old, new) = (held([1.0, 0.0]), held([0.0, 1.0]));
    let verdicts = |from: &[Sample], to: &[Sample]| -> Vec<(Option<f64>, Verdict)> {
        let seen = compare(of(&run, from), of(&run, to), false);
        let text = serde_json::to_string(&seen).expect("serialises");
        let back: labrun_analysis::Comparison = serde_json::from_str(&text).expect("parses");
        assert_eq!(back, seen);
        let ratios = seen.rows.iter().map(|pair| pair.ratio.expect("a ratio"));
        ratios.map(|ratio| (ratio.value, ratio.verdict)).collect()
    };
    assert_eq!(
        verdicts(&old, &new),
        [(Some(0.0), Verdict::Worse), (None, Verdict::Better)]
    );
    assert_eq!(
        verdicts(&old, &old),
        [
            (Some(1.0), Verdict::Equivalent),
            (None, Verdict::Equivalent)
        ]
    );
}

/// A replay of the two rows in which side B takes so many times as long in the second.
fn replay(times: f64) -> (Run, Vec<Sample>) {
    let mut of = run();
    let side = |name: &str| ReplaySide {
        name: name.into(),
        of: name.into(),
        lab_version: "0.1.0".into(),
        build: None,
        artifacts: Vec::new(),
        isolations: of.isolations.clone(),
        inputs: std::collections::BTreeMap::new(),
    };
    of.replay = Some(Replay {
        sides: [side("run:a"), side("run:b")],
        margin: 0.02,
        pairs: vec![Pair::default(); 2],
    });
    of.id = "replay".into();
    of.isolations.clear();
    let mut samples = Vec::new();
    for block in 0..8 {
        for row in 0..2 {
            for (seq, side) in (0..).zip(QUADS[0]) {
                let slow = row == 1 && side == labrun_record::Side::B;
                let value = if slow { 1e6 * times } else { 1e6 };
                let mut line = sample(row, block, Outcome::Measured, Some(value));
                (line.seq, line.side) = (8 * block + 4 * row as u32 + seq, Some(side));
                samples.push(line);
            }
        }
    }
    (of, samples)
}

/// What a run says of the one suspect, of a base and of a candidate whose second row takes a tenth longer.
fn confirmation((by, samples): &(Run, Vec<Sample>)) -> Confirmation {
    let (old, new) = (launches(1, 1.0), launches(2, 1.1));
    let (run, mut other) = (run(), run());
    other.id = "candidate".into();
    let mut seen = compare(of(&run, &old), of(&other, &new), false);
    seen.confirm(of(&run, &old), of(&other, &new), of(by, samples), false);
    let said = seen.confirmation.clone().expect("was asked");
    assert_eq!(seen.confirmed().count(), said.confirmed.len());
    said
}

/// The only list that has the suspect, or why the run is unfit.
fn finding(by: &(Run, Vec<Sample>)) -> String {
    let said = confirmation(by);
    let lists = [
        ("confirmed", &said.confirmed),
        ("refuted", &said.refuted),
        ("undecided", &said.undecided),
        ("unlike", &said.unlike),
        ("absent", &said.absent),
    ];
    let own = lists.iter().filter(|(_, rows)| !rows.is_empty());
    let own: Vec<&str> = own
        .map(|(name, rows)| {
            assert_eq!(**rows, [1]);
            *name
        })
        .collect();
    match said.unfit {
        Some(why) => {
            assert!(own.is_empty(), "{own:?}");
            why
        }
        None => own.join(", "),
    }
}

#[test]
fn a_replay_confirms_what_it_finds_worse_from_whole_quads() {
    assert_eq!(finding(&replay(1.05)), "confirmed");
    assert_eq!(finding(&replay(1.01)), "refuted");
    // A quad that was broken off does not count.
    let mut broken = replay(1.05);
    broken.1.retain(|line| line.block > 0 || line.seq % 4 != 2);
    assert_eq!(finding(&broken), "confirmed");
    broken.1.retain(|line| line.seq % 4 != 2);
    assert_eq!(finding(&broken), "undecided");
    let mut failed = replay(1.05);
    failed.1[4].outcome = Outcome::Failed;
    failed.1[4].value = None;
    assert_eq!(finding(&failed), "undecided");
}

#[test]
fn what_else_a_replay_launched_is_no_finding_and_one_of_other_runs_is_unfit() {
    let altered = |change: &dyn Fn(&mut Run)| {
        let mut by = replay(1.05);
        change(&mut by.0);
        finding(&by)
    };
    let sides = |run: &mut Run, change: &dyn Fn(&mut Replay)| {
        change(run.replay.as_mut().expect("a replay"));
    };
    let other_version = |replay: &mut Replay| {
        replay.sides[1].isolations[0].version = Some("49.0.0".into());
    };
    assert_eq!(altered(&|run| sides(run, &other_version)), "unlike");
    let changed = |replay: &mut Replay| replay.pairs[1].change = Some(Change::DelayNs(5e4));
    assert_eq!(altered(&|run| sides(run, &changed)), "absent");
    let has = |change: &dyn Fn(&mut Run), why: &str| {
        let unfit = altered(change);
        assert!(unfit.contains(why), "{unfit}");
    };
    has(
        &|run| sides(run, &|replay| replay.sides[1] = replay.sides[0].clone()),
        "of run:a against itself",
    );
    has(
        &|run| {
            run.rows[0].workload = "other".into();
            sides(run, &other_version);
        },
        "is not what the two runs launched",
    );
    has(
        &|run| {
            for row in &mut run.rows {
                row.workload = "other".into();
            }
        },
        "no row of the two runs",
    );
    has(
        &|run| run.method_version -= 1,
        "another version of the method",
    );
    has(&|run| run.machine_class = "other".into(), "machine class");
    has(&|run| run.indicative = true, "can only suspect");
}

#[test]
fn a_second_run_of_the_candidate_confirms_or_refutes() {
    let again = |times: f64| {
        let mut again = run();
        again.id = "again".into();
        (again, launches(3, times))
    };
    assert_eq!(finding(&again(1.1)), "confirmed");
    assert_eq!(finding(&again(1.0)), "refuted");
    let mut other = again(1.1);
    other.0.isolations[0].version = Some("49.0.0".into());
    assert_eq!(finding(&other), "unlike");
    let mut fewer = again(1.1);
    fewer.0.rows.truncate(1);
    fewer.1.retain(|line| line.row == 0);
    assert_eq!(finding(&fewer), "absent");
    for (id, why) in [
        ("candidate", "the candidate itself"),
        ("made-up", "the base itself"),
    ] {
        let mut itself = again(1.1);
        itself.0.id = id.into();
        assert!(finding(&itself).contains(why));
    }
}

#[test]
fn a_replay_is_compared_with_nothing() {
    let samples = launches(1, 1.0);
    let (one, (two, _)) = (run(), replay(1.0));
    for (base, candidate) in [(&one, &two), (&two, &one)] {
        let seen = compare(of(base, &samples), of(candidate, &samples), true);
        assert_eq!(seen.incomparable.len(), 1);
        assert!(seen.incomparable[0].contains("replay is a replay"));
        assert_eq!((seen.counts.not_compared, seen.forced), (2, false));
    }
}

#[test]
fn what_is_larger_is_confirmed_by_itself_unless_a_run_can_only_suspect() {
    let mut run = run();
    run.rows.truncate(1);
    run.rows[0].metric = Metric::Size;
    run.rows[0].start = None;
    let sizes = |bytes| lines(0, &[bytes]);
    let seen = |from: &Run, to: f64| compare(of(from, &sizes(1e6)), of(&run, &sizes(to)), false);
    let larger = seen(&run, 1.1e6);
    assert_eq!(
        (larger.counted.clone(), larger.suspects().count()),
        (vec![0], 0)
    );
    assert_eq!(larger.confirmed().count(), 1);
    assert_eq!(seen(&run, 1.04e6).confirmed().count(), 0);
    assert_eq!(seen(&run, 0.9e6).confirmed().count(), 0);
    let mut quick = run.clone();
    quick.indicative = true;
    let unsure = seen(&quick, 1.1e6);
    assert_eq!((unsure.counted.len(), unsure.suspects().count()), (0, 1));
}
