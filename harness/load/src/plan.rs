//! What load is to be made.

use std::time::Duration;

use crate::error::PlanError;
use crate::request::{MOST_REQUESTS, MOST_WEIGHT, Request};
use crate::target::Target;

/// Highest rate that can be asked for, per second.
const HIGHEST_RATE: f64 = 1e7;
/// Most connections.
const MOST_CONNECTIONS: usize = 1 << 16;
/// Longest of any length of time.
const LONGEST: Duration = Duration::from_hours(24);

/// When requests are sent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Pace {
    /// Closed loop: each connection asks again as soon as it has its answer.
    Closed,
    /// Open loop: so many requests per second over all connections, each due at a fixed
    /// instant, whatever became of those before it.
    Rate(f64),
}

/// How the requests of a rate are spread over time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spacing {
    /// Evenly.
    Even,
    /// As independent users come: a Poisson process, whose gaps are exponential. They are drawn
    /// from this seed, and the same for the same one.
    Poisson(u64),
}

/// A load, and what a right answer is.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Who is asked.
    pub target: Target,
    /// What is asked, and which answers are right. Where there are several, each comes as often as it
    /// weighs, in an order that is the same every time.
    pub requests: Vec<Request>,
    /// When.
    pub pace: Pace,
    /// At a rate: how its requests are spread.
    pub spacing: Spacing,
    /// Connections that are kept open, over all threads.
    pub connections: usize,
    /// Threads, over which the connections are spread.
    pub threads: usize,
    /// How long it is measured.
    pub duration: Duration,
    /// How long the same load is made before, unmeasured. May be zero.
    pub warmup: Duration,
    /// How long an answer, a connection, or the end of the run is waited for.
    pub timeout: Duration,
    /// At a rate: requests are due together, at the end of each such length. Zero, as usual, for
    /// each at its own instant; 1 ms is what a generator offers whose timers
    /// tick in milliseconds.
    pub gather: Duration,
}

impl Plan {
    /// The target's path alone, in a closed loop on 16 connections and 1 thread for 10 s, after 1 s of warm-up; answers
    /// are waited for 5 s.
    pub fn new(target: Target) -> Self {
        Self {
            requests: vec![Request::get(&target.path)],
            target,
            pace: Pace::Closed,
            spacing: Spacing::Even,
            connections: 16,
            threads: 1,
            duration: Duration::from_secs(10),
            warmup: Duration::from_secs(1),
            timeout: Duration::from_secs(5),
            gather: Duration::ZERO,
        }
    }

    /// Whether it can be carried out.
    pub fn check(&self) -> Result<(), PlanError> {
        if let Pace::Rate(rate) = self.pace
            && !(rate > 0.0 && rate <= HIGHEST_RATE)
        {
            return Err(PlanError::Rate(rate));
        }
        let (threads, connections) = (self.threads, self.connections);
        if !(1..=MOST_CONNECTIONS).contains(&connections) {
            return Err(PlanError::Connections(connections));
        }
        if !(1..=connections).contains(&threads) {
            return Err(PlanError::Threads {
                threads,
                connections,
            });
        }
        for (name, length) in [("duration", self.duration), ("timeout", self.timeout)] {
            if length.is_zero() || length > LONGEST {
                return Err(PlanError::Length(name));
            }
        }
        for (name, length) in [("warm-up", self.warmup), ("gathering", self.gather)] {
            if length > LONGEST {
                return Err(PlanError::Length(name));
            }
        }
        let plain = |text: &str| text.bytes().all(|byte| byte > b' ' && byte != 0x7f);
        let host = &self.target.host;
        if !plain(host) {
            return Err(PlanError::Text(host.clone()));
        }
        if !(1..=MOST_REQUESTS).contains(&self.requests.len()) {
            return Err(PlanError::Requests(self.requests.len()));
        }
        for request in &self.requests {
            if let Some(text) = request.fault() {
                return Err(PlanError::Text(text.to_owned()));
            }
            if !(1..=MOST_WEIGHT).contains(&request.weight) {
                return Err(PlanError::Weight(request.weight));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan() -> Plan {
        Plan::new(Target::new(([127, 0, 0, 1], 80).into(), "/"))
    }

    #[test]
    fn the_usual_plan_is_sound() {
        assert_eq!(plan().check(), Ok(()));
    }

    #[test]
    fn rates_that_are_none_are_refused() {
        for rate in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e8] {
            let mut plan = plan();
            plan.pace = Pace::Rate(rate);
            assert!(matches!(plan.check(), Err(PlanError::Rate(_))), "{rate}");
        }
    }

    #[test]
    fn nothing_of_anything_is_refused() {
        for (change, named) in [
            ((|p| p.connections = 0) as fn(&mut Plan), "connection"),
            (|p| p.connections = 100_000, "connection"),
            (|p| p.threads = 0, "threads"),
            (|p| p.threads = 17, "threads"),
            (|p| p.duration = Duration::ZERO, "duration"),
            (|p| p.timeout = Duration::ZERO, "timeout"),
            (|p| p.warmup = Duration::MAX, "warm-up"),
            (|p| p.requests[0].path = "x".to_owned(), "path"),
            (|p| p.requests[0].path = "/ x".to_owned(), "request"),
            (|p| p.requests[0].weight = 0, "weight"),
            (|p| p.requests[0].weight = 1_001, "weight"),
            (|p| p.requests.clear(), "1 to 64 requests"),
            (
                |p| p.requests = vec![Request::get("/"); 65],
                "1 to 64 requests",
            ),
            (|p| p.target.host = "a\r\nb: c".to_owned(), "request"),
        ] {
            let mut plan = plan();
            change(&mut plan);
            let error = plan.check().expect_err(named).to_string();
            assert!(error.contains(named), "{error}");
        }
    }
}
