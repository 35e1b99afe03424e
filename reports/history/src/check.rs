//! One night of a history checked: judged, and concluded with what its suspects' replays came to.

use labrun_record::Outcome;

use crate::dating::{Dating, since, span};
use crate::finding::{Check, FROM_ZERO, Finding, Member, Suspected};
use crate::judge::{
    Concluded, Conclusion, Direction, Evidence, GroupConclusion, Judged, Kind, Known, Replay,
    Series, Standing, Suspect, conclude, freed, judge,
};
use crate::nights::{Column, Nights};
use crate::open::Findings;
use crate::watch::{Watching, is_of_a_tail};

/// A night that was judged, and is to be concluded.
#[derive(Debug)]
pub struct Watched<'a> {
    nights: &'a Nights,
    night: usize,
    watching: &'a Watching,
    /// What was confirmed before it.
    findings: Findings<'a>,
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
            findings: Findings::new(nights, watching),
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

    /// What was confirmed of a suspect since the build of a night was made, and is in its replay against that build
    /// too: see [`Findings::known`].
    pub fn known(&self, suspect: ToReplay<'_>, old: Option<&str>) -> Option<Known> {
        let place = self.nights.place_of(&suspect.column.id)?;
        self.findings.known(place, old)
    }

    /// The least change of a suspect that matters: 0.02 is 2 %.
    pub fn least_effect(&self, suspect: ToReplay<'_>) -> f64 {
        self.watching.least_effect(&suspect.column.key)
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
        {
            // Nothing is a multiple of zero.
            let ratio = departure.ratio.min(FROM_ZERO);
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
        if self.columns[place].key.kind() == Kind::Exact {
            return self.began_exactly(place);
        }
        let window = self.watching.rules.judge.window;
        let first = self.night.saturating_sub(window.saturating_mul(3));
        let all = freed(
            &self.series,
            first..self.night + 1,
            &self.watching.rules.judge,
        );
        let Series { better, .. } = self.series[place];
        let at = self.night - first;
        // What it had before its last level is told already.
        let level = self.series[place]
            .level_of(self.night)
            .saturating_sub(first);
        let own = since(&all[place], level);
        let dated = span(&own, better, at, direction, &Dating::default());
        dated.map_or(self.night, |span| first + span.began)
    }

    /// The first of the last nights that all have the same count.
    fn began_exactly(&self, place: usize) -> usize {
        let values = &self.columns[place].values;
        let before = (0..self.night).rev();
        let there = before.filter(|&night| values[night].is_some());
        let same = there.take_while(|&night| values[night] == values[self.night]);
        same.last().unwrap_or(self.night)
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
