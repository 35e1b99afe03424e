//! Histories of many series, with the noise that night runs have.

use labrun_history::judge::{Kind, Quantity, Series};
use labrun_record::Better;

use super::Noise;

/// What a night does to a series, beside what it does to all.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Noisy {
    /// Normal.
    Gaussian,
    /// Student's t with three degrees of freedom. Half of the nights lie as near as those of a normal
    /// distribution do; its standard deviation is 1.5 times as much.
    T3,
    /// The same, 1.13 times as wide: what the textbooks give has this scale.
    WideT3,
    /// The next night takes over 0.6 of it; the standard deviation is that of the others.
    Ar1,
    /// Normal, and in one night of 30 eight times as much.
    Outliers,
    /// Normal, and one night in ten is on another host, on which everything takes up to 4 % more or
    /// less.
    Jumps,
    /// Normal, and from the middle of the history on another host: everything takes 4 % more.
    NewHost,
}

impl Noisy {
    pub const ALL: [(&'static str, Self); 7] = [
        ("Gaussian", Self::Gaussian),
        ("t3", Self::T3),
        ("t3, 1.13 times as wide", Self::WideT3),
        ("AR(1) 0.6", Self::Ar1),
        ("outlier nights", Self::Outliers),
        ("hosts 4 % apart", Self::Jumps),
        ("a new host, 4 %", Self::NewHost),
    ];

    /// The logs of one series over so many nights, of unit scale, without what is common.
    fn path(self, nights: usize, noise: &mut Noise) -> Vec<f64> {
        const STAYS: f64 = 0.6;
        let mut last = noise.normal();
        (0..nights)
            .map(|_| match self {
                Self::Gaussian | Self::Jumps | Self::NewHost => noise.normal(),
                Self::T3 => noise.t3() / 1.134,
                Self::WideT3 => noise.t3(),
                Self::Ar1 => {
                    last = STAYS * last + (1.0 - STAYS * STAYS).sqrt() * noise.normal();
                    last
                }
                Self::Outliers => {
                    let times = if noise.uniform() < 1.0 / 30.0 {
                        8.0
                    } else {
                        1.0
                    };
                    times * noise.normal()
                }
            })
            .collect()
    }

    /// The log of what each night does to all.
    fn common(self, nights: usize, noise: &mut Noise) -> Vec<f64> {
        (0..nights)
            .map(|night| match self {
                Self::Jumps if noise.uniform() < 0.1 => 0.04_f64.copysign(noise.normal()),
                Self::NewHost if night >= nights / 2 => 0.04,
                _ => 0.003 * noise.normal(),
            })
            .collect()
    }
}

/// Which series have a level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    /// Those of the first runtime.
    First,
    /// All.
    All,
}

/// What is in a history.
#[derive(Debug, Clone, Copy)]
pub struct Lab {
    /// Its noise.
    pub noisy: Noisy,
    /// The scale of a night, in logs: 0.01 is 1 %.
    pub scale: f64,
    /// From this night on every series of the first group, or of all, takes a tenth more, and that is known.
    pub level: Option<(usize, Of)>,
    /// How uneven the series are: the standard deviation of the logs of their scales. The first of each
    /// metric has the scale itself.
    pub uneven: f64,
    /// The series of each group.
    pub groups: [usize; 4],
    /// The controls.
    pub controls: usize,
    /// How many nights.
    pub nights: usize,
}

impl Default for Lab {
    fn default() -> Self {
        Self {
            noisy: Noisy::Gaussian,
            scale: 0.01,
            uneven: 0.4,
            level: None,
            groups: [20, 10, 10, 10],
            controls: 4,
            nights: 60,
        }
    }
}

impl Lab {
    /// Its series, the controls last. Two metrics, whose levels are orders of magnitude apart.
    pub fn series(&self, seed: u64) -> Vec<Series> {
        let mut noise = Noise::new(seed);
        let common = self.noisy.common(self.nights, &mut noise);
        let mut all = Vec::new();
        for (group, count) in self.groups.into_iter().enumerate() {
            for of in 0..count {
                let metric = ["time_to_first_result", "call"][of % 2];
                all.push(self.one(Kind::Measured, (group, of), metric, &common, &mut noise));
            }
        }
        for of in 0..self.controls {
            let metric = ["cpu", "memory", "fork", "fsync"][of % 4];
            all.push(self.one(Kind::Control, (0, of), metric, &common, &mut noise));
        }
        if let Some((night, of)) = self.level {
            let own = all.iter_mut().filter(|one| one.kind == Kind::Measured);
            for one in own.filter(|one| of == Of::All || one.group == "runtime-0") {
                change(one, night, 1.1);
                one.levels.push(night);
            }
        }
        all
    }

    /// Series that have the scale itself: two of each of the first two groups.
    pub fn of_known_scale(&self) -> [usize; 4] {
        let second = self.groups[0];
        [0, 1, second, second + 1]
    }

    fn one(
        &self,
        kind: Kind,
        (group, of): (usize, usize),
        metric: &str,
        common: &[f64],
        noise: &mut Noise,
    ) -> Series {
        let level = (3.0 + 12.0 * noise.uniform()).exp();
        let uneven = (self.uneven * noise.normal()).exp();
        let scale = match (kind, of) {
            // That of the disk is restless, that of the processor still.
            (Kind::Control, _) => self.scale * [0.5, 1.0, 1.0, 3.0][of % 4],
            (_, 0 | 1) => self.scale,
            _ => self.scale * uneven,
        };
        let path = self.noisy.path(self.nights, noise);
        let values = path.iter().zip(common);
        Series {
            name: format!("{metric} {group}/{of}"),
            metric: metric.to_owned(),
            group: format!("runtime-{group}"),
            kind,
            quantity: Quantity::Speed,
            better: Better::Lower,
            least_effect: 0.02,
            values: values
                .map(|(own, all)| Some(level * (scale * own + all).exp()))
                .collect(),
            levels: Vec::new(),
        }
    }
}

/// Makes a series this many times as large, from a night on.
pub fn change(series: &mut Series, from: usize, times: f64) {
    for value in series.values.iter_mut().skip(from).flatten() {
        *value *= times;
    }
}
