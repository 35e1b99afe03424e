//! What must hold for any history whatever.

use labrun_history::dating::{Dating, change_points, span};
use labrun_history::judge::{
    Direction, Evidence, Judged, Kind, Quantity, Replay, Series, Settings, Standing, conclude,
    freed, judge,
};
use labrun_record::Better;
use proptest::prelude::*;

/// Values around 100, as nights have them.
fn usual() -> impl Strategy<Value = Option<f64>> {
    prop_oneof![
        9 => (9_000_u32..11_000).prop_map(|v| Some(f64::from(v) / 100.0)),
        1 => Just(None),
    ]
}

/// Whatever a file may hold.
fn any_value() -> impl Strategy<Value = Option<f64>> {
    prop_oneof![
        4 => (9_000_u32..11_000).prop_map(|v| Some(f64::from(v) / 100.0)),
        1 => Just(None),
        1 => prop_oneof![
            Just(f64::NAN),
            Just(f64::INFINITY),
            Just(f64::NEG_INFINITY),
            Just(0.0),
            Just(-0.0),
            Just(-5.0),
            Just(f64::MIN_POSITIVE / 4.0),
            Just(f64::MAX),
        ].prop_map(Some),
        1 => any::<f64>().prop_map(Some),
    ]
}

fn history(
    value: impl Strategy<Value = Option<f64>> + 'static,
) -> impl Strategy<Value = Vec<Series>> {
    let one = (
        0..3_usize,
        0..3_usize,
        0..5_usize,
        prop::bool::ANY,
        prop::collection::vec(value, 0..24),
        0..6_usize,
    );
    let one = one.prop_map(|(metric, group, kind, higher, values, level)| Series {
        name: String::new(),
        metric: format!("m{metric}"),
        group: format!("g{group}"),
        kind: [
            Kind::Measured,
            Kind::Measured,
            Kind::Measured,
            Kind::Exact,
            Kind::Control,
        ][kind],
        quantity: [Quantity::Speed, Quantity::Amount][metric % 2],
        better: if higher {
            Better::Higher
        } else {
            Better::Lower
        },
        least_effect: 0.02,
        values,
        levels: vec![level / 4],
    });
    prop::collection::vec(one, 0..28).prop_map(|mut all| {
        for (place, one) in all.iter_mut().enumerate() {
            one.name = format!("{place}");
        }
        all
    })
}

fn near(a: f64, b: f64) -> bool {
    a.total_cmp(&b).is_eq() || (a - b).abs() <= 1e-6 * a.abs().max(b.abs()).max(1.0)
}

/// The same but for rounding.
fn alike(a: &Standing, b: &Standing) -> bool {
    match (a, b) {
        (Standing::Steady(_), Standing::Steady(_))
        | (Standing::Suspect(_), Standing::Suspect(_)) => {
            let (Some(a), Some(b)) = (a.departure(), b.departure()) else {
                return false;
            };
            near(a.ratio, b.ratio) && near(a.sigmas, b.sigmas) && near(a.scale, b.scale)
        }
        (a, b) => a == b,
    }
}

/// Whether what is suspect is decided beyond rounding.
fn is_clear(judged: &Judged) -> bool {
    judged
        .standings
        .iter()
        .filter_map(Standing::departure)
        .all(|one| {
            let away = (one.sigmas.abs() - one.limit).abs() > 1e-6;
            let effect = (one.ratio.ln().abs() - 0.02_f64.ln_1p()).abs() > 1e-6;
            away && effect || one.sigmas.is_infinite() || one.limit == 0.0
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_that_a_history_may_hold_is_a_panic(
        series in history(any_value()),
        night in 0..30_usize,
        replays in prop::collection::vec(0..5_usize, 28),
    ) {
        let settings = Settings::default();
        let judged = judge(&series, night, &settings);
        prop_assert_eq!(judged.standings.len(), series.len());
        for (place, standing) in judged.standings.iter().enumerate() {
            if let Some(departure) = standing.departure() {
                prop_assert!(!departure.sigmas.is_nan(), "{} {:?}", place, departure);
                prop_assert!(!departure.ratio.is_nan() || departure.sigmas == 0.0);
            }
            if let Standing::Suspect(_) = standing {
                prop_assert!(series[place].kind != Kind::Control);
            }
        }
        let evidence: Vec<Evidence> = judged.to_replay().into_iter().map(|place| Evidence {
            place,
            replay: match replays[place] {
                0 => Replay::Confirmed { ratio: 1.1, interval: [1.05, 1.15] },
                1 => Replay::Equivalent,
                2 => Replay::Inconclusive,
                3 => Replay::NoOldBuild,
                _ => Replay::NotReplayed,
            },
            before: None,
        }).collect();
        let verdicts = conclude(&series, &judged, &evidence, &settings);
        prop_assert!(verdicts.series.len() >= judged.suspects().len());
        for values in freed(&series, 0..night, &settings) {
            prop_assert_eq!(values.len(), night);
        }
        for one in &series {
            let by = Dating::default();
            for point in change_points(&one.values, &by) {
                prop_assert!(point.at > 0 && one.values[point.at].is_some());
            }
            let dated = span(&one.values, one.better, night, Direction::Worse, &by);
            if let Some(span) = dated {
                prop_assert!(span.began <= night);
                prop_assert!(span.ended.is_none_or(|ended| ended > span.began));
            }
        }
    }

    #[test]
    fn scaling_the_values_of_a_series_changes_nothing(
        series in history(usual()),
        night in 8..24_usize,
        scales in prop::collection::vec(1_u32..1_000_000, 28),
    ) {
        let settings = Settings::default();
        let judged = judge(&series, night, &settings);
        prop_assume!(is_clear(&judged));
        let mut scaled = series.clone();
        for (one, scale) in scaled.iter_mut().zip(scales) {
            for value in one.values.iter_mut().flatten() {
                *value *= f64::from(scale);
            }
        }
        let again = judge(&scaled, night, &settings);
        for (a, b) in judged.standings.iter().zip(&again.standings) {
            prop_assert!(alike(a, b), "{:?} {:?}", a, b);
        }
        let groups = |judged: &Judged| judged.groups.iter().map(|g| (g.group.clone(), g.direction, g.suspects.clone())).collect::<Vec<_>>();
        prop_assert_eq!(groups(&judged), groups(&again));
        prop_assert_eq!(judged.environment.is_some(), again.environment.is_some());
    }

    #[test]
    fn the_order_of_series_changes_nothing(series in history(usual()), night in 8..24_usize, turn in 0..16_usize) {
        let settings = Settings::default();
        let judged = judge(&series, night, &settings);
        prop_assume!(is_clear(&judged));
        let mut turned = series.clone();
        let by = turn % series.len().max(1);
        turned.rotate_left(by);
        turned.reverse();
        let again = judge(&turned, night, &settings);
        for (place, one) in series.iter().enumerate() {
            let other = turned.iter().position(|other| other.name == one.name).expect("it is there");
            let (a, b) = (&judged.standings[place], &again.standings[other]);
            prop_assert!(alike(a, b), "{:?} {:?}", a, b);
        }
        prop_assert_eq!(judged.groups.len(), again.groups.len());
    }

    #[test]
    fn what_comes_after_a_night_is_none_of_its_business(series in history(usual()), night in 0..24_usize) {
        let settings = Settings::default();
        let mut cut = series.clone();
        for one in &mut cut {
            one.values.truncate(night + 1);
        }
        prop_assert_eq!(judge(&series, night, &settings), judge(&cut, night, &settings));
    }

    #[test]
    fn change_points_do_not_depend_on_the_unit(values in prop::collection::vec(usual(), 0..80), scale in 1_u32..1_000) {
        let by = Dating { rarity: 0.05, ..Dating::default() };
        let places = |values: &[Option<f64>]| change_points(values, &by).iter().map(|p| p.at).collect::<Vec<_>>();
        // By a power of two nothing is rounded.
        let scale = f64::from(scale).log2().floor().exp2();
        let scaled: Vec<Option<f64>> = values.iter().map(|v| v.map(|v| v * scale)).collect();
        prop_assert_eq!(places(&values), places(&scaled));
    }
}
