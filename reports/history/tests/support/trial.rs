//! Trials of the whole method on made-up histories: nights judged one after another, their suspects
//! replayed, and what is found counted.

use std::collections::BTreeSet;

use labrun_history::dating::{Dating, span};
use labrun_history::judge::{
    Conclusion, Direction, Evidence, Judged, Replay, Settings, Standing, Suspect, Verdicts,
    conclude, freed, judge,
};

use super::Noise;
use super::nights::{Lab, change};
use super::replays::Replaying;

/// What is known of builds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Old {
    /// Suspects are replayed.
    Kept,
    /// They are, but replays are five times as wide.
    Restless,
    /// There is no old build.
    Lost,
}

impl Old {
    fn replaying(self) -> Replaying {
        match self {
            Self::Restless => Replaying::wide(),
            Self::Kept | Self::Lost => Replaying::default(),
        }
    }
}

/// What histories in which nothing changed came to.
#[derive(Debug, Default, Clone, Copy)]
pub struct Quiet {
    pub nights: usize,
    pub series_nights: usize,
    /// Suspected, before any replay.
    pub suspected: usize,
    /// Confirmed, although nothing changed.
    pub alerts: usize,
    /// Of those, what stands after Benjamini and Hochberg.
    pub standing: usize,
    /// Groups that were suspected, and confirmed.
    pub groups: usize,
    pub groups_confirmed: usize,
    /// Nights that were an environment shift.
    pub environments: usize,
}

impl Quiet {
    pub fn per_thousand(&self, count: usize) -> f64 {
        1000.0 * count as f64 / self.series_nights as f64
    }

    pub fn per_thousand_nights(&self, count: usize) -> f64 {
        1000.0 * count as f64 / self.nights as f64
    }
}

/// Replays what a night suspects and concludes.
pub fn night(
    lab: &[labrun_history::judge::Series],
    judged: &Judged,
    before: Option<&Judged>,
    old: Old,
    settings: &Settings,
    mut replay: impl FnMut(usize) -> Replay,
) -> Verdicts {
    let places = judged.to_replay();
    let evidence: Vec<Evidence> = places
        .into_iter()
        .map(|place| Evidence {
            place,
            replay: match old {
                Old::Kept | Old::Restless => replay(place),
                Old::Lost => Replay::NoOldBuild,
            },
            before: before.and_then(|before| suspect(before, place)),
        })
        .collect();
    conclude(lab, judged, &evidence, settings)
}

fn suspect(judged: &Judged, place: usize) -> Option<Suspect> {
    match judged.standings[place] {
        Standing::Suspect(suspect) => Some(suspect),
        _ => None,
    }
}

/// Nights in which nothing changed, of `histories` histories, from the `first` on.
pub fn quiet(lab: Lab, old: Old, first: usize, histories: u64, settings: &Settings) -> Quiet {
    let mut found = Quiet::default();
    for seed in 0..histories {
        let series = lab.series(1000 + seed);
        let mut noise = Noise::new(2000 + seed);
        let mut before: Option<Judged> = None;
        for at in first..lab.nights {
            let judged = judge(&series, at, settings);
            let verdicts = night(&series, &judged, before.as_ref(), old, settings, |_| {
                old.replaying().of(1.0, &mut noise)
            });
            found.nights += 1;
            found.series_nights += judged.judged();
            found.suspected += judged.suspects().len();
            let alerts = verdicts
                .series
                .iter()
                .filter(|s| s.conclusion.is_confirmed());
            found.alerts += alerts.clone().count();
            found.standing += alerts.filter(|one| one.stands).count();
            found.groups += judged.groups.len();
            let confirmed = verdicts
                .groups
                .iter()
                .filter(|g| g.conclusion.is_confirmed());
            found.groups_confirmed += confirmed.count();
            found.environments += usize::from(verdicts.environment.is_some());
            before = Some(judged);
        }
    }
    found
}

/// What became of series that became slower, and stayed so.
#[derive(Debug, Default, Clone, Copy)]
pub struct Changed {
    pub series: usize,
    /// Confirmed in the night of the change; in it or the next.
    pub at_once: usize,
    pub in_two: usize,
    /// Of those in two, what stands after Benjamini and Hochberg.
    pub standing: usize,
    /// The mean error of the ratio that was confirmed.
    pub error: f64,
}

/// One series of each history takes `times` as long from night `at` on.
pub fn changed(
    lab: Lab,
    old: Old,
    (at, times): (usize, f64),
    histories: u64,
    settings: &Settings,
) -> Changed {
    let mut found = Changed::default();
    for seed in 0..histories {
        let mut series = lab.series(3000 + seed);
        let mut noise = Noise::new(4000 + seed);
        // Two of each of the first two groups, so that a night tells more.
        let places = lab.of_known_scale();
        for place in places {
            change(&mut series[place], at, times);
        }
        let mut seen: BTreeSet<usize> = BTreeSet::new();
        let mut before: Option<Judged> = None;
        for now in at..at + 2 {
            let judged = judge(&series, now, settings);
            let verdicts = night(&series, &judged, before.as_ref(), old, settings, |place| {
                let times = if places.contains(&place) { times } else { 1.0 };
                old.replaying().of(times, &mut noise)
            });
            for one in verdicts
                .series
                .iter()
                .filter(|s| s.conclusion.is_confirmed())
            {
                if places.contains(&one.place) && seen.insert(one.place) {
                    found.at_once += usize::from(now == at);
                    found.in_two += 1;
                    found.standing += usize::from(one.stands);
                    if let Conclusion::Confirmed { ratio, .. } = one.conclusion {
                        found.error += (ratio - times).abs();
                    }
                }
            }
            before = Some(judged);
        }
        found.series += places.len();
    }
    found.error /= found.in_two.max(1) as f64;
    found
}

/// What became of a runtime of which every series became slower, or of all of them.
#[derive(Debug, Default, Clone, Copy)]
pub struct Grouped {
    pub histories: usize,
    /// The group was suspected as one, in the night of the change.
    pub suspected: usize,
    /// And confirmed.
    pub confirmed: usize,
    /// Another group was confirmed.
    pub others: usize,
    /// Series of other groups that were confirmed.
    pub wrong: usize,
    /// The mean share of the change that its factor shows.
    pub share: f64,
}

pub fn grouped(
    lab: Lab,
    group: Option<usize>,
    (at, times): (usize, f64),
    histories: u64,
    settings: &Settings,
) -> Grouped {
    let mut found = Grouped::default();
    for seed in 0..histories {
        let mut series = lab.series(5000 + seed);
        let mut noise = Noise::new(6000 + seed);
        let name = format!("runtime-{}", group.unwrap_or(0));
        let is_own = |one: &labrun_history::judge::Series| {
            let is_group = group.is_none() || one.group == name;
            is_group && one.kind == labrun_history::judge::Kind::Measured
        };
        for one in series.iter_mut().filter(|one| is_own(one)) {
            change(one, at, times);
        }
        let judged = judge(&series, at, settings);
        let verdicts = night(&series, &judged, None, Old::Kept, settings, |place| {
            let times = if is_own(&series[place]) { times } else { 1.0 };
            Replaying::default().of(times, &mut noise)
        });
        found.histories += 1;
        let own = judged.groups.iter().find(|group| group.group == name);
        found.suspected += usize::from(own.is_some());
        found.share += own.map_or(0.0, |own| own.factor.ln() / times.ln());
        for one in verdicts
            .groups
            .iter()
            .filter(|g| g.conclusion.is_confirmed())
        {
            if one.group.group == name {
                found.confirmed += 1;
            } else {
                found.others += 1;
            }
        }
        let alerts = verdicts
            .series
            .iter()
            .filter(|s| s.conclusion.is_confirmed());
        found.wrong += alerts.filter(|one| !is_own(&series[one.place])).count();
    }
    found.share /= found.histories.max(1) as f64;
    found
}

/// How well changes were dated.
#[derive(Debug, Default, Clone, Copy)]
pub struct Dates {
    pub changes: usize,
    /// On the very night.
    pub exact: usize,
    /// Within one.
    pub within_one: usize,
    /// Of those that ended: the end within one.
    pub ended: usize,
    /// Said to have ended though they did not.
    pub ended_wrongly: usize,
}

/// Dates a change that began in night `at`, lasts for `lasting` nights or for good, and was confirmed one
/// night after it began, when `after` nights have passed since.
pub fn dated(
    lab: Lab,
    (at, times): (usize, f64),
    (lasting, after): (Option<usize>, usize),
    histories: u64,
) -> Dates {
    let lab = Lab {
        nights: at + after + 2,
        ..lab
    };
    let mut dates = Dates::default();
    for seed in 0..histories {
        let mut series = lab.series(7000 + seed);
        let places = lab.of_known_scale();
        for place in places {
            change(&mut series[place], at, times);
            if let Some(lasting) = lasting {
                change(&mut series[place], at + lasting, 1.0 / times);
            }
        }
        let values = freed(&series, 0..lab.nights, &Settings::default());
        for place in places {
            let (by, better) = (Dating::default(), series[place].better);
            let span = span(&values[place], better, at + 1, Direction::Worse, &by);
            let span = span.expect("it has values");
            let near = |night: usize, meant: usize| night.abs_diff(meant) <= 1;
            dates.changes += 1;
            dates.exact += usize::from(span.began == at);
            dates.within_one += usize::from(near(span.began, at));
            match lasting {
                Some(lasting) => {
                    let right = span.ended.is_some_and(|ended| near(ended, at + lasting));
                    dates.ended += usize::from(right);
                }
                None => dates.ended_wrongly += usize::from(span.ended.is_some()),
            }
        }
    }
    dates
}
