//! What a night comes to, when its suspects have been replayed.
//!
//! A replay measures the old build and the new one side by side in the same night. So its own verdict
//! holds whatever the machine did; all else is weaker.

use serde::{Deserialize, Serialize};

use super::discovery::{by_replay, stand, together};
use super::environment::EnvironmentShift;
use super::night::{Judged, Standing, Suspect};
use super::of_group::{GroupConclusion, is_of, of_group};
use super::series::{Direction, Kind, Series, Settings};

/// What the replay of a suspect came to.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", tag = "replay")]
pub enum Replay {
    /// Better or worse, by its own verdict.
    Confirmed {
        /// The new build's value as a multiple of the old one's.
        ratio: f64,
        /// Its 95% interval.
        interval: [f64; 2],
    },
    /// The same.
    Equivalent,
    /// Neither.
    Inconclusive,
    /// There is no old build to hold it against.
    NoOldBuild,
    /// It was not replayed.
    NotReplayed,
}

/// What was confirmed of a series since the old build of a replay was made.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Known {
    /// The value that it has since, as a multiple of the old build's.
    pub ratio: f64,
    /// Half of the width of its 95 % interval, in logs.
    pub half: f64,
}

impl Known {
    /// Nothing was.
    pub const NOTHING: Self = Self {
        ratio: 1.0,
        half: 0.0,
    };
}

impl Replay {
    /// What a replay says beyond what is known of the two builds: `ratio` is the new build's value as a multiple of
    /// the old one's, with its 95 % interval, and `least` the least change that matters.
    ///
    /// It is the same where all of the interval is within that, and another where the ratio is beyond it and
    /// none of the interval is on the other side of 1. The two intervals add up as those of independent
    /// measurements do.
    pub fn beyond(known: Known, ratio: f64, [low, high]: [f64; 2], least: f64) -> Self {
        let away = (ratio / known.ratio).ln();
        let with = |end: f64| {
            let own = (end / ratio).ln();
            (away + own.hypot(known.half).copysign(own)).exp()
        };
        let interval = [with(low), with(high)];
        let least = least.max(0.0).ln_1p();
        let [low, high] = interval.map(f64::ln);
        if away.abs() > least && low * high > 0.0 {
            Self::Confirmed {
                ratio: away.exp(),
                interval,
            }
        } else if low.abs().max(high.abs()) <= least {
            Self::Equivalent
        } else {
            Self::Inconclusive
        }
    }
}

/// What is known of a series beside what its night says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Evidence {
    /// The place of its series.
    pub place: usize,
    /// What its replay came to.
    pub replay: Replay,
    /// How it was suspected the night before, if it was.
    pub before: Option<Suspect>,
}

/// What a series comes to.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", tag = "conclusion")]
pub enum Conclusion {
    /// By its replay.
    Confirmed {
        /// The new build's value as a multiple of the old one's.
        ratio: f64,
        /// Its 95% interval.
        interval: [f64; 2],
    },
    /// By two nights in a row, since there is no old build: weaker.
    ConfirmedWeaker {
        /// This night's value as a multiple of the baseline.
        ratio: f64,
    },
    /// Not decided.
    Suspect,
    /// Its group is confirmed, and it goes the same way.
    OfGroup,
    /// Its replay says that it is the same.
    Dismissed,
    /// Not decided, in a night in which the machine was another.
    Environment,
}

/// One series that came to something.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Concluded {
    /// The place of its series.
    pub place: usize,
    /// Which way it went.
    pub direction: Direction,
    /// What it comes to.
    pub conclusion: Conclusion,
    /// Whether it is too rare to be chance among all that was judged this night (Benjamini and
    /// Hochberg). A replay can make it so; without one it is never.
    pub stands: bool,
}

/// What a night comes to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Verdicts {
    /// The series that came to something, in the order of their places.
    pub series: Vec<Concluded>,
    /// The groups.
    pub groups: Vec<GroupConclusion>,
    /// That the machine was another.
    pub environment: Option<EnvironmentShift>,
    /// How many series were judged.
    pub judged: usize,
}

impl Conclusion {
    /// Whether something is confirmed, if weaker.
    pub fn is_confirmed(&self) -> bool {
        matches!(
            self,
            Self::Confirmed { .. } | Self::ConfirmedWeaker { .. } | Self::OfGroup
        )
    }
}

impl Verdicts {
    /// The series that are told by themselves: those that went the way of a group which is confirmed are
    /// told with it.
    pub fn alone(&self) -> impl Iterator<Item = &Concluded> {
        let own = |one: &&Concluded| !is_of(&self.groups, one.place, one.direction);
        self.series.iter().filter(own)
    }

    /// Whether anything is confirmed to be worse.
    pub fn is_worse(&self) -> bool {
        let series = self
            .series
            .iter()
            .map(|one| (one.direction, one.conclusion));
        let groups = self
            .groups
            .iter()
            .map(|one| (one.group.direction, one.conclusion));
        let mut all = series.chain(groups);
        all.any(|(way, conclusion)| way == Direction::Worse && conclusion.is_confirmed())
    }
}

/// What a night comes to, given what is known of its suspects beside it. Of what has no evidence nothing
/// was replayed.
pub fn conclude(
    series: &[Series],
    judged: &Judged,
    evidence: &[Evidence],
    settings: &Settings,
) -> Verdicts {
    let of = |place: usize| {
        let own = evidence.iter().find(|one| one.place == place);
        own.copied().unwrap_or(Evidence {
            place,
            replay: Replay::NotReplayed,
            before: None,
        })
    };
    // No machine moves a count.
    let is_counted = |place: usize| series.get(place).is_some_and(|one| one.kind == Kind::Exact);
    let measured: Vec<Evidence> = evidence
        .iter()
        .filter(|one| !is_counted(one.place))
        .copied()
        .collect();
    let environment = environment(judged, &measured, settings);
    let groups: Vec<GroupConclusion> = judged
        .groups
        .iter()
        .map(|group| of_group(series, group, &of, environment.is_some()))
        .collect();
    let mut concluded: Vec<Concluded> = Vec::new();
    let mut rarities: Vec<f64> = Vec::new();
    for (place, way) in told(judged, series, evidence) {
        let own = of(place);
        let alone = alone(
            &own,
            way,
            &judged.standings[place],
            series,
            environment.is_some() && !is_counted(place),
        );
        let conclusion = match alone {
            Conclusion::Suspect | Conclusion::Environment if is_of(&groups, place, way) => {
                Conclusion::OfGroup
            }
            other => other,
        };
        let departure = judged.standings[place].departure();
        let now = departure.map_or(1.0, |one| judged.rarity(one.sigmas));
        rarities.push(match conclusion {
            Conclusion::Confirmed { ratio, interval } => together(now, by_replay(ratio, interval)),
            // Nights depend on each other, so that two of them are no evidence of that strength.
            _ => 1.0,
        });
        concluded.push(Concluded {
            place,
            direction: way,
            conclusion,
            stands: false,
        });
    }
    let stands = stand(&rarities, judged.judged(), settings.false_nights);
    for (one, stands) in concluded.iter_mut().zip(stands) {
        one.stands = stands;
    }
    Verdicts {
        series: concluded,
        groups,
        environment,
        judged: judged.judged(),
    }
}

/// What is told of: the suspects, and what was replayed for its group and confirmed.
fn told(judged: &Judged, series: &[Series], evidence: &[Evidence]) -> Vec<(usize, Direction)> {
    let mut told: Vec<(usize, Direction)> = judged
        .suspects()
        .into_iter()
        .map(|(place, suspect)| (place, suspect.direction))
        .collect();
    for one in evidence {
        let is_told = told.iter().any(|(place, _)| *place == one.place);
        if let (false, Some(way), Some(_)) = (
            is_told,
            way_of(&one.replay, series.get(one.place)),
            judged.standings.get(one.place).and_then(|s| s.departure()),
        ) {
            told.push((one.place, way));
        }
    }
    told.sort_by_key(|(place, _)| *place);
    told
}

/// Which way a replay that confirms goes.
pub(super) fn way_of(replay: &Replay, series: Option<&Series>) -> Option<Direction> {
    let (Replay::Confirmed { ratio, .. }, Some(series)) = (replay, series) else {
        return None;
    };
    let more = *ratio > 1.0;
    Some(match series.better {
        labrun_record::Better::Lower if more => Direction::Worse,
        labrun_record::Better::Higher if !more => Direction::Worse,
        _ => Direction::Better,
    })
}

/// What a suspect comes to by itself.
fn alone(
    own: &Evidence,
    way: Direction,
    now: &Standing,
    series: &[Series],
    is_shifted: bool,
) -> Conclusion {
    let undecided = if is_shifted {
        Conclusion::Environment
    } else {
        Conclusion::Suspect
    };
    match own.replay {
        // A replay that goes the other way confirms nothing of what was suspected.
        Replay::Confirmed { ratio, interval }
            if way_of(&own.replay, series.get(own.place)) == Some(way) =>
        {
            Conclusion::Confirmed { ratio, interval }
        }
        Replay::Equivalent if is_shifted => Conclusion::Environment,
        Replay::Equivalent => Conclusion::Dismissed,
        Replay::NoOldBuild if !is_shifted => match (now, own.before) {
            // Each of the two nights has to make it a suspect alone.
            (Standing::Suspect(now), Some(before))
                if now.is_far() && before.is_far() && before.direction == way =>
            {
                Conclusion::ConfirmedWeaker {
                    ratio: now.departure.ratio,
                }
            }
            _ => undecided,
        },
        _ => undecided,
    }
}

/// The controls moved, or so many suspects, more than there usually are, turned out to be the same that it was the machine.
fn environment(
    judged: &Judged,
    evidence: &[Evidence],
    settings: &Settings,
) -> Option<EnvironmentShift> {
    let mut equivalent: Vec<usize> = evidence
        .iter()
        .filter(|one| one.replay == Replay::Equivalent)
        .map(|one| one.place)
        .collect();
    equivalent.sort_unstable();
    let many = equivalent.len() >= settings.many.max(1) && equivalent.len() > judged.usual;
    match &judged.environment {
        Some(shift) => Some(EnvironmentShift {
            controls: shift.controls.clone(),
            equivalent,
        }),
        None => many.then_some(EnvironmentShift {
            controls: Vec::new(),
            equivalent,
        }),
    }
}
