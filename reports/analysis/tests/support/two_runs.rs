//! Simulated runs one after another: what the machine did to all rows between them, to each kind of
//! rows, and to each row.

use labrun_analysis::stats::{Common, LogRatio, RatioEstimate, RatioIntervals};
use labrun_analysis::{Verdict, verdict};
use labrun_record::Better;

use super::Noise;

/// What lies between two runs of the same.
#[derive(Debug, Clone, Copy)]
pub struct TwoRuns {
    /// Rows that both have.
    pub rows: usize,
    /// The log of what the machine does to all of them.
    pub machine: f64,
    /// The logs of what kinds of rows do by themselves lie within this.
    pub kinds: f64,
    /// The log of what a row does by itself has a standard deviation between these.
    pub each: [f64; 2],
    /// Whether some rows do much more than most: Student's t with 5 degrees of freedom.
    pub heavy: bool,
}

/// What was found in one of them.
#[derive(Debug)]
pub struct Judged {
    /// The verdict on each row after what is common.
    pub after: Vec<Verdict>,
    /// The same where what rows do by themselves, and what is not known of the shift, is in no interval.
    pub bare: Vec<Verdict>,
    /// Whether the control moved otherwise than the rows, by more than the margin.
    pub control_differs: bool,
    /// Whether the rows moved beyond the margin and it moved less at all, so that they are suspected as
    /// a whole.
    pub control_doubts: bool,
}

/// Kinds of rows: technologies.
const KINDS: usize = 8;

/// The standard error of a row's log ratio lies between these: launches spread by 3 to 10 %, 30 to 300
/// of them.
const ERROR: [f64; 2] = [0.005, 0.03];

const MARGIN: f64 = 0.05;

impl TwoRuns {
    /// As many rows as a default run of cold starts has on a machine that does nothing between them.
    pub const QUIET: Self = Self {
        rows: 100,
        machine: 0.0,
        kinds: 0.0,
        each: [0.0; 2],
        heavy: false,
    };

    /// The machine moves all rows by a tenth, kinds of rows by up to 3 %, and each row by 2 to 5 %.
    pub const BUSY: Self = Self {
        machine: 0.1,
        kinds: 0.03,
        each: [0.02, 0.05],
        ..Self::QUIET
    };

    pub const ALL: [(&'static str, Self); 7] = [
        ("quiet", Self::QUIET),
        (
            "each row by 2 %",
            Self {
                kinds: 0.0,
                each: [0.02; 2],
                ..Self::BUSY
            },
        ),
        (
            "each row by 2 %, kinds by up to 3 %",
            Self {
                each: [0.02; 2],
                ..Self::BUSY
            },
        ),
        ("each row by 2 to 5 %, kinds by up to 3 %", Self::BUSY),
        (
            "each row by 5 %, kinds by up to 3 %",
            Self {
                each: [0.05; 2],
                ..Self::BUSY
            },
        ),
        (
            "each row by 5 %, kinds by up to 5 %",
            Self {
                each: [0.05; 2],
                kinds: 0.05,
                ..Self::BUSY
            },
        ),
        (
            "each row by 2 to 5 % with heavy tails, kinds by up to 3 %",
            Self {
                heavy: true,
                ..Self::BUSY
            },
        ),
    ];

    /// Judges two runs; the log of a change of each row, and none of the control.
    pub fn judged(&self, noise: &mut Noise, change: impl Fn(usize) -> f64) -> Judged {
        let kinds: Vec<f64> = (0..KINDS)
            .map(|_| between([-self.kinds, self.kinds], noise))
            .collect();
        let mut moved = |by: f64| {
            let each = between(self.each, noise) * self.drawn(noise);
            let error = between(ERROR, noise);
            measured(self.machine + each + by + error * noise.normal(), error)
        };
        let control = moved(0.0);
        let rows: Vec<RatioEstimate> = (0..self.rows)
            .map(|row| moved(kinds[row % KINDS] + change(row)))
            .collect();
        let logs: Vec<LogRatio> = rows.iter().map(LogRatio::of).collect();
        let common = Common::of(&logs).expect("enough rows");
        let (factor, ci) = common.beside(&[LogRatio::of(&control)]).expect("a control");
        let verdict_of = |ratio: RatioEstimate| verdict(ratio.intervals, Better::Lower, MARGIN);
        let after = |common: &Common| {
            let freed = rows
                .iter()
                .map(|row| common.freed(row, common.factor, common.ci));
            freed.map(verdict_of).collect()
        };
        Judged {
            after: after(&common),
            bare: after(&Common {
                spread: 0.0,
                ci: [common.factor; 2],
                ..common
            }),
            control_differs: common.differs_from(factor, ci, MARGIN),
            control_doubts: common.factor > factor
                && common.differs_from(1.0, [1.0; 2], MARGIN)
                && common.differs_from(factor, ci, 0.0),
        }
    }

    /// What a row does by itself, in standard deviations.
    fn drawn(&self, noise: &mut Noise) -> f64 {
        let normal = noise.normal();
        if !self.heavy {
            return normal;
        }
        let squares: f64 = (0..5).map(|_| noise.normal().powi(2)).sum();
        // Its variance is 5 / 3.
        normal / (squares / 3.0).sqrt()
    }

    /// The shares of rows that are better or worse of so many comparisons of a thing with itself, as they
    /// are judged and bare; and of comparisons in which all rows are suspected as a whole.
    pub fn called(&self, rounds: u32) -> [f64; 3] {
        let mut noise = Noise::new(self.rows as u64);
        let mut counts = [0_usize; 3];
        for _ in 0..rounds {
            let judged = self.judged(&mut noise, |_| 0.0);
            counts[0] += called(&judged.after);
            counts[1] += called(&judged.bare);
            counts[2] += usize::from(judged.control_doubts) * self.rows;
        }
        counts.map(|count| count as f64 / (f64::from(rounds) * self.rows as f64))
    }

    /// The shares of comparisons in which one row that is so many times as slow is worse, as it is
    /// judged and bare.
    pub fn found(&self, times: f64, rounds: u32) -> [f64; 2] {
        let mut noise = Noise::new(self.rows as u64);
        let change = |row: usize| if row == 0 { times.ln() } else { 0.0 };
        let mut found = [0_u32; 2];
        for _ in 0..rounds {
            let judged = self.judged(&mut noise, change);
            found[0] += u32::from(judged.after[0] == Verdict::Worse);
            found[1] += u32::from(judged.bare[0] == Verdict::Worse);
        }
        found.map(|found| f64::from(found) / f64::from(rounds))
    }

    /// The shares of comparisons in which rows that are all so many times as slow are suspected as a
    /// whole, and in which the control tells that it was not the machine.
    pub fn told_apart(&self, times: f64, rounds: u32) -> [f64; 2] {
        let mut noise = Noise::new(self.rows as u64);
        let mut told = [0_u32; 2];
        for _ in 0..rounds {
            let judged = self.judged(&mut noise, |_| times.ln());
            told[0] += u32::from(judged.control_doubts);
            told[1] += u32::from(judged.control_differs);
        }
        told.map(|told| f64::from(told) / f64::from(rounds))
    }
}

fn called(verdicts: &[Verdict]) -> usize {
    let called = |verdict: &&Verdict| matches!(verdict, Verdict::Better | Verdict::Worse);
    verdicts.iter().filter(called).count()
}

fn between([low, high]: [f64; 2], noise: &mut Noise) -> f64 {
    low + (high - low) * noise.uniform()
}

/// A ratio as launches give it.
fn measured(log: f64, error: f64) -> RatioEstimate {
    let within = |z: f64| [log - z * error, log + z * error].map(f64::exp);
    RatioEstimate {
        value: log.exp(),
        intervals: Some(RatioIntervals {
            ci: within(1.96),
            ci90: within(1.645),
        }),
        ci99: None,
    }
}
