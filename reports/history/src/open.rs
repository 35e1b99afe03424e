//! What became of what was confirmed: it is open until it is accepted, until what was found later took it back,
//! or until its values are back.

use std::cell::OnceCell;

use crate::dating::{Dating, is_back, is_back_since, since, span};
use crate::finding::{Check, Closed, Finding};
use crate::judge::{Direction, Kind, Known, freed};
use crate::nights::{Column, Nights};
use crate::watch::{Epoch, Watching};

/// What became of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Became<'a> {
    /// It is still so.
    Open,
    /// An epoch says that it is normal, and why.
    Accepted(&'a str),
    /// From this night on it is no more.
    Ended(usize),
}

/// What became of one series of a finding.
#[derive(Clone, Copy, PartialEq, Eq)]
enum OfSeries<'a> {
    Open,
    Accepted(&'a str),
    /// What was found later took it back, in a night.
    TakenBack(usize),
    /// Its values are back, from a night on.
    Back(usize),
}

/// So many nights in a row that are back where a measured series was say that it is.
const BACK: usize = 3;

/// Nights, with what was confirmed in them and said of them.
#[derive(Debug)]
pub struct Findings<'a> {
    nights: &'a Nights,
    watching: &'a Watching,
    /// What was common to the nights is found only where it is asked for.
    freed: OnceCell<Vec<Vec<Option<f64>>>>,
}

impl<'a> Findings<'a> {
    /// What is known of these nights.
    pub fn new(nights: &'a Nights, watching: &'a Watching) -> Self {
        Self {
            nights,
            watching,
            freed: OnceCell::new(),
        }
    }

    /// The values of each series without what was common to each night.
    pub fn freed(&self) -> &[Vec<Option<f64>>] {
        self.freed.get_or_init(|| {
            let series = self.nights.judged(self.watching);
            freed(
                &series,
                0..self.nights.names.len(),
                &self.watching.rules.judge,
            )
        })
    }

    /// What was confirmed to be worse, and still stands when the last of these nights is over. What is of another
    /// class of machine, or of another scenario, is no matter of these nights.
    pub fn still_open(&self) -> Vec<Finding> {
        let is_own = |finding: &&Finding| {
            let mut ids = finding.series.iter();
            ids.any(|id| self.nights.place_of(id).is_some())
        };
        let worse = self.watching.findings.iter();
        worse
            .filter(|finding| finding.direction == Direction::Worse)
            .filter(is_own)
            .filter(|finding| self.became(finding) == Became::Open)
            .cloned()
            .collect()
    }

    /// What was worse, and is over, which no check has seen before.
    fn over(&self) -> Vec<Closed> {
        let worse = self.watching.findings.iter();
        let worse = worse.filter(|finding| finding.direction == Direction::Worse);
        let new = worse.filter(|finding| {
            let mut closed = self.watching.closed.iter();
            !closed.any(|closed| closed.is(finding))
        });
        let of = |finding: &Finding| match self.became(finding) {
            Became::Ended(since) => Some(Closed {
                night: finding.night.clone(),
                label: finding.label.clone(),
                since: self.nights.names.get(since)?.clone(),
            }),
            Became::Open | Became::Accepted(_) => None,
        };
        new.filter_map(of).collect()
    }

    /// What became of one that was confirmed: what became of most of its series. What a check has seen the end of is
    /// over.
    pub fn became(&self, finding: &Finding) -> Became<'a> {
        let mut closed = self.watching.closed.iter();
        if let Some(closed) = closed.find(|closed| closed.is(finding)) {
            return Became::Ended(self.place_of(&closed.since));
        }
        let places = finding
            .series
            .iter()
            .filter_map(|id| self.nights.place_of(id));
        let all: Vec<OfSeries<'_>> = places.map(|place| self.of_series(finding, place)).collect();
        let accepted: Vec<&str> = all
            .iter()
            .filter_map(|one| match one {
                OfSeries::Accepted(reason) => Some(*reason),
                _ => None,
            })
            .collect();
        let ended: Vec<usize> = all
            .iter()
            .filter_map(|one| match *one {
                OfSeries::TakenBack(night) | OfSeries::Back(night) => Some(night),
                _ => None,
            })
            .collect();
        if 2 * (accepted.len() + ended.len()) <= all.len() {
            return Became::Open;
        }
        match ended.into_iter().max() {
            Some(night) if 2 * accepted.len() <= all.len() => Became::Ended(night),
            _ => accepted
                .last()
                .map_or(Became::Open, |reason| Became::Accepted(reason)),
        }
    }

    /// The epochs that have begun when the last of these nights is over: what is to be accepts nothing yet.
    fn begun(&self) -> impl DoubleEndedIterator<Item = &'a Epoch> + use<'a> {
        let last = self.nights.names.last().map_or("", String::as_str);
        let epochs = self.watching.epochs.epoch.iter();
        epochs.filter(move |epoch| epoch.since.as_str() <= last)
    }

    /// The place of a night, or of the first after it.
    fn place_of(&self, night: &str) -> usize {
        let names = &self.nights.names;
        names.partition_point(|name| name.as_str() < night)
    }

    fn of_series(&self, finding: &Finding, place: usize) -> OfSeries<'a> {
        let column = &self.nights.series[place];
        let mut epochs = self.begun().rev();
        if let Some(epoch) = epochs.find(|epoch| accepts(epoch, &finding.since, column)) {
            return OfSeries::Accepted(&epoch.reason);
        }
        if let Some(since) = taken_back(finding, column, &self.watching.findings) {
            let night = self
                .nights
                .names
                .partition_point(|name| name.as_str() < since);
            return OfSeries::TakenBack(night);
        }
        let back = self.nights.place(&finding.night);
        let back = back.and_then(|night| self.back(finding, place, night));
        back.map_or(OfSeries::Open, OfSeries::Back)
    }

    /// From which night on the values are back: by a change point or, since nights of which there are few have
    /// none that lasts, by the last values.
    fn back(&self, finding: &Finding, place: usize, confirmed: usize) -> Option<usize> {
        let column = &self.nights.series[place];
        let is_exact = column.key.kind() == Kind::Exact;
        let began = self
            .nights
            .names
            .partition_point(|name| *name < finding.since);
        let levels = self.watching.levels(column, self.nights);
        let level = levels
            .into_iter()
            .rfind(|&level| level < began)
            .unwrap_or(0);
        let ratio = finding.ratio_of(column);
        let times = (level, began, confirmed);
        if is_exact {
            // A count does not vary.
            return is_back(&column.values, times, ratio, 1);
        }
        let freed = &self.freed()[place];
        let better = column.key.better();
        let own = since(freed, level);
        let dated = span(
            &own,
            better,
            confirmed,
            finding.direction,
            &Dating::default(),
        );
        let ended = dated.and_then(|span| span.ended);
        let is_so = |&ended: &usize| is_back_since(freed, (level, began), ratio, (ended, BACK));
        if let Some(ended) = ended.filter(is_so) {
            return Some(ended);
        }
        // Neither a machine that was quicker has mended it, nor others that got as slow.
        let by_values = is_back(&column.values, times, ratio, BACK)?;
        Some(is_back(freed, times, ratio, BACK)?.max(by_values))
    }

    /// What was confirmed of a series since the build of a night was made; of an old build of which no night is
    /// known, what is open. `None` where something is accepted of which it is not known how much that is.
    pub fn known(&self, place: usize, old: Option<&str>) -> Option<Known> {
        let column = &self.nights.series[place];
        let own = self.watching.findings.iter();
        let own: Vec<&Finding> = own.filter(|finding| finding.holds(&column.id)).collect();
        let open = own.iter().filter(|finding| {
            let became = self.of_series(finding, place);
            finding.direction == Direction::Worse && became == OfSeries::Open
        });
        let first_open = open.map(|finding| finding.since.as_str()).min();
        let is_since = |since: &str| match old {
            Some(old) => since > old,
            None => first_open.is_some_and(|first| since >= first),
        };
        let later: Vec<&Finding> = own
            .into_iter()
            .filter(|finding| is_since(&finding.since))
            .collect();
        let mut epochs = self.begun();
        let is_unknown = epochs.any(|epoch| {
            let is_own = |finding: &&Finding| accepts(epoch, &finding.since, column);
            is_since(&epoch.since)
                && epoch.holds(&column.id, &column.key)
                && !later.iter().any(is_own)
        });
        if is_unknown {
            return None;
        }
        // What is back tonight is what tonight's replay is about.
        let last = self.nights.names.len().saturating_sub(1);
        let there = later.into_iter().filter(
            |finding| !matches!(self.of_series(finding, place), OfSeries::Back(at) if at < last),
        );
        let mut known = Known::NOTHING;
        for finding in there {
            let half = finding
                .interval
                .map_or(0.0, |[low, high]| (high / low).ln() / 2.0);
            known.ratio *= finding.ratio_of(column);
            known.half = known.half.hypot(half);
        }
        Some(known)
    }
}

/// A check of the last of these nights with what it closes, and what is open since before.
pub fn settled(nights: &Nights, watching: &Watching, check: Check) -> (Check, Vec<Finding>) {
    let mut watching = watching.clone();
    watching.findings.extend(check.confirmed.iter().cloned());
    let findings = Findings::new(nights, &watching);
    let mut open = findings.still_open();
    open.retain(|finding| finding.night != check.night);
    let closed = findings.over();
    (Check { closed, ..check }, open)
}

/// Whether an epoch says that what began in a night is normal.
fn accepts(epoch: &Epoch, since: &str, column: &Column) -> bool {
    // It may say a date alone.
    let since = since.get(..epoch.since.len()).unwrap_or(since);
    epoch.since.as_str() >= since && epoch.holds(&column.id, &column.key)
}

/// Since which night what was found later leaves less than half of a change: all changes from it on add up, in
/// logs.
fn taken_back<'a>(finding: &Finding, column: &Column, all: &'a [Finding]) -> Option<&'a str> {
    // To zero, and from it, are the farthest that there is.
    let log = |finding: &Finding| finding.ratio_of(column).max(f64::MIN_POSITIVE).ln();
    let own = log(finding);
    let mut later: Vec<&Finding> = all
        .iter()
        .filter(|other| other.holds(&column.id) && other.night > finding.night)
        .collect();
    later.sort_by(|a, b| a.night.cmp(&b.night));
    let mut left = own;
    let back = later.into_iter().find(|other| {
        left += log(other);
        left * own.signum() < own.abs() / 2.0
    });
    back.map(|other| other.since.as_str())
}
