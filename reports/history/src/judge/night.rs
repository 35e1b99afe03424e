//! The judgement of one night: where each series stands, and what all of them say together.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::baseline::{Baseline, Scale};
use super::discovery::Seen;
use super::environment::{EnvironmentShift, moved};
use super::exact::counted;
use super::group::{self, GroupSuspect};
use super::level::{Levelled, logs};
use super::series::{Direction, Kind, Quantity, Series, Settings};
use super::shift::{NightShift, polish};

/// What one night says.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged {
    /// Which night.
    pub night: usize,
    /// Where each series stands, in the order given.
    pub standings: Vec<Standing>,
    /// What was common to all series, and was taken out.
    pub shifts: Vec<NightShift>,
    /// Runtimes of which many series moved together.
    pub groups: Vec<GroupSuspect>,
    /// The controls that moved, if any did.
    pub environment: Option<EnvironmentShift>,
    /// As many series lay as far from usual in 19 of 20 of the nights before: so many suspects say
    /// nothing of the machine.
    pub usual: usize,
    /// How far series lay from usual in the nights before.
    pub(super) seen: Seen,
}

/// Where a series stands.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "standing")]
pub enum Standing {
    /// It was not measured this night.
    NotMeasured,
    /// Its value is not finite, or less than what can be judged: zero of what is measured.
    Unusable,
    /// Too few nights have a value.
    NoBaseline {
        /// So many have.
        nights: usize,
    },
    /// A control: it is judged with the environment.
    Control,
    /// As usual.
    Steady(Departure),
    /// Not as usual.
    Suspect(Suspect),
}

/// How far a series lies from its baseline.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Departure {
    /// The night's value, without its shift, as a multiple of the baseline. Not finite where a count
    /// was zero.
    pub ratio: f64,
    /// By how many standard deviations it is worse; of a count not finite where it changed.
    pub sigmas: f64,
    /// How many it may be.
    pub limit: f64,
    /// The standard deviation of one night, in logs.
    pub scale: f64,
    /// By how many standard deviations it was worse the night before, from the same baseline; 0 where it
    /// was not measured.
    pub before: f64,
    /// The nights of the baseline.
    pub nights: usize,
}

/// A series that is not as usual.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Suspect {
    /// Which way it went.
    pub direction: Direction,
    /// How far.
    pub departure: Departure,
}

impl Judged {
    /// The suspects, with the place of their series, the farthest from usual first.
    pub fn suspects(&self) -> Vec<(usize, Suspect)> {
        let places = self.standings.iter().enumerate();
        let mut suspects: Vec<(usize, Suspect)> = places
            .filter_map(|(place, standing)| match standing {
                Standing::Suspect(suspect) => Some((place, *suspect)),
                _ => None,
            })
            .collect();
        let away = |suspect: &Suspect| suspect.departure.sigmas.abs();
        suspects.sort_by(|(_, a), (_, b)| away(b).total_cmp(&away(a)));
        suspects
    }

    /// How many series were judged: held against a baseline.
    pub fn judged(&self) -> usize {
        let is_judged = |one: &&Standing| matches!(one, Standing::Steady(_) | Standing::Suspect(_));
        self.standings.iter().filter(is_judged).count()
    }

    /// How rarely a series lies so many standard deviations from usual by chance.
    pub fn rarity(&self, sigmas: f64) -> f64 {
        self.seen.rarity(sigmas)
    }

    /// What is to be replayed, by the place of its series: every suspect, and of a group that moved as a
    /// whole those that say most.
    pub fn to_replay(&self) -> Vec<usize> {
        let mut places: Vec<usize> = self.groups.iter().flat_map(|g| g.telling.clone()).collect();
        for (place, _) in self.suspects() {
            if !places.contains(&place) {
                places.push(place);
            }
        }
        places
    }
}

impl Suspect {
    /// Whether this night alone makes it one.
    pub fn is_far(&self) -> bool {
        self.departure.sigmas.abs() > self.departure.limit
    }
}

impl Standing {
    /// Its departure, where it has one.
    pub fn departure(&self) -> Option<&Departure> {
        match self {
            Self::Steady(departure) => Some(departure),
            Self::Suspect(suspect) => Some(&suspect.departure),
            _ => None,
        }
    }
}

/// Holds a night against those before it.
pub fn judge(series: &[Series], night: usize, settings: &Settings) -> Judged {
    let mut standings: Vec<Standing> = series
        .iter()
        .map(|one| at_first(one, night, settings))
        .collect();
    let (mut shifts, mut groups) = (Vec::new(), Vec::new());
    let (mut far, mut seen) = (vec![0; night.min(settings.window)], Vec::new());
    for of in [Quantity::Speed, Quantity::Amount, Quantity::Work] {
        let settings = &settings.of(of);
        let is_own = |place: &usize| {
            let one = &series[*place];
            one.quantity == of && one.kind != Kind::Exact
        };
        let places: Vec<usize> = (0..series.len()).filter(is_own).collect();
        if places.is_empty() {
            continue;
        }
        let own: Vec<&Series> = places.iter().map(|&place| &series[place]).collect();
        let (lines, shift) = lines(of, &own, night, settings);
        shifts.push(shift);
        let found = departures(&own, &lines, settings);
        for (line, departure) in lines.iter().zip(&found) {
            let Some(departure) = departure else { continue };
            for (far, away) in far.iter_mut().zip(were_away(&line.line, departure)) {
                *far += usize::from(away > departure.limit);
                seen.push(away);
            }
        }
        for ((&place, departure), one) in places.iter().zip(&found).zip(&own) {
            if let (Some(departure), Standing::Steady(_)) = (departure, standings[place]) {
                standings[place] = standing(*departure, one.least_effect, settings);
            }
        }
        groups.extend(group::moved(
            of,
            (&own, &places),
            &lines,
            &standings,
            settings,
        ));
    }
    groups.extend(group::counted(series, &standings, settings));
    Judged {
        night,
        environment: moved(series, night, settings),
        usual: usual(far),
        seen: Seen::new(seen),
        standings,
        shifts,
        groups,
    }
}

/// The values of some nights without what was common to the series in each, for dating. A series of
/// counts, and a night that has no value, stay as they are.
pub fn freed(
    series: &[Series],
    nights: Range<usize>,
    settings: &Settings,
) -> Vec<Vec<Option<f64>>> {
    let values = |one: &Series| -> Vec<Option<f64>> {
        let value = |night| one.values.get(night).copied().flatten();
        nights.clone().map(value).collect()
    };
    let mut all: Vec<Vec<Option<f64>>> = series.iter().map(values).collect();
    for of in [Quantity::Speed, Quantity::Amount] {
        let is_own =
            |place: &usize| series[*place].quantity == of && series[*place].kind != Kind::Exact;
        let places: Vec<usize> = (0..series.len()).filter(is_own).collect();
        let own: Vec<&Series> = places.iter().map(|&place| &series[place]).collect();
        let log = |one: &&Series| -> Vec<f64> {
            let log = |night| one.log(night).unwrap_or(f64::NAN);
            nights.clone().map(log).collect()
        };
        let polished = polish(of, &own, own.iter().map(log).collect(), settings);
        for ((place, one), line) in places.iter().zip(&own).zip(&polished.freed) {
            for (value, log) in all[*place].iter_mut().zip(line) {
                if !log.is_nan() {
                    *value = Some(of_value(*log, one));
                }
            }
        }
    }
    all
}

/// Where a series stands before it is held against others. What is to be is steady until then.
fn at_first(one: &Series, night: usize, settings: &Settings) -> Standing {
    let before = night.saturating_sub(settings.window)..night;
    let level = one.level_of(night);
    let steady = |nights| {
        Standing::Steady(Departure {
            ratio: 1.0,
            sigmas: 0.0,
            limit: settings.sigmas,
            scale: 0.0,
            before: 0.0,
            nights,
        })
    };
    match one.kind {
        _ if !one.has(night) => Standing::NotMeasured,
        Kind::Control => Standing::Control,
        Kind::Exact => match one.count(night) {
            Some(now) => counted(one, now, before.start.max(level)..night),
            None => Standing::Unusable,
        },
        Kind::Measured if one.log(night).is_none() => Standing::Unusable,
        Kind::Measured => {
            let has = |night: &usize| one.log(*night).is_some();
            let of_level = before.clone().filter(|night| *night >= level);
            let of_level = of_level.filter(has).count();
            // The first night of a level says where that is.
            let nights = if of_level == 0 {
                0
            } else {
                before.filter(has).count()
            };
            if nights < settings.least_nights.max(2) {
                Standing::NoBaseline { nights }
            } else {
                steady(nights)
            }
        }
    }
}

pub(super) fn direction(worse: bool) -> Direction {
    if worse {
        Direction::Worse
    } else {
        Direction::Better
    }
}

/// The logs of the window without what was common to each night, and what that was in the night that is
/// judged, which is the last. Each level of a series is a line of its own until that is out.
fn lines(
    of: Quantity,
    series: &[&Series],
    night: usize,
    settings: &Settings,
) -> (Vec<Levelled>, NightShift) {
    let window = night.saturating_sub(settings.window)..night + 1;
    let by_level: Vec<Vec<Vec<f64>>> = series.iter().map(|one| logs(one, &window)).collect();
    let owners = series.iter().zip(&by_level);
    let owners: Vec<&Series> = owners
        .flat_map(|(one, levels)| levels.iter().map(|_| *one))
        .collect();
    let counts: Vec<usize> = by_level.iter().map(Vec::len).collect();
    let polished = polish(of, &owners, by_level.concat(), settings);
    let mut freed = polished.freed.as_slice();
    let mut lines = Vec::with_capacity(series.len());
    for count in counts {
        let (own, rest) = freed.split_at(count.min(freed.len()));
        lines.push(Levelled::of(own));
        freed = rest;
    }
    (lines, polished.last)
}

/// How far each measured series lies from its baseline, where it has one.
fn departures(
    series: &[&Series],
    lines: &[Levelled],
    settings: &Settings,
) -> Vec<Option<Departure>> {
    let baselines: Vec<Option<(Baseline, f64, f64)>> = lines
        .iter()
        .zip(series)
        .map(|(levelled, one)| {
            let (now, before) = levelled.line.split_last()?;
            let baseline = Baseline::of(before)?.at_level(levelled.nights);
            let counts = one.kind == Kind::Measured && baseline.nights >= 2;
            let yesterday = before.last().copied().filter(|log| !log.is_nan());
            counts.then_some((baseline, *now, yesterday.unwrap_or(baseline.middle)))
        })
        .collect();
    let mut by_metric: BTreeMap<&str, Vec<(usize, f64)>> = BTreeMap::new();
    for (at, found) in baselines.iter().enumerate() {
        if let Some((baseline, ..)) = found.filter(|(one, ..)| one.nights >= settings.least_nights)
        {
            let alike = by_metric.entry(series[at].metric.as_str()).or_default();
            alike.push((at, baseline.own));
        }
    }
    let spreads = |of: usize| -> Vec<f64> {
        let alike = by_metric
            .get(series[of].metric.as_str())
            .into_iter()
            .flatten();
        let others = alike.filter(|(at, _)| *at != of);
        others.map(|(_, own)| *own).collect()
    };
    (0..series.len())
        .map(|at| {
            let (baseline, now, yesterday) = baselines[at]?;
            let scale = Scale::pooled(&baseline, &spreads(at), settings.floor);
            let worse_by = now - baseline.middle;
            (!now.is_nan()).then(|| Departure {
                ratio: of_value(worse_by, series[at]),
                sigmas: baseline.away(now, scale),
                limit: scale.limit(settings.sigmas),
                scale: scale.scale,
                before: baseline.away(yesterday, scale),
                nights: baseline.nights,
            })
        })
        .collect()
}

/// How far a series lay from its baseline in each of the nights before. NaN of one that has no value.
fn were_away<'a>(line: &'a [f64], departure: &'a Departure) -> impl Iterator<Item = f64> + 'a {
    let before = line.split_last().map_or(&[][..], |(_, before)| before);
    let baseline = Baseline::of(before).map_or(f64::NAN, |baseline| baseline.middle);
    before
        .iter()
        .map(move |log| (log - baseline).abs() / departure.scale)
}

/// What 19 of 20 nights have at most.
fn usual(mut far: Vec<usize>) -> usize {
    far.sort_unstable();
    let last = far.len().saturating_sub(1);
    far.get(last - last / 20).copied().unwrap_or(0)
}

/// Back from what is worse to a multiple of the value.
pub(super) fn of_value(worse_by: f64, one: &Series) -> f64 {
    match one.better {
        labrun_record::Better::Lower => worse_by.exp(),
        labrun_record::Better::Higher => (-worse_by).exp(),
    }
}

/// Suspect is what is beyond its limit and beyond the least effect; or, of two nights in a row on the same
/// side, not as far.
fn standing(departure: Departure, least_effect: f64, settings: &Settings) -> Standing {
    let Departure {
        sigmas,
        limit,
        before,
        scale,
        ..
    } = departure;
    let least = least_effect.max(0.0).ln_1p();
    let again = limit * settings.again_sigmas / settings.sigmas;
    let twice = sigmas.abs().min(before.abs()) > again
        && sigmas * before > 0.0
        && scale * before.abs() > least;
    if (sigmas.abs() > limit || twice) && departure.ratio.ln().abs() > least {
        Standing::Suspect(Suspect {
            direction: direction(departure.sigmas > 0.0),
            departure,
        })
    } else {
        Standing::Steady(departure)
    }
}
