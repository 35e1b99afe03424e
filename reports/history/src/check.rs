//! One night of a history checked: judged, and concluded with what its suspects' replays came to.

use std::cell::OnceCell;

use labrun_record::Outcome;

use crate::dating::{Dating, is_back, span};
use crate::finding::{Check, Finding, Member, Suspected};
use crate::judge::{
    Concluded, Conclusion, Direction, Evidence, GroupConclusion, Judged, Kind, Replay, Series,
    Standing, Suspect, conclude, freed, judge,
};
use crate::nights::{Column, Nights};
use crate::watch::{Watching, is_of_a_tail};

/// A night that was judged, and is to be concluded.
#[derive(Debug)]
pub struct Watched<'a> {
    nights: &'a Nights,
    night: usize,
    watching: &'a Watching,
    before: Option<&'a Check>,
    /// The columns that are judged, and the same as series.
    columns: Vec<&'a Column>,
    series: Vec<Series>,
    judged: Judged,
}

/// A suspect that is to be replayed.
#[derive(Debug, Clone, Copy)]
pub struct ToReplay<'a> {
    /// Its place, by which its replay is told.
    pub place: usize,
    /// Its series.
    pub column: &'a Column,
}

impl<'a> Watched<'a> {
    /// Judges a night. `before` is the check of the night before it, if there was one.
    pub fn new(
        nights: &'a Nights,
        night: usize,
        watching: &'a Watching,
        before: Option<&'a Check>,
    ) -> Self {
        let (columns, series): (Vec<&Column>, Vec<Series>) = nights
            .series
            .iter()
            .zip(nights.judged(watching))
            .filter(|(column, _)| is_judged(column))
            .unzip();
        let judged = judge(&series, night, &watching.rules.judge);
        Self {
            nights,
            night,
            watching,
            before,
            columns,
            series,
            judged,
        }
    }

    /// What is to be replayed before the night can be concluded.
    pub fn to_replay(&self) -> Vec<ToReplay<'a>> {
        let places = self.judged.to_replay().into_iter();
        places
            .map(|place| ToReplay {
                place,
                column: self.columns[place],
            })
            .collect()
    }

    /// What the night comes to. Of what has no replay nothing was replayed.
    pub fn conclude(&self, replays: &[(usize, Replay)]) -> Check {
        let evidence: Vec<Evidence> = self
            .to_replay()
            .into_iter()
            .map(|one| Evidence {
                place: one.place,
                replay: self.replay_of(one.place, replays),
                before: self.suspected_before(one.place),
            })
            .collect();
        let settings = &self.watching.rules.judge;
        let verdicts = conclude(&self.series, &self.judged, &evidence, settings);
        let alone: Vec<&Concluded> = verdicts.alone().collect();
        let is_cried = |one: &&&Concluded| one.conclusion.is_confirmed();
        let mut confirmed: Vec<Finding> = verdicts
            .groups
            .iter()
            .filter_map(|group| self.of_group(group, replays))
            .collect();
        confirmed.extend(
            alone
                .iter()
                .filter(is_cried)
                .filter_map(|one| self.of_series(one)),
        );
        let suspected = alone.iter().filter(|one| !is_cried(one));
        let suspected = suspected.map(|one| self.suspected(one, replays)).collect();
        let count = |is: fn(&Standing) -> bool| {
            let all = self.judged.standings.iter();
            all.filter(|standing| is(standing)).count()
        };
        Check {
            judged: verdicts.judged,
            no_baseline: count(|one| matches!(one, Standing::NoBaseline { .. })),
            ended: self.ended(),
            shifts: self.judged.shifts.iter().map(|one| one.factor).collect(),
            environment: verdicts.environment,
            confirmed,
            suspected,
            ..Check::of(&self.nights.names[self.night])
        }
    }

    fn replay_of(&self, place: usize, replays: &[(usize, Replay)]) -> Replay {
        // What is counted needs no second look.
        if self.columns[place]
            .key
            .row()
            .is_some_and(|row| row.metric.is_counted())
            && let Some(departure) = self.judged.standings[place].departure()
            && departure.ratio.is_finite()
        {
            let ratio = departure.ratio;
            return Replay::Confirmed {
                ratio,
                interval: [ratio, ratio],
            };
        }
        let own = replays.iter().find(|(own, _)| *own == place);
        own.map_or(Replay::NotReplayed, |(_, replay)| *replay)
    }

    /// How the check of the night before suspected a series.
    fn suspected_before(&self, place: usize) -> Option<Suspect> {
        let id = &self.columns[place].id;
        let mut all = self.before?.suspected.iter();
        let before = all.find(|one| &one.series == id)?;
        let mut departure = *self.judged.standings[place].departure()?;
        departure.ratio = before.ratio;
        departure.sigmas = before.sigmas;
        Some(Suspect {
            direction: before.direction,
            departure,
        })
    }

    /// The series that were measured in the last night, and in this one not, with what became of them.
    fn ended(&self) -> Vec<String> {
        let Some(last) = self.night.checked_sub(1) else {
            return Vec::new();
        };
        // A count may be nothing; what is measured takes some time or room.
        let is_usable = |column: &Column, value: f64| match column.key.kind() {
            Kind::Exact => value >= 0.0,
            Kind::Measured | Kind::Control => value > 0.0,
        };
        let is_there = |column: &Column, night: usize| {
            let value = column.values[night].filter(|value| value.is_finite());
            value.is_some_and(|value| is_usable(column, value))
        };
        let after = |label: &str| {
            let mut all = self.columns.iter();
            all.find(|other| is_there(other, self.night) && other.key.label() == label)
        };
        let all = self.columns.iter();
        let ended = all.filter(|column| is_there(column, last) && !is_there(column, self.night));
        ended
            .map(|column| {
                let label = column.key.label();
                match column.outcomes[self.night] {
                    None => match after(&label) {
                        None => label,
                        Some(other) => {
                            let what = column.key.differs_from(&other.key);
                            format!("{label}: it is another series now ({what})")
                        }
                    },
                    Some(Outcome::Measured) => format!("{label}: a value that has no log"),
                    Some(outcome) => format!("{label}: {}", outcome.name()),
                }
            })
            .collect()
    }

    fn of_series(&self, one: &Concluded) -> Option<Finding> {
        let (ratio, interval) = numbers(&one.conclusion)?;
        let column = self.columns[one.place];
        Some(self.finding(
            (vec![column.id.clone()], column.key.label()),
            (one.place, one.direction),
            ratio,
            interval,
            one.stands,
        ))
    }

    fn of_group(&self, one: &GroupConclusion, replays: &[(usize, Replay)]) -> Option<Finding> {
        let (ratio, interval) = numbers(&one.conclusion)?;
        let group = &one.group;
        let mut places = group.suspects.clone();
        places.extend(group.telling.iter().filter(|p| !group.suspects.contains(p)));
        let ids = places.iter().map(|&place| self.columns[place].id.clone());
        let label = format!("{}: {} series together", group.group, places.len());
        let of_group = self.finding(
            (ids.collect(), label),
            (*places.first()?, group.direction),
            ratio,
            interval,
            true,
        );
        let members = places.iter().filter_map(|&place| {
            let ratio = match self.replay_of(place, replays) {
                Replay::Confirmed { ratio, .. } => ratio,
                _ => self.judged.standings[place].departure()?.ratio,
            };
            let label = self.columns[place].key.label();
            Some(Member { label, ratio })
        });
        let mut members: Vec<Member> = members.collect();
        let away = |one: &Member| one.ratio.ln().abs();
        members.sort_by(|a, b| away(b).total_cmp(&away(a)));
        Some(Finding {
            members,
            ..of_group
        })
    }

    fn finding(
        &self,
        (series, label): (Vec<String>, String),
        (place, direction): (usize, Direction),
        ratio: f64,
        interval: Option<[f64; 2]>,
        stands: bool,
    ) -> Finding {
        let key = &self.columns[place].key;
        let since = self.began(place, direction);
        let commit = |night: usize| self.nights.heads[night].commit.clone();
        Finding {
            night: self.nights.names[self.night].clone(),
            since: self.nights.names[since].clone(),
            series,
            label,
            members: Vec::new(),
            direction,
            word: direction.word(key.quantity(), key.better()).to_owned(),
            ratio,
            interval,
            stands,
            last_good: since.checked_sub(1).and_then(commit),
            first_bad: commit(since),
            changed: self.changed(place, since),
        }
    }

    /// The first night that has a change which this night confirms.
    fn began(&self, place: usize, direction: Direction) -> usize {
        let window = self.watching.rules.judge.window;
        let first = self.night.saturating_sub(window.saturating_mul(3));
        let all = freed(
            &self.series,
            first..self.night + 1,
            &self.watching.rules.judge,
        );
        let better = self.series[place].better;
        let at = self.night - first;
        let dated = span(&all[place], better, at, direction, &Dating::default());
        dated.map_or(self.night, |span| first + span.began)
    }

    /// What else is other than the night before a change: what might have made it.
    fn changed(&self, place: usize, since: usize) -> Vec<String> {
        let Some(before) = since.checked_sub(1) else {
            return Vec::new();
        };
        let (old, new) = (&self.nights.heads[before], &self.nights.heads[since]);
        let column = self.columns[place];
        let mut changed = Vec::new();
        let mut note = |what: &str, old: Option<&str>, new: Option<&str>| {
            if let (Some(old), Some(new)) = (old, new)
                && old != new
            {
                changed.push(format!("{what} {old} -> {new}"));
            }
        };
        if let Some(row) = column.key.row() {
            let version = |head: &'a crate::Head| head.versions.get(&row.isolation);
            let (old, new) = (version(old), version(new));
            note(
                &row.isolation,
                old.map(String::as_str),
                new.map(String::as_str),
            );
        }
        note(
            "toolchain",
            old.toolchain.as_deref(),
            new.toolchain.as_deref(),
        );
        note("kernel", Some(&old.kernel), Some(&new.kernel));
        note("system", Some(&old.os), Some(&new.os));
        note("commit", old.commit.as_deref(), new.commit.as_deref());
        let digest = |night: usize| {
            column.artifacts[night]
                .as_deref()
                .map(|d| &d[..d.len().min(12)])
        };
        note("artifact", digest(before), digest(since));
        changed
    }

    fn suspected(&self, one: &Concluded, replays: &[(usize, Replay)]) -> Suspected {
        let column = self.columns[one.place];
        let departure = self.judged.standings[one.place].departure();
        let word = one
            .direction
            .word(column.key.quantity(), column.key.better());
        Suspected {
            series: column.id.clone(),
            label: column.key.label(),
            direction: one.direction,
            word: word.to_owned(),
            ratio: departure.map_or(1.0, |departure| written(departure.ratio)),
            sigmas: departure.map_or(0.0, |departure| written(departure.sigmas)),
            replay: self.replay_of(one.place, replays),
            conclusion: one.conclusion,
        }
    }
}

/// So many nights in a row that are back where a measured series was say that it is.
const BACK: usize = 3;

/// What was confirmed to be worse and is neither accepted, by an epoch, nor gone: what still stands when
/// the last of these nights is over.
pub fn still_open(nights: &Nights, watching: &Watching) -> Vec<Finding> {
    let is_accepted = |finding: &Finding| {
        let mut epochs = watching.epochs.epoch.iter();
        epochs.any(|epoch| {
            let holds = |id: &String| {
                let place = nights.place_of(id);
                place.is_some_and(|place| epoch.holds(id, &nights.series[place].key))
            };
            epoch.since >= finding.since && finding.series.iter().any(holds)
        })
    };
    // What was common to the nights is found only where it is asked for.
    let freed_values = OnceCell::new();
    let freed_of = |place: usize| -> &[Option<f64>] {
        let all = freed_values.get_or_init(|| {
            let series = nights.judged(watching);
            freed(&series, 0..nights.names.len(), &watching.rules.judge)
        });
        &all[place]
    };
    let worse = watching.findings.iter();
    worse
        .filter(|finding| finding.direction == Direction::Worse && !is_accepted(finding))
        // One of another class of machine, or of another scenario, is no matter of these nights.
        .filter(|finding| {
            finding
                .series
                .iter()
                .any(|id| nights.place_of(id).is_some())
        })
        .filter(|finding| !has_ended(nights, finding, &freed_of))
        .cloned()
        .collect()
}

/// Whether most series of a finding are back where they were: by their change points or, since nights of
/// which there are few have none that last, by their last values.
fn has_ended<'a>(
    nights: &Nights,
    finding: &Finding,
    freed_of: &impl Fn(usize) -> &'a [Option<f64>],
) -> bool {
    let Some(night) = nights.place(&finding.night) else {
        return false;
    };
    let own = finding.series.iter().filter_map(|id| nights.place_of(id));
    let ended: Vec<bool> = own
        .map(|place| {
            let column = &nights.series[place];
            let better = column.key.better();
            let by = Dating::default();
            let dated = span(&column.values, better, night, finding.direction, &by);
            if dated.is_some_and(|span| span.ended.is_some()) {
                return true;
            }
            let began = nights.names.partition_point(|name| *name < finding.since);
            let ratio = finding
                .members
                .iter()
                .find(|member| member.label == column.key.label())
                .map_or(finding.ratio, |member| member.ratio);
            let back =
                |values: &[Option<f64>], last: usize| is_back(values, (began, night), ratio, last);
            match column.key.kind() {
                // A count does not vary.
                Kind::Exact => back(&column.values, 1),
                // Neither a machine that was quicker has mended it, nor others that got as slow.
                _ => back(&column.values, BACK) && back(freed_of(place), BACK),
            }
        })
        .collect();
    let gone = ended.iter().filter(|ended| **ended).count();
    !ended.is_empty() && 2 * gone > ended.len()
}

/// A number as JSON can hold it: a count that was zero before is no multiple of that.
fn written(number: f64) -> f64 {
    number.clamp(f64::MIN, f64::MAX)
}

/// Whether a series is judged: a percentile of a tail informs, and an emulated time says nothing.
fn is_judged(column: &Column) -> bool {
    let key = &column.key;
    let Some(row) = key.row() else {
        return true;
    };
    !is_of_a_tail(row) && (!key.emulated || row.metric.is_counted())
}

/// The ratio of what is confirmed, with its interval.
fn numbers(conclusion: &Conclusion) -> Option<(f64, Option<[f64; 2]>)> {
    match *conclusion {
        Conclusion::Confirmed { ratio, interval } => Some((ratio, Some(interval))),
        Conclusion::ConfirmedWeaker { ratio } => Some((ratio, None)),
        _ => None,
    }
}
