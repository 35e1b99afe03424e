//! The requests of a load as they are sent, and the order in which they follow each other.
//!
//! The order is a row of periods. In each period every request comes exactly as often as it weighs
//! (weights that share a factor are divided by it), in an order that is drawn anew for each period
//! from one seed that is always the same. So the order is known before the load begins, and is the
//! same whoever is asked. It is shuffled, and not spread as evenly as can be, since a pattern that
//! comes again could fall into step with the connections: each of them, and the thread that a server
//! has for it, would get the same request every time.

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng as _, SeedableRng as _};

use crate::plan::Plan;
use crate::request::Check;
use crate::response::Answer;

/// The seed of every order.
const SEED: u64 = 1;

/// Bytes of each body that are kept, for whoever is told of a wrong one.
pub(crate) const SHOWN: usize = 160;

/// A request as it is sent, and what is looked at of its answers.
#[derive(Debug)]
pub(crate) struct Sent<'a> {
    /// All that is written.
    pub(crate) bytes: Vec<u8>,
    /// Whether its answers have no body.
    pub(crate) is_head: bool,
    /// How much of each body is kept.
    pub(crate) keeps: usize,
    status: u16,
    check: &'a Check,
}

impl Sent<'_> {
    /// The whole body of a right answer, where that is known.
    pub(crate) fn whole(&self) -> Option<&[u8]> {
        match self.check {
            Check::Whole(whole) => Some(whole),
            _ => None,
        }
    }

    /// Whether an answer has the right status.
    pub(crate) fn has_status(&self, answer: &Answer) -> bool {
        answer.status == self.status
    }

    /// Whether an answer has the right body, of which `kept` is the beginning.
    pub(crate) fn has_body(&self, answer: &Answer, kept: &[u8]) -> bool {
        match self.check {
            Check::Status => true,
            Check::Whole(_) => answer.matches,
            Check::Beginning { bytes, holds } => holds(&kept[..kept.len().min(*bytes)]),
        }
    }
}

/// All requests of a plan, encoded once.
#[derive(Debug)]
pub(crate) struct Mix<'a> {
    pub(crate) sent: Vec<Sent<'a>>,
    /// One period: the number of each request as often as it comes.
    period: Vec<u16>,
}

impl<'a> Mix<'a> {
    /// That of a plan which was checked.
    pub(crate) fn new(plan: &'a Plan) -> Self {
        let sent = plan.requests.iter().map(|request| Sent {
            bytes: request.encode(&plan.target.host),
            is_head: request.is_head(),
            keeps: match request.check {
                Check::Beginning { bytes, .. } => bytes.max(SHOWN),
                _ => SHOWN,
            },
            status: request.status,
            check: &request.check,
        });
        let weights = plan.requests.iter().map(|request| request.weight);
        let shared = weights.clone().fold(0, common);
        let mut period = Vec::new();
        for (number, weight) in (0..).zip(weights) {
            period.extend((0..weight / shared.max(1)).map(|_| number));
        }
        Self {
            sent: sent.collect(),
            period,
        }
    }

    /// The order in which a thread sends them. Each has one of its own, and the same every time.
    pub(crate) fn order(&self, thread: usize) -> Order {
        let mut random = Xoshiro256PlusPlus::seed_from_u64(SEED);
        // Far apart in the sequence, where no two threads meet.
        (0..thread).for_each(|_| random.jump());
        Order {
            period: self.period.clone(),
            given: 0,
            random,
        }
    }
}

/// The requests of one thread, one after another.
#[derive(Debug)]
pub(crate) struct Order {
    /// The present period: what was given of it, and then what is left.
    period: Vec<u16>,
    given: usize,
    random: Xoshiro256PlusPlus,
}

impl Order {
    /// The number of the next one.
    pub(crate) fn draw(&mut self) -> u16 {
        let left = self.period.len() - self.given;
        if left > 1 {
            // One of those that are left, each as likely as the others (Fisher and Yates).
            let high = self.random.next_u64() >> 32;
            let drawn = (high * left as u64) >> 32;
            self.period.swap(self.given, self.given + drawn as usize);
        }
        let drawn = self.period[self.given];
        self.given += 1;
        if self.given == self.period.len() {
            self.given = 0;
        }
        drawn
    }
}

/// The greatest number that divides both.
fn common(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { common(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::{MOST_REQUESTS, MOST_WEIGHT, Request};
    use crate::target::Target;

    fn plan(weights: &[u32]) -> Plan {
        let mut plan = Plan::new(Target::new(([127, 0, 0, 1], 80).into(), "/"));
        let request = |weight: &u32| Request {
            weight: *weight,
            ..Request::get("/")
        };
        plan.requests = weights.iter().map(request).collect();
        assert_eq!(plan.check(), Ok(()));
        plan
    }

    /// The first `count` of a thread's order.
    fn first(weights: &[u32], thread: usize, count: usize) -> Vec<u16> {
        let plan = plan(weights);
        let mut order = Mix::new(&plan).order(thread);
        (0..count).map(|_| order.draw()).collect()
    }

    #[test]
    fn each_period_has_every_request_as_often_as_it_weighs() {
        for (weights, length) in [
            (&[1][..], 1),
            (&[7], 1),
            (&[1, 1, 1], 3),
            (&[5, 3, 2], 10),
            (&[50, 30, 20], 10),
            (&[MOST_WEIGHT, 1], 1001),
            (&[2, 4], 3),
        ] {
            for thread in [0, 3] {
                let all = first(weights, thread, 20 * length);
                let total: u32 = weights.iter().sum();
                for period in all.chunks(length) {
                    for (number, weight) in (0_u16..).zip(weights) {
                        let count = period.iter().filter(|one| **one == number).count();
                        let wanted = *weight as usize * length / total as usize;
                        assert_eq!(count, wanted, "{weights:?}: {period:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn the_order_is_the_same_every_time_and_another_in_each_period_and_thread() {
        let weights = [5, 3, 2];
        let all = first(&weights, 0, 1_000);
        assert_eq!(all, first(&weights, 0, 1_000));
        assert_ne!(all, first(&weights, 1, 1_000));
        let periods: std::collections::BTreeSet<&[u16]> = all.chunks(10).collect();
        // Of 2,520 that there are, 100 are hardly the same ten.
        assert!(periods.len() > 50, "{}", periods.len());
    }

    #[test]
    fn every_place_of_a_period_sees_every_request() {
        let mut seen = [[0_u32; 3]; 4];
        let all = first(&[2, 1, 1], 0, 40_000);
        for period in all.chunks(4) {
            for (place, number) in period.iter().enumerate() {
                seen[place][usize::from(*number)] += 1;
            }
        }
        for place in seen {
            // Of 10,000: half, and a quarter each; six standard deviations are 300 and 260.
            assert!(place[0].abs_diff(5_000) < 300, "{place:?}");
            assert!(place[1].abs_diff(2_500) < 260, "{place:?}");
        }
    }

    #[test]
    fn the_most_there_may_be_is_possible() {
        let weights = vec![MOST_WEIGHT - 1; MOST_REQUESTS - 1];
        let weights = [&weights[..], &[MOST_WEIGHT]].concat();
        let plan = plan(&weights);
        let mix = Mix::new(&plan);
        let total: u32 = weights.iter().sum();
        assert_eq!(mix.period.len(), total as usize);
    }

    #[test]
    fn answers_are_held_against_what_their_own_request_asks() {
        let mut plan = plan(&[1, 1, 1]);
        plan.requests[1].check = Check::Whole(b"right".to_vec());
        plan.requests[2].status = 201;
        plan.requests[2].check = Check::Beginning {
            bytes: 3,
            holds: std::sync::Arc::new(|bytes| bytes == b"rig"),
        };
        let mix = Mix::new(&plan);
        let answer = |status, matches| Answer {
            status,
            matches,
            keeps: true,
            bytes: 9,
        };
        let [any, whole, beginning] = &mix.sent[..] else {
            panic!("there are three");
        };
        assert!(any.has_status(&answer(200, true)) && !any.has_status(&answer(201, true)));
        assert!(any.has_body(&answer(200, true), b"whatever"));
        assert_eq!((any.whole(), whole.whole()), (None, Some(&b"right"[..])));
        assert!(whole.has_body(&answer(200, true), b"right"));
        assert!(!whole.has_body(&answer(200, false), b"right"));
        assert!(beginning.has_status(&answer(201, true)));
        assert!(beginning.has_body(&answer(201, true), b"right"), "cut");
        assert!(!beginning.has_body(&answer(201, true), b"wrong"));
        assert!(!beginning.has_body(&answer(201, true), b""));
    }
}
