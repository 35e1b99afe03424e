//! Which launches come next.
//!
//! Launches come in blocks, each in an order that is shuffled afresh with the run's seed, so that
//! whatever drifts on the machine drifts under all rows alike. First a **pilot**: every case once in
//! each of a few blocks. From its spread and cost it is fixed how many launches each case gets
//! ([`allocate`]), and these are spread evenly over all of the time that is left ([`spread`]). No
//! look at an interval decides anything after that: what a row reads does not depend on which
//! others are in the run, and when they have enough. A run without a pilot (`--quick`) goes by the
//! cost of each case's first launch alone: what costs next to nothing gets more.
//!
//! Nothing here reads a clock or starts a process.

mod allocate;
mod half_width;
mod quads;
mod spread;

use labrun_analysis::Observation;
use labrun_record::Plan;
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_xoshiro::Xoshiro256PlusPlus;

use allocate::Case;
pub(crate) use quads::Quads;

/// Blocks of a pilot at most: enough for an interval, and few beside the least number of launches,
/// so that no row has most of its launches in the first minutes.
const PILOT_BLOCKS: u32 = 6;

/// Share of the time budget that a pilot takes at most.
const PILOT_SHARE: f64 = 1.0 / 6.0;

/// Share of the time that rounds may be late, until one is dropped for all.
const LATE: f64 = 0.02;

/// What one kind of launch has come to.
#[derive(Debug, Clone)]
struct Entry {
    /// Entry whose values this one's are compared with.
    reference: Option<usize>,
    /// Seed of its interval.
    seed: u64,
    values: Vec<Observation>,
    spent_s: f64,
    /// The longest launch.
    longest_s: f64,
    active: bool,
    /// Whether its values are counted, so that one is enough.
    exact: bool,
}

/// What is launched after the block that was asked for last.
#[derive(Debug)]
enum Next {
    /// Every case once.
    Pilot,
    /// The rounds that were fixed, the next one last.
    Rounds {
        left: Vec<Vec<usize>>,
        /// When the first of them began, and how long each is to take.
        began_s: f64,
        each_s: f64,
        done: usize,
    },
}

/// The launches of a run.
#[derive(Debug)]
pub struct Schedule {
    plan: Plan,
    entries: Vec<Entry>,
    // Its stream is the same in every version of the package: a seed is a receipt.
    random: Xoshiro256PlusPlus,
    elapsed_s: f64,
    /// The block that is under way, or the next one.
    block: u32,
    next: Next,
}

impl Schedule {
    /// A schedule with no launches yet.
    pub fn new(plan: Plan, seed: u64) -> Self {
        Self {
            plan,
            entries: Vec::new(),
            random: Xoshiro256PlusPlus::seed_from_u64(seed),
            elapsed_s: 0.0,
            block: 0,
            next: Next::Pilot,
        }
    }

    /// Adds a kind of launch; gives its number.
    pub fn add(&mut self, seed: u64) -> usize {
        let entry = Entry {
            reference: None,
            seed,
            values: Vec::new(),
            spent_s: 0.0,
            longest_s: 0.0,
            active: true,
            exact: false,
        };
        self.entries.push(entry);
        self.entries.len() - 1
    }

    /// Adds a kind of launch whose values are counted: one is enough.
    pub fn add_exact(&mut self, seed: u64) -> usize {
        let entry = self.add(seed);
        self.entries[entry].exact = true;
        entry
    }

    /// Says what a kind of launch is compared with.
    pub fn compare(&mut self, entry: usize, reference: usize) {
        if entry != reference {
            self.entries[entry].reference = Some(reference);
        }
    }

    /// The next block, or nothing when all launches were made or the time is over.
    pub fn next_block(&mut self) -> Option<Vec<usize>> {
        if self.elapsed_s >= self.plan.time_budget_s && self.block > 0 {
            return None;
        }
        if matches!(self.next, Next::Pilot) && self.pilot_is_over() {
            self.fix();
        }
        let mut block = match &mut self.next {
            Next::Pilot => (0..self.entries.len()).collect(),
            Next::Rounds {
                left,
                began_s,
                each_s,
                done,
            } => loop {
                let round = left.pop()?;
                let late_s = self.elapsed_s - *began_s - *done as f64 * *each_s;
                *done += 1;
                // Costs were misjudged: whole rounds are dropped, for all cases alike.
                if late_s <= *each_s + LATE * self.plan.time_budget_s || left.is_empty() {
                    break round;
                }
            },
        };
        let first = self.block == 0;
        block.retain(|&e| self.entries[e].active && (first || !self.entries[e].exact));
        if block.is_empty() {
            return match self.next {
                Next::Rounds { .. } if self.rounds_left() => self.next_block(),
                _ => None,
            };
        }
        block.shuffle(&mut self.random);
        Some(block)
    }

    /// Says how long all of it has taken until now: warming up, launches, and what lies
    /// between them, such as writing samples.
    pub fn passed(&mut self, since_began_s: f64) {
        self.elapsed_s = self.elapsed_s.max(since_began_s);
    }

    /// Whether there is time for another launch of a kind, going by the longest that it had
    /// so far. Where there is none it gets no more.
    pub fn has_time_for(&mut self, entry: usize) -> bool {
        let entry = &mut self.entries[entry];
        entry.active &= self.elapsed_s + entry.longest_s <= self.plan.time_budget_s;
        entry.active
    }

    /// A launch gave a value; all of it, clocked or not, took `spent_s` seconds.
    pub fn gave(&mut self, entry: usize, value: f64, spent_s: f64) {
        self.elapsed_s += spent_s;
        let block = self.block;
        let entry = &mut self.entries[entry];
        entry.spent_s += spent_s;
        entry.longest_s = entry.longest_s.max(spent_s);
        entry.values.push(Observation { block, value });
    }

    /// A launch gave no value: its row gets no more.
    pub fn failed(&mut self, entry: usize, spent_s: f64) {
        self.elapsed_s += spent_s;
        self.entries[entry].active = false;
    }

    /// A block is over.
    pub fn close_block(&mut self) {
        self.block += 1;
    }

    /// How far the run is: launches taken, and how many there will be; of a pilot, its own.
    pub fn progress(&self) -> (u64, u64) {
        let done: usize = self.entries.iter().map(|entry| entry.values.len()).sum();
        let is_active = |e: &&usize| self.entries[**e].active;
        let left: u64 = match &self.next {
            Next::Pilot => {
                let blocks = u64::from(self.pilot_blocks().saturating_sub(self.block));
                let live = self.entries.iter().filter(|entry| entry.active);
                live.map(|entry| if entry.exact { 1 } else { blocks }).sum()
            }
            Next::Rounds { left, .. } => left.iter().flatten().filter(is_active).count() as u64,
        };
        (done as u64, done as u64 + left)
    }

    /// Whether the number of launches is given, so that there is nothing to find out.
    fn is_given(&self) -> bool {
        self.plan.min_samples >= self.plan.max_samples
    }

    fn pilot_blocks(&self) -> u32 {
        if self.is_given() {
            self.plan.max_samples
        } else if self.plan.pilot {
            PILOT_BLOCKS.min(self.plan.max_samples)
        } else {
            1
        }
    }

    fn pilot_is_over(&self) -> bool {
        self.block >= self.pilot_blocks()
            || self.block > 0
                && !self.is_given()
                && self.elapsed_s >= PILOT_SHARE * self.plan.time_budget_s
    }

    fn rounds_left(&self) -> bool {
        matches!(&self.next, Next::Rounds { left, .. } if !left.is_empty())
    }

    /// Fixes how many launches each case gets, and when.
    fn fix(&mut self) {
        let time_s = self.plan.time_budget_s - self.elapsed_s;
        let counts = if self.is_given() {
            vec![0; self.entries.len()]
        } else {
            let taken: f64 = self.entries.iter().map(|entry| entry.spent_s).sum();
            // What lies between launches is paid by all of them.
            let between = if taken > 0.0 {
                self.elapsed_s / taken
            } else {
                1.0
            };
            let cases: Vec<Case> = (0..self.entries.len())
                .map(|e| self.case(e, between))
                .collect();
            if self.plan.pilot {
                allocate::allocate(&cases, &self.plan, time_s)
            } else {
                allocate::cheap(&cases, &self.plan, time_s)
            }
        };
        let references: Vec<Option<usize>> = self.entries.iter().map(|e| e.reference).collect();
        let mut rounds = spread::spread(&counts, &references);
        let each_s = time_s / rounds.len().max(1) as f64;
        rounds.reverse();
        self.next = Next::Rounds {
            left: rounds,
            began_s: self.elapsed_s,
            each_s,
            done: 0,
        };
    }

    /// What is known of a case after the pilot.
    fn case(&self, e: usize, between: f64) -> Case {
        let entry = &self.entries[e];
        let taken = entry.values.len();
        let live = |e: &usize| self.entries[*e].active && !self.entries[*e].exact;
        let reference = entry.reference.filter(live);
        let against = reference.map(|r| self.entries[r].values.as_slice());
        Case {
            taken: taken as u32,
            cost_s: entry.spent_s / taken.max(1) as f64 * between.max(1.0),
            live: live(&e),
            reference,
            seen: allocate::seen(&entry.values, against, entry.seed),
        }
    }
}

#[cfg(test)]
mod tests;
