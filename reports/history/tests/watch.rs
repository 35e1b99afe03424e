//! Does the watch keep its word? Simulated nights with fixed seeds; `examples/nights.rs` prints the
//! whole tables, of many more.

mod support;

use labrun_history::judge::Settings;
use support::nights::{Lab, Noisy, Of};
use support::trial::{Old, changed, dated, grouped, quiet};

fn lab(noisy: Noisy) -> Lab {
    Lab {
        noisy,
        ..Lab::default()
    }
}

#[test]
fn nothing_is_cried_when_nothing_changed() {
    for (name, noisy) in Noisy::ALL {
        let settings = Settings::default();
        // Nights from the first that is judged on, with replays that are five times as wide as usual.
        let found = quiet(lab(noisy), Old::Restless, 8, 2, &settings);
        assert_eq!(found.nights, 2 * 52, "{name}");
        assert!(found.series_nights > 5_000, "{name}: {found:?}");
        assert!(found.suspected > 0, "{name}: {found:?}");
        assert!(
            found.per_thousand(found.suspected) < 60.0,
            "{name}: {found:?}"
        );
        assert!(found.per_thousand(found.alerts) <= 0.5, "{name}: {found:?}");
        assert_eq!(found.standing, 0, "{name}: {found:?}");
        assert_eq!(found.groups_confirmed, 0, "{name}: {found:?}");
    }
}

#[test]
fn a_lasting_change_is_confirmed_within_two_nights() {
    for (name, noisy) in Noisy::ALL {
        let settings = Settings::default();
        // The textbook's t3 has more noise than the 1 % that is asked for.
        let usual = if noisy == Noisy::WideT3 { 0.9 } else { 0.95 };
        for (times, before, least) in [(1.05, 8, usual), (1.05, 40, usual), (1.10, 40, 0.99)] {
            let lab = Lab {
                nights: before + 2,
                ..lab(noisy)
            };
            let found = changed(lab, Old::Kept, (before, times), 25, &settings);
            let share = found.in_two as f64 / found.series as f64;
            assert!(share >= least, "{name} {times} {before}: {found:?}");
            // Its size is right.
            assert!(found.error < 0.008, "{name} {times} {before}: {found:?}");
            let standing = found.standing as f64 / found.in_two as f64;
            assert!(standing > 0.95, "{name} {times} {before}: {found:?}");
        }
    }
}

#[test]
fn after_a_change_that_is_known_nothing_is_cried_and_the_next_is_confirmed() {
    for (name, noisy) in Noisy::ALL {
        let settings = Settings::default();
        for of in [Of::First, Of::All] {
            let lab = Lab {
                level: Some((40, of)),
                nights: 56,
                ..lab(noisy)
            };
            let found = quiet(lab, Old::Restless, 41, 3, &settings);
            assert!(found.series_nights > 2_000, "{name} {of:?}: {found:?}");
            assert!(
                found.per_thousand(found.alerts) <= 0.5,
                "{name} {of:?}: {found:?}"
            );
            assert_eq!(found.groups_confirmed, 0, "{name} {of:?}: {found:?}");
            for since in [1, 3, 7] {
                let night = 40 + since;
                let lab = Lab {
                    nights: night + 2,
                    ..lab
                };
                let found = changed(lab, Old::Kept, (night, 1.10), 25, &settings);
                let share = found.in_two as f64 / found.series as f64;
                assert!(share >= 0.95, "{name} {of:?} {since}: {found:?}");
            }
        }
    }
}

#[test]
fn without_an_old_build_two_nights_in_a_row_confirm() {
    let lab = Lab {
        nights: 42,
        ..lab(Noisy::Gaussian)
    };
    let found = changed(lab, Old::Lost, (40, 1.10), 30, &Settings::default());
    assert_eq!(found.at_once, 0, "{found:?}");
    assert!(
        found.in_two as f64 >= 0.9 * found.series as f64,
        "{found:?}"
    );
}

#[test]
fn a_runtime_that_has_most_series_is_not_swallowed_when_it_moves() {
    for (whole, groups, controls) in [
        (Some(0), [20, 10, 10, 10], 4),
        (Some(0), [60, 14, 13, 13], 4),
        (Some(0), [60, 14, 13, 13], 0),
        (Some(0), [60, 40, 0, 0], 4),
        (Some(0), [60, 40, 0, 0], 0),
        (Some(0), [60, 0, 0, 0], 4),
        (Some(0), [60, 0, 0, 0], 0),
        (None, [20, 10, 10, 10], 4),
    ] {
        for noisy in [Noisy::Gaussian, Noisy::T3, Noisy::Jumps] {
            let lab = Lab {
                groups,
                controls,
                nights: 41,
                ..lab(noisy)
            };
            let found = grouped(lab, whole, (40, 1.07), 4, &Settings::default());
            assert_eq!(
                found.suspected, 4,
                "{groups:?} {controls} {noisy:?}: {found:?}"
            );
            assert_eq!(
                found.confirmed, 4,
                "{groups:?} {controls} {noisy:?}: {found:?}"
            );
            assert_eq!(found.wrong, 0, "{groups:?} {controls} {noisy:?}: {found:?}");
            assert!(
                (found.share - 1.0).abs() < 0.2,
                "{groups:?} {controls} {noisy:?}: {found:?}"
            );
            let others = if whole.is_none() { 3 * 4 } else { 0 };
            assert_eq!(
                found.others, others,
                "{groups:?} {controls} {noisy:?}: {found:?}"
            );
        }
    }
}

#[test]
fn what_is_confirmed_is_dated_within_a_night() {
    for (name, noisy) in Noisy::ALL {
        for after in [0, 14] {
            let found = dated(lab(noisy), (60, 1.05), (None, after), 16);
            assert!(
                found.within_one * 100 >= found.changes * 90,
                "{name} {after}: {found:?}"
            );
            assert!(
                found.ended_wrongly * 100 <= found.changes * 5,
                "{name} {after}: {found:?}"
            );
        }
        let found = dated(lab(noisy), (60, 1.10), (Some(14), 30), 16);
        assert!(found.ended * 100 >= found.changes * 90, "{name}: {found:?}");
    }
}
