//! Simulated rows: what a machine does to all launches alike, and the launches in it.

use labrun_analysis::stats::{
    Counts, Observation, Pool, Quad, RatioEstimate, quad_ratio, shared_pooled_ratio, shared_ratio,
};
use labrun_analysis::{Verdict, verdict, verdict_beyond};
use labrun_record::Better;

use super::Noise;

/// What the machine does meanwhile, to all rows alike.
#[derive(Debug, Clone, Copy)]
pub enum Machine {
    /// Nothing.
    Quiet,
    /// It gets slower by this share from the first block to the last.
    Drifting(f64),
    /// Stretches of time, 15 % of it in all, in which everything is a quarter slower.
    Regimes,
    /// Noise of 10 % whose neighbours correlate by 0.9.
    Correlated,
}

impl Machine {
    pub const ALL: [(&'static str, Self); 5] = [
        ("quiet", Self::Quiet),
        ("5 % drift", Self::Drifting(0.05)),
        ("10 % drift", Self::Drifting(0.10)),
        ("regimes", Self::Regimes),
        ("AR(1) 0.9", Self::Correlated),
    ];

    /// The log of what it does to each of so many blocks.
    pub fn blocks(self, count: usize, noise: &mut Noise) -> Vec<f64> {
        match self {
            Self::Quiet => vec![0.0; count],
            Self::Drifting(share) => {
                let each = (1.0 + share).ln() / count as f64;
                (0..count).map(|block| each * block as f64).collect()
            }
            Self::Regimes => {
                let mut slow = noise.uniform() < 0.15;
                (0..count)
                    .map(|_| {
                        // 30 blocks slow at a time, and 170 not.
                        let ends = if slow { 1.0 / 30.0 } else { 1.0 / 170.0 };
                        slow ^= noise.uniform() < ends;
                        if slow { 1.25_f64.ln() } else { 0.0 }
                    })
                    .collect()
            }
            Self::Correlated => {
                let mut now = 0.1 * noise.normal();
                let fresh = 0.1 * (1.0 - 0.9_f64 * 0.9).sqrt();
                (0..count)
                    .map(|_| {
                        now = 0.9 * now + fresh * noise.normal();
                        now
                    })
                    .collect()
            }
        }
    }
}

/// The places of `n` launches that are spread evenly over so many blocks.
pub fn spread(n: usize, blocks: usize) -> impl Iterator<Item = usize> {
    (0..n).map(move |launch| (2 * launch + 1) * blocks / (2 * n))
}

/// What became of many simulated comparisons of a thing with itself.
#[derive(Debug, Default)]
pub struct Found {
    /// Share of 95% intervals that hold 1.
    pub covered: f64,
    /// Share of verdicts that are better or worse.
    pub called: f64,
    /// Share of verdicts that are equivalent.
    pub equivalent: f64,
    /// Mean half of the intervals.
    pub half_width: f64,
}

/// By which rule a ratio is judged.
#[derive(Debug, Clone, Copy)]
pub enum Rule {
    /// That of a run: better or worse beyond 5 %.
    Run,
    /// That of a replay: better or worse beyond 2 %.
    Replay,
}

impl Rule {
    fn verdict(self, ratio: &RatioEstimate) -> Verdict {
        match self {
            Self::Run => verdict(ratio.intervals, Better::Lower, 0.05),
            Self::Replay => verdict_beyond(ratio, Better::Lower, 0.02, 0.05),
        }
    }
}

impl Found {
    fn of(rounds: u64, rule: Rule, mut one: impl FnMut(u64) -> Option<RatioEstimate>) -> Self {
        let mut found = Self::default();
        let share = 1.0 / rounds as f64;
        for seed in 0..rounds {
            let ratio = one(seed).expect("a ratio");
            let [low, high] = ratio.intervals.expect("intervals").ci;
            let verdict = rule.verdict(&ratio);
            let one = |is: bool| if is { share } else { 0.0 };
            found.covered += one(low <= 1.0 && 1.0 <= high);
            found.called += one(matches!(verdict, Verdict::Better | Verdict::Worse));
            found.equivalent += one(verdict == Verdict::Equivalent);
            found.half_width += share * (high - low) / 2.0;
        }
        found
    }
}

/// Blocks of a simulated run.
const BLOCKS: usize = 540;

/// A row with `n` launches spread over a run beside its reference, which has one in each block.
pub fn of_row(machine: Machine, n: usize, sigma: f64, rounds: u64) -> Found {
    let mut noise = Noise::new(n as u64);
    Found::of(rounds, Rule::Run, |seed| {
        let common = machine.blocks(BLOCKS, &mut noise);
        let mut at = |block: usize| Observation {
            block: u32::try_from(block).expect("few blocks"),
            value: 1e6 * (common[block] + sigma * noise.normal()).exp(),
        };
        let row: Vec<Observation> = spread(n, BLOCKS).map(&mut at).collect();
        let reference: Vec<Observation> = (0..BLOCKS).map(at).collect();
        shared_ratio(&row, &reference, seed)
    })
}

fn quad(values: [f64; 4], turned: bool) -> Quad {
    Quad { values, turned }
}

/// The logs of what the place in a quad adds: the first launch after those of another row is slower.
const PLACES: [f64; 4] = [0.08, 0.01, -0.06, -0.06];

/// Launches of other rows between two quads of one.
const BETWEEN: usize = 27;

/// Noise of launches one after another: their logs spread by `sigma`, neighbours correlate by 0.75
/// and two that are a quad apart by 0.15. A fifth of it is each launch's own.
struct Launches {
    sigma: f64,
    now: f64,
}

impl Launches {
    const SHARED: f64 = 0.8;
    const NEIGHBOURS: f64 = 0.94;

    fn new(sigma: f64, noise: &mut Noise) -> Self {
        let now = noise.normal();
        Self { sigma, now }
    }

    /// The next one, after so many that are not looked at.
    fn after(&mut self, others: usize, noise: &mut Noise) -> f64 {
        let kept = Self::NEIGHBOURS.powf(others as f64 + 1.0);
        self.now = kept * self.now + (1.0 - kept * kept).sqrt() * noise.normal();
        let own = (1.0 - Self::SHARED).sqrt() * noise.normal();
        self.sigma * (Self::SHARED.sqrt() * self.now + own)
    }
}

/// A replay of `n` quads of launches that spread by `sigma`, while the machine goes on from launch to
/// launch.
pub fn of_quads(machine: Machine, n: usize, sigma: f64, rounds: u64) -> Found {
    let mut noise = Noise::new(n as u64);
    Found::of(rounds, Rule::Replay, |seed| {
        let every = BETWEEN + PLACES.len();
        let common = machine.blocks(n * every, &mut noise);
        let mut launches = Launches::new(sigma, &mut noise);
        let quads: Vec<Quad> = common
            .chunks_exact(every)
            .enumerate()
            .map(|(nth, common)| {
                let mut others = BETWEEN;
                let values = [0, 1, 2, 3].map(|place| {
                    let own = launches.after(std::mem::take(&mut others), &mut noise);
                    1e6 * (common[place] + PLACES[place] + own).exp()
                });
                // Every second one is B A A B.
                match nth % 2 {
                    0 => quad(values, false),
                    _ => quad([1, 0, 3, 2].map(|place: usize| values[place]), true),
                }
            })
            .collect();
        quad_ratio(&quads, seed)
    })
}

/// A server that answers 1,000 requests a second in 0.12 ms each, and in the mean stalls half a
/// time a second for 50 ms, during which all of them wait.
struct Stalling(Noise);

impl Stalling {
    /// What a launch of so many seconds sees.
    fn launch(&mut self, seconds: f64) -> Counts {
        const STALLS_PER_S: f64 = 0.5;
        const STALL_NS: f64 = 50e6;
        const RATE: f64 = 1_000.0;
        let noise = &mut self.0;
        let mut stalls = Vec::new();
        // One may be under way when it begins.
        let mut at = -STALL_NS / 1e9;
        loop {
            at += -noise.uniform().ln() / STALLS_PER_S;
            if at > seconds {
                break;
            }
            stalls.push(at);
        }
        let waits = |due: f64| {
            let left = |from: &f64| STALL_NS - (due - from) * 1e9;
            let within = |from: &&f64| due >= **from && left(from) > 0.0;
            stalls.iter().filter(within).map(left).fold(0.0, f64::max)
        };
        let requests = (0..(RATE * seconds) as u32).map(|n| {
            let latency = 120e3 * (0.1 * noise.normal()).exp() + waits(f64::from(n) / RATE);
            // As a histogram has them: to three digits.
            let step = 10_f64.powf(latency.log10().floor() - 2.0);
            ((latency / step).round() * step) as u64
        });
        let mut requests: Vec<u64> = requests.collect();
        requests.sort_unstable();
        let equal = requests.chunk_by(|a, b| a == b);
        equal.map(|equal| (equal[0], equal.len() as u64)).collect()
    }

    /// So many launches of 0.8 s.
    fn launches(&mut self, count: usize) -> Vec<Counts> {
        (0..count).map(|_| self.launch(0.8)).collect()
    }
}

/// How often the interval of the pooled 99% quantile holds that of the long run.
pub fn latency_with_stalls(launches: usize, rounds: u64) -> f64 {
    let mut server = Stalling(Noise::new(launches as u64));
    let long: Vec<Counts> = (0..400).map(|_| server.launch(10.0)).collect();
    let truth = Pool::new(&long).quantile(0.99).expect("a quantile");
    let mut covered = 0;
    for seed in 0..rounds {
        let taken = server.launches(launches);
        let [low, high] = Pool::new(&taken).interval(0.99, seed).expect("an interval");
        covered += u32::from(low <= truth && truth <= high);
    }
    f64::from(covered) / rounds as f64
}

/// The ratio of the 99% quantiles of such a server to its own, in the same blocks.
pub fn latency_ratio_with_stalls(launches: usize, rule: Rule, rounds: u64) -> Found {
    let mut server = Stalling(Noise::new(launches as u64));
    Found::of(rounds, rule, |seed| {
        let [row, reference] = [(); 2].map(|()| {
            let taken = server.launches(launches).into_iter();
            (0..).zip(taken).collect::<Vec<(u32, Counts)>>()
        });
        shared_pooled_ratio(&row, &reference, 0.99, seed)
    })
}
