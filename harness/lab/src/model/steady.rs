//! Steady state: batch after batch, timed by the arrival of the line that ends each.
//!
//! The workload has no clock: the lab's own takes the instant at which it holds each
//! line. What lies between two lines is one batch, its line's way to the lab included.

use std::cell::OnceCell;

use labrun_analysis::stats::median;
use labrun_record::{Doubt, Metric, Row};

use super::launch::{Launch, Value};
use crate::define::Steady;
use crate::isolation::{Isolation, Job, Line, More};
use crate::outcome::Failure;
use crate::site::Site;
use crate::task::Task;

/// How much faster four batches may be than the four before, and count as no faster.
const FASTER: f64 = 0.02;

/// How much faster the second half of what is measured may be than the first: more is no
/// noise but a warm-up that came late, and the measuring begins anew.
const LATE: f64 = 0.05;

/// Batches after which it counts as warm in any case, with a doubt.
const LONGEST_WARM_UP: usize = 40;

/// Batches that are measured at least ...
const MEASURED: usize = 8;

/// ... and for so long, in nanoseconds.
const MEASURED_NS: u64 = 250_000_000;

/// How long a batch is to take, where the lab can choose.
const BATCH_NS: u64 = 20_000_000;

/// How long batches of one round are tried at most to find out, in nanoseconds.
const LONGEST_TRY_NS: u64 = 10 * BATCH_NS;

/// Rounds of a batch at most.
const MOST_ROUNDS: u64 = 1_000_000;

/// The instants at which batches ended.
#[derive(Debug, Default)]
pub(super) struct Batches {
    ends_ns: Vec<u64>,
    /// The first span that counts, once it is warm.
    warm: Option<usize>,
    /// Whether it was still getting faster then.
    unsteady: bool,
}

impl Batches {
    /// Takes the end of a batch; gives whether there are enough of them.
    ///
    /// Warm is who gets no faster: the median of the last four batches is at most 2 %
    /// below that of the four before. That is one-sided on purpose, since noise makes a
    /// batch slower and warming up makes it faster.
    pub(super) fn end(&mut self, at_ns: u64) -> More {
        self.ends_ns.push(at_ns);
        let spans = self.spans();
        let Some(warm) = self.warm else {
            if let [.., a, b, c, d, e, f, g, h] = spans[..] {
                let before = median(&[a, b, c, d]).unwrap_or_default();
                let after = median(&[e, f, g, h]).unwrap_or_default();
                let steady = after >= before * (1.0 - FASTER);
                if steady || spans.len() >= LONGEST_WARM_UP {
                    self.warm = Some(spans.len());
                    self.unsteady = !steady;
                }
            }
            return More::Wanted;
        };
        let measured_ns = at_ns - self.ends_ns[warm];
        let counted = &spans[warm..];
        if counted.len() < MEASURED || measured_ns < MEASURED_NS {
            return More::Wanted;
        }
        // Steady and then faster is a compiler that came late: what was slow does not count.
        if is_faster(counted) {
            if spans.len() < LONGEST_WARM_UP {
                self.warm = Some(spans.len());
                return More::Wanted;
            }
            self.unsteady = true;
        }
        More::Enough
    }

    /// The time of each batch but the first, which began before the lab could know.
    fn spans(&self) -> Vec<f64> {
        let pairs = self.ends_ns.windows(2);
        pairs.map(|pair| (pair[1] - pair[0]) as f64).collect()
    }

    /// The median batch of those that count, in seconds.
    fn median_s(&self) -> Option<f64> {
        let spans = self.spans();
        median(spans.get(self.warm?..)?).map(|ns| ns / 1e9)
    }

    fn doubt(&self) -> Option<Doubt> {
        self.unsteady.then_some(Doubt::Unsteady)
    }
}

/// Whether the second half of the batches is faster than the first by more than noise is.
fn is_faster(spans: &[f64]) -> bool {
    let (first, second) = spans.split_at(spans.len() / 2);
    let halves = (median(first), median(second));
    matches!(halves, (Some(first), Some(second)) if second < first * (1.0 - LATE))
}

/// Batches of one round each, tried to find out how many rounds a batch is to have.
#[derive(Debug, Default)]
struct Tried {
    first_ns: Option<u64>,
    last_ns: u64,
    longest_ns: u64,
    count: usize,
}

impl Tried {
    /// Takes the end of a batch; gives whether more are to be tried.
    fn end(&mut self, at_ns: u64) -> More {
        let Some(first_ns) = self.first_ns else {
            (self.first_ns, self.last_ns) = (Some(at_ns), at_ns);
            return More::Wanted;
        };
        self.longest_ns = self.longest_ns.max(at_ns - self.last_ns);
        self.last_ns = at_ns;
        self.count += 1;
        let tried_ns = at_ns - first_ns;
        // Time decides, and not a number of lines: many may arrive in one instant.
        if tried_ns - self.longest_ns >= BATCH_NS || tried_ns >= LONGEST_TRY_NS {
            More::Enough
        } else {
            More::Wanted
        }
    }

    /// Rounds that take about [`BATCH_NS`]: by the mean batch, the longest left out. No
    /// single batch can tell: a line that came late makes its batch look long and the next
    /// one look like none at all.
    fn rounds(&self) -> u32 {
        let tried_ns = self.last_ns - self.first_ns.unwrap_or(self.last_ns);
        let mean_ns = match self.count {
            0 | 1 => tried_ns,
            count => (tried_ns - self.longest_ns) / (count as u64 - 1),
        };
        (BATCH_NS / mean_ns.max(1)).clamp(1, MOST_ROUNDS) as u32
    }
}

/// A job that works batch after batch.
#[derive(Debug)]
pub(super) struct Working {
    job: Job,
    way: Steady,
    /// What its rows are, in their order.
    metrics: Vec<Metric>,
    /// Rounds of a batch, once they are chosen.
    rounds: OnceCell<u32>,
}

impl Working {
    pub(super) fn new(job: Job, rows: &[Row], way: Steady) -> Self {
        Self {
            job,
            way,
            metrics: rows.iter().map(|row| row.metric).collect(),
            rounds: OnceCell::new(),
        }
    }

    /// Has it work, and checks the line of each batch, until enough of them came.
    fn work(
        &self,
        isolation: &dyn Isolation,
        site: &Site,
        rounds: u32,
        end: &mut dyn FnMut(u64) -> More,
    ) -> Result<(), Failure> {
        let mut job = self.job.clone();
        job.task = job
            .workload
            .batches(&self.way, rounds)
            .map_err(Failure::failed)?;
        let Task::Batches { line, .. } = &job.task else {
            return Err(Failure::failed("it has no batches"));
        };
        let expected = line.clone();
        let mut each = |line: Line<'_>| {
            if line.text != expected {
                return Err(Failure::mismatch(format!(
                    "a batch ended with {:?}, and not with {:?}",
                    shown(line.text),
                    shown(&expected)
                )));
            }
            Ok(end(line.at_ns))
        };
        isolation.stream(site, &job, &mut each)
    }

    /// Rounds that make a batch about as long as [`BATCH_NS`] here: found in a launch of
    /// its own, which gives no value.
    fn rounds(&self, isolation: &dyn Isolation, site: &Site) -> Result<u32, Failure> {
        if let Some(rounds) = self.rounds.get() {
            return Ok(*rounds);
        }
        let mut rounds = 1;
        if self.way.has_rounds() {
            let mut tried = Tried::default();
            self.work(isolation, site, 1, &mut |at_ns| tried.end(at_ns))?;
            rounds = tried.rounds();
        }
        Ok(*self.rounds.get_or_init(|| rounds))
    }
}

impl Launch for Working {
    /// Each launch warms up by itself.
    fn warms_up(&self) -> bool {
        false
    }

    fn settle(&self, isolation: &dyn Isolation, site: &Site) -> Result<(), Failure> {
        self.rounds(isolation, site).map(|_| ())
    }

    fn launch(&self, isolation: &dyn Isolation, site: &Site) -> Result<Vec<Value>, Failure> {
        let mut batches = Batches::default();
        let rounds = self.rounds(isolation, site)?;
        self.work(isolation, site, rounds, &mut |at_ns| batches.end(at_ns))?;
        let each_s = batches
            .median_s()
            .filter(|each_s| *each_s > 0.0)
            .ok_or_else(|| {
                Failure::failed("its batches are too short to be timed: several end at once")
            })?;
        let doubt = batches.doubt();
        let value = |metric: &Metric| {
            let work = match metric {
                Metric::BytesPerSecond => self.way.bytes.unwrap_or(0) as f64,
                _ => f64::from(self.way.operations),
            };
            Value::of(work * f64::from(rounds) / each_s).doubted(doubt)
        };
        Ok(self.metrics.iter().map(value).collect())
    }
}

fn shown(line: &[u8]) -> String {
    let end = line.len().min(160);
    String::from_utf8_lossy(&line[..end]).trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes batches of these many milliseconds, the last one again and again.
    fn play(spans_ms: &[u64]) -> Batches {
        let mut batches = Batches::default();
        let mut at_ns = 1_000;
        let mut spans = spans_ms.to_vec();
        spans.reverse();
        let mut last = 0;
        while batches.end(at_ns) == More::Wanted {
            last = spans.pop().unwrap_or(last);
            at_ns += last * 1_000_000;
            assert!(batches.ends_ns.len() < 1_000, "it has to come to an end");
        }
        batches
    }

    #[test]
    fn a_steady_job_counts_from_the_ninth_batch_on() {
        let batches = play(&[50]);
        assert_eq!(batches.warm, Some(8));
        assert_eq!(batches.ends_ns.len(), 1 + 8 + MEASURED);
        assert_eq!(batches.median_s(), Some(0.05));
        assert_eq!(batches.doubt(), None);
    }

    #[test]
    fn what_gets_faster_is_not_counted() {
        // A compiler that tiers up: slow, then twice as fast.
        let slow = [100; 12];
        let batches = play(&[&slow[..], &[50]].concat());
        assert_eq!(batches.median_s(), Some(0.05));
        assert_eq!(batches.doubt(), None);
    }

    #[test]
    fn what_never_stops_getting_faster_is_doubted() {
        let faster: Vec<u64> = (0..60).map(|n| 100_000 / (n + 10)).collect();
        let batches = play(&faster);
        assert_eq!(batches.warm, Some(LONGEST_WARM_UP));
        assert_eq!(batches.doubt(), Some(Doubt::Unsteady));
    }

    /// Rounds by trying batches that ended at these microseconds.
    fn rounds(ends_us: impl IntoIterator<Item = u64>) -> u32 {
        let mut tried = Tried::default();
        let mut ends = ends_us.into_iter();
        while tried.end(ends.next().expect("it has to come to an end") * 1_000) == More::Wanted {}
        tried.rounds()
    }

    #[test]
    fn rounds_make_a_batch_of_20_ms() {
        assert_eq!(rounds((0..).map(|n| n * 2_000)), 10);
        assert_eq!(rounds((0..).map(|n| n * 20)), 1_000);
        assert_eq!(rounds((0..).map(|n| n * 1_000_000)), 1);
        assert_eq!(rounds((0..).map(|n| n / 100)), MOST_ROUNDS as u32);
    }

    #[test]
    fn a_line_that_came_late_does_not_choose_the_rounds() {
        // The fourth batch was seen 1 us before the fifth, and 2 ms late.
        let late = |n: u64| if n == 4 { 9_999 } else { n * 2_000 };
        assert!((9..=11).contains(&rounds((0..).map(late))));
        // The lab slept while a thousand came, and read them in one instant.
        let slept = |n: u64| if n < 1_000 { 10_000 } else { n * 10 };
        assert!((1_000..=3_000).contains(&rounds((0..).map(slept))));
        // The first one took 50 ms: a compiler, or a neighbour.
        let slow = |n: u64| if n == 0 { 0 } else { 50_000 + n * 1_000 };
        assert_eq!(rounds((0..).map(slow)), 20);
    }

    #[test]
    fn short_batches_are_measured_for_a_while() {
        let batches = play(&[1]);
        let counted = batches.ends_ns.len() - 1 - 8;
        assert_eq!(counted as u64, MEASURED_NS / 1_000_000);
    }
}
