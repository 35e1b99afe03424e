//! Many series of one runtime that moved together: one grouped regression.
//!
//! It is found in two ways. Many of its series are suspects of one direction; or the median of its
//! series lies farther from its own last nights than chance explains, though most of them would not be
//! suspects alone.

use std::collections::BTreeMap;

use labrun_analysis::stats::median;
use serde::{Deserialize, Serialize};

use super::baseline::{Baseline, Scale};
use super::level::Levelled;
use super::night::Standing;
use super::series::{Direction, Kind, Quantity, Series, Settings};

/// The share of a group's series that have to be suspects for it to have moved as a whole.
const SHARE: f64 = 0.25;

/// A runtime of which many series moved together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GroupSuspect {
    /// Which.
    pub group: String,
    /// In which quantity.
    pub of: Quantity,
    /// Which way.
    pub direction: Direction,
    /// How many times as slow, or as large, the median of its series is.
    pub factor: f64,
    /// The places of its series that are suspects of this direction.
    pub suspects: Vec<usize>,
    /// The places of those that say most: what is to be replayed.
    pub telling: Vec<usize>,
    /// How many of its series were judged.
    pub judged: usize,
}

/// The groups that moved. The lines are those of the window without the nights' shifts.
pub(super) fn moved(
    of: Quantity,
    (series, places): (&[&Series], &[usize]),
    lines: &[Levelled],
    standings: &[Standing],
    settings: &Settings,
) -> Vec<GroupSuspect> {
    let mut names: Vec<&str> = Vec::new();
    for one in series.iter().filter(|one| one.kind == Kind::Measured) {
        if !names.contains(&one.group.as_str()) {
            names.push(&one.group);
        }
    }
    let of_group = |name: &str| {
        let own: Vec<usize> = (0..series.len())
            .filter(|&line| series[line].kind == Kind::Measured && series[line].group == name)
            .filter(|&line| standings[places[line]].departure().is_some())
            .collect();
        let group = Group {
            lines: own,
            places,
            standings,
        };
        group.judge(of, name, lines, settings)
    };
    names.into_iter().filter_map(of_group).collect()
}

/// The groups of which many exact counts changed the same way.
pub(super) fn counted(
    series: &[Series],
    standings: &[Standing],
    settings: &Settings,
) -> Vec<GroupSuspect> {
    let mut found: BTreeMap<(&str, bool), Vec<usize>> = BTreeMap::new();
    let mut judged: BTreeMap<&str, usize> = BTreeMap::new();
    for (place, (one, standing)) in series.iter().zip(standings).enumerate() {
        if one.kind != Kind::Exact || standing.departure().is_none() {
            continue;
        }
        *judged.entry(one.group.as_str()).or_default() += 1;
        if let Standing::Suspect(suspect) = standing {
            let is_worse = suspect.direction == Direction::Worse;
            let own = found.entry((one.group.as_str(), is_worse)).or_default();
            own.push(place);
        }
    }
    let is_group = |of: usize, suspects: usize| {
        suspects as f64 >= (SHARE * of as f64).max(settings.many.max(1) as f64)
    };
    let factor = |places: &[usize]| {
        let ratios = places
            .iter()
            .filter_map(|&place| standings[place].departure());
        median(
            &ratios
                .map(|departure| departure.ratio)
                .collect::<Vec<f64>>(),
        )
        .unwrap_or(1.0)
    };
    found
        .into_iter()
        .filter(|((name, _), places)| is_group(judged[name], places.len()))
        .map(|((name, is_worse), places)| GroupSuspect {
            group: name.to_owned(),
            of: Quantity::Amount,
            direction: if is_worse {
                Direction::Worse
            } else {
                Direction::Better
            },
            factor: factor(&places),
            telling: places.iter().copied().take(settings.many).collect(),
            judged: judged[name],
            suspects: places,
        })
        .collect()
}

struct Group<'a> {
    lines: Vec<usize>,
    places: &'a [usize],
    standings: &'a [Standing],
}

impl Group<'_> {
    fn judge(
        &self,
        of: Quantity,
        name: &str,
        lines: &[Levelled],
        settings: &Settings,
    ) -> Option<GroupSuspect> {
        if self.lines.len() < settings.many.max(1) {
            return None;
        }
        let path = self.path(lines);
        let (now, before) = path.split_last()?;
        let by_median = by_median(*now, before, self.level(lines), settings);
        let [worse, better] = [Direction::Worse, Direction::Better].map(|way| self.suspects(way));
        let enough = (SHARE * self.lines.len() as f64).max(settings.many as f64);
        let by_number = |suspects: &[usize]| suspects.len() as f64 >= enough;
        let direction = match by_median {
            Some(direction) => direction,
            None if by_number(&worse) && worse.len() >= better.len() => Direction::Worse,
            None if by_number(&better) => Direction::Better,
            None => return None,
        };
        let suspects = match direction {
            Direction::Worse => worse,
            Direction::Better => better,
        };
        Some(GroupSuspect {
            group: name.to_owned(),
            of,
            direction,
            factor: now.exp(),
            telling: self.telling(direction, settings.many),
            suspects,
            judged: self.lines.len(),
        })
    }

    /// The median of its series in each night, each as a distance from what is usual for it. NaN of a
    /// night of which fewer than half were measured.
    fn path(&self, lines: &[Levelled]) -> Vec<f64> {
        let usual: Vec<f64> = self
            .lines
            .iter()
            .map(|&line| {
                let before = lines[line]
                    .line
                    .split_last()
                    .map_or(&[][..], |(_, before)| before);
                Baseline::of(before).map_or(f64::NAN, |baseline| baseline.middle)
            })
            .collect();
        let width = self.lines.first().map_or(0, |&line| lines[line].line.len());
        (0..width)
            .map(|night| {
                let own = self.lines.iter().zip(&usual);
                let away: Vec<f64> = own
                    .map(|(&line, usual)| lines[line].line[night] - usual)
                    .filter(|away| !away.is_nan())
                    .collect();
                let most = 2 * away.len() >= self.lines.len();
                median(&away).filter(|_| most).unwrap_or(f64::NAN)
            })
            .collect()
    }

    /// So many nights say where its median is: as many as those of the series in the middle.
    fn level(&self, lines: &[Levelled]) -> usize {
        let mut nights: Vec<usize> = self.lines.iter().map(|&line| lines[line].nights).collect();
        nights.sort_unstable();
        nights.get(nights.len() / 2).copied().unwrap_or(0)
    }

    fn suspects(&self, way: Direction) -> Vec<usize> {
        let places = self.lines.iter().map(|&line| self.places[line]);
        let is_own = |place: &usize| matches!(self.standings[*place], Standing::Suspect(one) if one.direction == way);
        places.filter(is_own).collect()
    }

    /// Those that lie farthest in this direction.
    fn telling(&self, way: Direction, many: usize) -> Vec<usize> {
        let sign = match way {
            Direction::Worse => 1.0,
            Direction::Better => -1.0,
        };
        let places = self.lines.iter().map(|&line| self.places[line]);
        let mut away: Vec<(usize, f64)> = places
            .filter_map(|place| Some((place, sign * self.standings[place].departure()?.sigmas)))
            .filter(|(_, away)| *away > 0.0)
            .collect();
        away.sort_by(|(_, a), (_, b)| b.total_cmp(a));
        away.into_iter()
            .take(many)
            .map(|(place, _)| place)
            .collect()
    }
}

/// Which way the median of its series went, if farther than chance and the least shift explain.
fn by_median(now: f64, before: &[f64], level: usize, settings: &Settings) -> Option<Direction> {
    let baseline = Baseline::of(before)?.at_level(level);
    let enough = !now.is_nan() && baseline.nights >= settings.least_nights.max(2);
    let scale = Scale::pooled(&baseline, &[], settings.floor);
    let away = baseline.away(now, scale);
    let beyond = away.abs() > scale.limit(settings.sigmas)
        && now.abs() > settings.least_shift.max(0.0).ln_1p();
    (enough && beyond).then_some(if now > 0.0 {
        Direction::Worse
    } else {
        Direction::Better
    })
}
