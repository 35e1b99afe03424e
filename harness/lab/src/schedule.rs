//! Which launches come next, and when a row has enough.
//!
//! Launches come in blocks: a block holds every row that still wants launches,
//! once, in an order that is shuffled afresh with the run's seed. So whatever
//! drifts on the machine drifts under all rows alike.
//!
//! The rules by which a row stops are in [`Schedule::is_satisfied`] and
//! [`Schedule::close_block`]; nothing here reads a clock or starts a process.

use labrun_analysis::half_width;
use labrun_record::Plan;
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_xoshiro::Xoshiro256PlusPlus;

/// What one kind of launch has come to.
#[derive(Debug, Clone)]
struct Entry {
    /// Entry whose values this one's are compared with.
    reference: Option<usize>,
    /// Seed of its interval.
    seed: u64,
    values: Vec<f64>,
    /// Values of the other metrics that the same launches give, one list for each.
    others: Vec<Vec<f64>>,
    spent_s: f64,
    /// The longest launch.
    longest_s: f64,
    active: bool,
    /// Whether its values are counted, so that one is enough.
    exact: bool,
}

/// The launches of a run.
#[derive(Debug)]
pub struct Schedule {
    plan: Plan,
    entries: Vec<Entry>,
    // Its stream is the same in every version of the package: a seed is a receipt.
    random: Xoshiro256PlusPlus,
    spent_s: f64,
}

impl Schedule {
    /// A schedule with no launches yet.
    pub fn new(plan: Plan, seed: u64) -> Self {
        Self {
            plan,
            entries: Vec::new(),
            random: Xoshiro256PlusPlus::seed_from_u64(seed),
            spent_s: 0.0,
        }
    }

    /// Adds a kind of launch; gives its number.
    pub fn add(&mut self, seed: u64) -> usize {
        let entry = Entry {
            reference: None,
            seed,
            values: Vec::new(),
            others: Vec::new(),
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

    /// The next block, or nothing when every row has enough.
    pub fn next_block(&mut self) -> Option<Vec<usize>> {
        let mut block: Vec<usize> = (0..self.entries.len())
            .filter(|&e| self.entries[e].active)
            .collect();
        if block.is_empty() {
            return None;
        }
        block.shuffle(&mut self.random);
        Some(block)
    }

    /// Says how long all of it has taken until now: warming up, launches, and what lies
    /// between them, such as writing samples and looking at intervals.
    pub fn passed(&mut self, since_began_s: f64) {
        self.spent_s = self.spent_s.max(since_began_s);
    }

    /// Whether there is time for another launch of a kind, going by the longest that it had
    /// so far. Where there is none it gets no more.
    pub fn has_time_for(&mut self, entry: usize) -> bool {
        let entry = &mut self.entries[entry];
        entry.active &= self.spent_s + entry.longest_s <= self.plan.time_budget_s;
        entry.active
    }

    /// A launch gave a value, and those of other metrics; all of it, clocked or not,
    /// took `spent_s` seconds.
    pub fn gave(&mut self, entry: usize, value: f64, others: &[f64], spent_s: f64) {
        self.spent_s += spent_s;
        let entry = &mut self.entries[entry];
        entry.spent_s += spent_s;
        entry.longest_s = entry.longest_s.max(spent_s);
        entry.values.push(value);
        entry.others.resize_with(others.len(), Vec::new);
        for (values, value) in entry.others.iter_mut().zip(others) {
            values.push(*value);
        }
    }

    /// A launch gave no value: its row gets no more.
    pub fn failed(&mut self, entry: usize, spent_s: f64) {
        self.spent_s += spent_s;
        self.entries[entry].active = false;
    }

    /// After a block: stops the rows that have enough. A row and its reference
    /// stop together, so that they stay interleaved until the last launch of both.
    pub fn close_block(&mut self) {
        if self.spent_s >= self.plan.time_budget_s {
            for entry in &mut self.entries {
                entry.active = false;
            }
            return;
        }
        let satisfied: Vec<bool> = (0..self.entries.len())
            .map(|e| self.is_satisfied(e))
            .collect();
        let wants = |e: usize| self.entries[e].active && !satisfied[e];
        // A row goes on while its reference wants more, and a reference while any
        // row that is compared with it does.
        let goes_on: Vec<bool> = (0..self.entries.len())
            .map(|e| {
                let kin_wants = |o: usize| {
                    self.entries[o].reference == Some(e) || self.entries[e].reference == Some(o)
                };
                wants(e) || (0..self.entries.len()).any(|o| wants(o) && kin_wants(o))
            })
            .collect();
        for (entry, goes_on) in self.entries.iter_mut().zip(goes_on) {
            entry.active &= goes_on;
        }
    }

    /// How far the run is: launches taken, and about how many there will be.
    pub fn progress(&self) -> (u64, u64) {
        let taken = |entry: &Entry| entry.values.len() as u64;
        let done: u64 = self.entries.iter().map(taken).sum();
        let missing = |entry: &&Entry| entry.active;
        let left: u64 = self
            .entries
            .iter()
            .filter(missing)
            .map(|entry| {
                let wanted = if entry.exact {
                    1
                } else {
                    self.plan.min_samples
                };
                u64::from(wanted).saturating_sub(taken(entry)).max(1)
            })
            .sum();
        (done, done + left)
    }

    /// Whether a row has enough: its interval is narrow (and narrower yet while the
    /// row costs little), it has the most launches
    /// that a row may have, or its share of the time is spent. No row is cut
    /// before its least number of launches while the whole run still fits its budget.
    fn is_satisfied(&self, e: usize) -> bool {
        let entry = &self.entries[e];
        let n = entry.values.len();
        if !entry.active || n >= self.plan.max_samples as usize || (entry.exact && n > 0) {
            return true;
        }
        let share = self.plan.time_budget_s / self.entries.len() as f64;
        let share_is_spent = entry.spent_s >= share;
        if n < self.plan.min_samples as usize {
            return share_is_spent && self.projected_s() > self.plan.time_budget_s;
        }
        let narrow = |values: &[f64], limit: f64| {
            half_width(values, entry.seed).is_some_and(|width| width < limit)
        };
        if share_is_spent {
            true
        } else if entry.spent_s < self.plan.fine_s {
            // While it costs little, every metric of the launch gets the finer interval.
            let fine = self.plan.fine_half_width;
            // One of them that has no interval (nothing but zeros, or no values) holds nobody up.
            let enough =
                |values: &Vec<f64>| half_width(values, entry.seed).is_none_or(|width| width < fine);
            narrow(&entry.values, fine) && entry.others.iter().all(enough)
        } else {
            narrow(&entry.values, self.plan.half_width)
        }
    }

    /// Seconds that the run takes if every active row gets its least number of launches.
    fn projected_s(&self) -> f64 {
        let left = |entry: &Entry| {
            let wanted = if entry.exact {
                1
            } else {
                self.plan.min_samples
            };
            let missing = f64::from(wanted) - entry.values.len() as f64;
            let each = entry.spent_s / entry.values.len().max(1) as f64;
            missing.max(0.0) * each
        };
        self.spent_s
            + self
                .entries
                .iter()
                .filter(|entry| entry.active)
                .map(left)
                .sum::<f64>()
    }
}

#[cfg(test)]
mod tests;
