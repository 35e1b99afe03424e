//! What a replay is doubted for: each doubt about launches names its side.

mod support;

use labrun_analysis::{Verdict, Warning, WarningKind, summarise};
use labrun_record::{Doubt, Run, Sample, Side};
use support::Noise;
use support::replayed::{quads, replay};

/// Quads whose launches are what `of` says, by the quad and the place in it; A B B A.
fn made(n: usize, mut of: impl FnMut(usize, usize) -> f64) -> Vec<[f64; 4]> {
    (0..n)
        .map(|quad| [0, 1, 2, 3].map(|place| of(quad, place)))
        .collect()
}

fn is_b(place: usize) -> bool {
    [1, 2].contains(&place)
}

fn warnings(run: &Run, samples: &[Sample]) -> Vec<Warning> {
    let summary = summarise(run, samples);
    let text = serde_json::to_string(&summary).expect("serialises");
    let read: labrun_analysis::Summary = serde_json::from_str(&text).expect("parses");
    assert_eq!(read, summary);
    summary.warnings
}

fn sides(warnings: &[Warning], kind: WarningKind) -> Vec<Option<Side>> {
    let own = warnings.iter().filter(|warning| warning.name == kind);
    own.map(|warning| warning.side).collect()
}

#[test]
fn two_modes_and_drift_are_of_the_side_that_has_them() {
    let mut noise = Noise::new(1);
    let two_modes = made(40, |quad, place| {
        let mode = if is_b(place) && quad % 2 == 1 {
            1.5
        } else {
            1.0
        };
        1e6 * mode * (0.01 * noise.normal()).exp()
    });
    let drifting = made(40, |quad, place| {
        let drift = if is_b(place) { 0.0 } else { 0.01 * quad as f64 };
        1e6 * (drift + 0.01 * noise.normal()).exp()
    });
    let samples = [quads(0, &two_modes), quads(1, &drifting)].concat();
    let found = warnings(&replay(), &samples);
    let of = |kind| found.iter().find(|warning| warning.name == kind);
    let modes = of(WarningKind::TwoModes).expect("two modes");
    assert_eq!((modes.row, modes.side), (Some(0), Some(Side::B)));
    assert!(modes.message.contains("50% around 1.50 ms"), "{modes:?}");
    let drift = of(WarningKind::Drift).expect("drift");
    assert_eq!((drift.row, drift.side), (Some(1), Some(Side::A)));
    assert!(drift.message.contains("rise by"), "{drift:?}");
    assert_eq!(sides(&found, WarningKind::TwoModes).len(), 1);
    assert_eq!(sides(&found, WarningKind::Drift).len(), 1);
}

#[test]
fn what_launches_doubt_is_counted_on_their_side() {
    let mut samples = quads(0, &[[1.0, 2.0, 2.0, 1.0]; 12]);
    for (sample, doubt) in samples
        .iter_mut()
        .filter(|sample| sample.side == Some(Side::B))
        .zip([Doubt::NearCeiling, Doubt::Unsteady])
    {
        sample.doubt = Some(doubt);
    }
    let found = warnings(&replay(), &samples);
    for kind in [WarningKind::NearCeiling, WarningKind::Unsteady] {
        assert_eq!(sides(&found, kind), [Some(Side::B)]);
        let said = found.iter().find(|warning| warning.name == kind);
        let said = &said.expect("is there").message;
        assert!(said.starts_with("1 of 24 launches"), "{said}");
    }
}

#[test]
fn a_row_of_few_or_of_wide_quads_says_so_once() {
    let mut noise = Noise::new(3);
    let few = made(5, |_, _| 1e6);
    let wide = made(20, |_, _| 1e6 * (0.2 * noise.normal()).exp());
    let samples = [quads(0, &few), quads(1, &wide)].concat();
    let found = warnings(&replay(), &samples);
    assert_eq!(sides(&found, WarningKind::FewLaunches), [None]);
    assert_eq!(sides(&found, WarningKind::WideInterval), [None]);
    let few = &found[0];
    assert!(
        few.message.contains("5 quads; an interval needs 6"),
        "{few:?}"
    );
    assert!(few.advice.contains("--quads"), "{few:?}");
}

#[test]
fn a_row_that_the_99_percent_interval_leaves_undecided_says_why() {
    let log = |quad: usize| if quad == 0 { -0.01 } else { 0.1 };
    let values = made(6, |quad, place| {
        if is_b(place) {
            f64::exp(log(quad))
        } else {
            1.0
        }
    });
    let summary = summarise(&replay(), &quads(0, &values));
    let ratio = summary.replay.expect("a replay").results[0].ratio;
    let ratio = ratio.expect("a ratio");
    assert_eq!(ratio.verdict, Verdict::Inconclusive, "{ratio:?}");
    assert!(ratio.ci.is_some_and(|[low, _]| low > 1.02), "{ratio:?}");
    let said = &summary.warnings[0].message;
    assert!(
        said.ends_with("after 6 quads, and at 99% it holds 1"),
        "{said}"
    );
}

#[test]
fn quads_that_resemble_those_before_them_make_the_ratio_doubtful() {
    let mut noise = Noise::new(5);
    let mut now = 0.0;
    let slow = made(60, |_, place| {
        if place == 1 {
            now = 0.95 * now + 0.05 * noise.normal();
        }
        1e6 * if is_b(place) { f64::exp(now) } else { 1.0 }
    });
    let found = warnings(&replay(), &quads(0, &slow));
    assert_eq!(sides(&found, WarningKind::Autocorrelation), [None]);
}

/// Either side has two modes, and B alone is more often in the faster one.
fn across() -> Vec<[f64; 4]> {
    let mut noise = Noise::new(7);
    made(40, |quad, place| {
        // B is 3 % slower in every quad; in a tenth of them it alone is in the faster mode.
        let fast = if is_b(place) {
            quad % 20 < 11
        } else {
            quad % 20 < 9
        };
        let mode = if fast { 1.0 } else { 2.0 };
        let slower = if is_b(place) { 1.03 } else { 1.0 };
        1e6 * mode * slower * (0.002 * noise.normal()).exp()
    })
}

#[test]
fn a_ratio_that_contradicts_the_medians_says_so() {
    let summary = summarise(&replay(), &quads(0, &across()));
    let of = summary.replay.as_ref().expect("a replay");
    let row = &of.results[0];
    assert_eq!(row.verdict(), Some(Verdict::Worse), "{row:?}");
    let medians = row.other_than_medians(of.margin).expect("another ratio");
    assert!(medians < 0.6, "{medians}");
    let found = &summary.warnings;
    assert_eq!(sides(found, WarningKind::MediansDisagree), [None]);
    let both = [Some(Side::A), Some(Side::B)];
    assert_eq!(sides(found, WarningKind::TwoModes), both);
}

#[test]
fn medians_that_agree_say_nothing() {
    let mut noise = Noise::new(9);
    let alike = made(40, |_, _| 1e6 * (0.01 * noise.normal()).exp());
    let found = warnings(&replay(), &quads(0, &alike));
    assert_eq!(found, []);
}

#[test]
fn what_is_counted_or_was_not_measured_is_not_doubted() {
    let mut run = replay();
    run.rows[0].metric = labrun_record::Metric::Size;
    let found = warnings(&run, &quads(0, &[[1.0, 2.0, 2.0, 1.0]; 3]));
    assert_eq!(found, []);
}
