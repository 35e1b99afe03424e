//! A replay: two sides in adjacent quads A B B A and B A A B in turn, round by round.

use std::path::Path;
use std::time::Instant;

use labrun_record::{Change, QUADS, Run, RunFolder, Side};
use rand::{RngExt as _, SeedableRng as _};
use rand_xoshiro::Xoshiro256PlusPlus;

use super::about::About;
use super::cached;
use super::describe_replay;
use super::injected::injected;
use super::launch::Value;
use super::load::Generator;
use super::prepare::{self, PreparedCase, Supply};
use super::recorder::Recorder;
use super::run::{Ended, RunError};
use crate::define::Workload;
use crate::outcome::Failure;
use crate::plan::{CasePair, Plan};
use crate::progress::Progress;
use crate::schedule::Quads;

/// One launch of side B in so many has a stall, where stalls are injected.
pub const STALLS_ONE_IN: u32 = 10;

/// Where one side comes from.
pub struct ReplaySource<'a> {
    /// As it was named.
    pub name: String,
    /// What that is: a commit, a run, a digest, a version.
    pub of: String,
    /// Version of the lab whose definitions it has.
    pub lab_version: String,
    /// Folder that the paths of its artifacts are told relative to.
    pub root: &'a Path,
    /// What its launches are made from.
    pub supply: Supply<'a>,
}

/// A replay that is about to begin.
pub struct ReplayRequest<'a> {
    /// The folder of its run, empty.
    pub folder: &'a RunFolder,
    /// The plan of side A: its scenario and rules are those of the run.
    pub plan: &'a Plan,
    /// What is held against each other.
    pub pairs: &'a [CasePair],
    /// A and B.
    pub sides: [ReplaySource<'a>; 2],
    /// Beyond which share B is better or worse.
    pub margin: f64,
    /// Exactly so many quads of each pair, time permitting.
    pub quads: Option<u32>,
    /// Seconds for all of it.
    pub time_budget_s: f64,
    /// What it says of itself.
    pub about: About,
    /// What it tells of its progress.
    pub progress: &'a dyn Progress,
    /// Called between two rounds, with how many there were: their launches are on disk.
    pub before_round: &'a dyn Fn(u32),
}

/// A pair that is about to be launched.
pub(super) struct PreparedPair<'a> {
    pub(super) pair: &'a CasePair,
    /// Number in the run of its first row.
    pub(super) first_row: usize,
    a: PreparedCase<'a>,
    b: PreparedCase<'a>,
    /// Side B with a stall, which one launch in so many has.
    stalled: Option<PreparedCase<'a>>,
}

/// Carries out a replay.
pub fn replay(request: &ReplayRequest<'_>) -> Result<Ended, RunError> {
    let [a, b] = &request.sides;
    let changed: Vec<Vec<Workload>> = request
        .pairs
        .iter()
        .map(|pair| injected(b.supply.workloads, pair.change))
        .collect();
    let generator = Generator::new(request.about.seed);
    let mut first_row = 0;
    let mut pairs = Vec::new();
    for (pair, workloads) in request.pairs.iter().zip(&changed) {
        // Of stalls most launches have none: they are launched as side A is.
        let with_stall = matches!(pair.change, Some(Change::StallNs(_)));
        let supply = Supply {
            workloads,
            ..b.supply
        };
        let generator = generator.of_pair();
        let calm = if with_stall { b.supply } else { supply };
        let of_a = prepare::case(&pair.a, 0, &a.supply, &generator);
        let mut of_b = prepare::case(&pair.b, 0, &calm, &generator);
        if let Some(failure) = in_one_place(&of_a, &of_b) {
            of_b.launch = Err(failure);
        }
        pairs.push(PreparedPair {
            pair,
            first_row,
            a: of_a,
            b: of_b,
            stalled: with_stall.then(|| prepare::case(&pair.b, 0, &supply, &generator)),
        });
        first_row += pair.rows.len();
    }
    let mut run = describe_replay::replay(request, &pairs);
    let with_daemon = pairs
        .iter()
        .any(|pair| pair.a.is_run_by_daemon() || pair.b.is_run_by_daemon());
    let mut recorder = Recorder::create(request.folder, &run, with_daemon)?;
    let ended = carry_out(request, &run, &mut recorder, &pairs);
    recorder.conclude(request.folder, &mut run, ended)
}

/// Why the sides cannot be told apart: what they launch is not the same, and is in the same place
/// (an image of the same name in the daemon).
fn in_one_place(a: &PreparedCase<'_>, b: &PreparedCase<'_>) -> Option<Failure> {
    let mut of_b = b.artifacts.iter();
    let clash = of_b.find(|own| {
        let mut of_a = a.artifacts.iter();
        of_a.any(|other| other.path == own.path && other.sha256 != own.sha256)
    })?;
    let place = clash.path.display();
    Some(Failure::unavailable(format!(
        "both sides have {place}, and not the same: only one of them can be there"
    )))
}

fn carry_out(
    request: &ReplayRequest<'_>,
    run: &Run,
    recorder: &mut Recorder,
    pairs: &[PreparedPair<'_>],
) -> Result<Ended, RunError> {
    let began = Instant::now();
    let mut live = Vec::new();
    for pair in pairs {
        match pair.missing() {
            None => live.push(pair),
            Some((side, failure)) => write_failure(recorder, pair, 0, side, failure)?,
        }
    }
    let exact: Vec<bool> = live.iter().map(|pair| pair.is_exact()).collect();
    // What is counted is the same on any machine.
    let takes_time = exact.contains(&false);
    let mut quads = Quads::new(
        &exact,
        request.quads,
        request.margin,
        request.time_budget_s,
        run.seed,
    );
    let mut random = Xoshiro256PlusPlus::seed_from_u64(run.seed ^ 1);
    let interrupt = &request.sides[0].supply.site.interrupt;
    // One side may have been built just now, and the other unpacked.
    let cases = live.iter().flat_map(|pair| [&pair.a, &pair.b]);
    cached::read_anew(cases, interrupt, request.progress);
    for round in 0.. {
        // Also where it was asked to end while something was built.
        if interrupt.raised() {
            return Ok(Ended::Interrupted);
        }
        let Some(order) = quads.next_round() else {
            break;
        };
        if round > 0 {
            (request.before_round)(round);
        }
        if takes_time {
            recorder.probe();
        }
        for entry in order {
            quads.passed(began.elapsed().as_secs_f64());
            if !quads.has_time_for(entry) {
                continue;
            }
            let (done, total) = quads.progress();
            request.progress.step("measuring in quads", done, total);
            let mut quad = Quad {
                request,
                recorder: &mut *recorder,
                pair: live[entry],
                round,
                order: QUADS[quads.taken(entry) as usize % QUADS.len()],
            };
            let quad_began = Instant::now();
            let taken = quad.take(&mut random)?;
            let spent_s = quad_began.elapsed().as_secs_f64();
            recorder.launched(spent_s);
            match taken {
                Taken::Whole(logs) => {
                    let turned = quads.taken(entry) % 2 == 1;
                    quads.took(entry, spent_s, &logs, turned);
                }
                Taken::Failed => quads.failed(entry),
                Taken::Interrupted => return Ok(Ended::Interrupted),
            }
            if interrupt.raised() {
                return Ok(Ended::Interrupted);
            }
        }
        recorder.sync()?;
    }
    request.progress.finish("measuring in quads");
    Ok(Ended::Complete)
}

/// What became of a quad.
enum Taken {
    /// With the log ratio of each row that has one.
    Whole(Vec<Option<f64>>),
    Failed,
    Interrupted,
}

/// A quad under way.
struct Quad<'a> {
    request: &'a ReplayRequest<'a>,
    recorder: &'a mut Recorder,
    pair: &'a PreparedPair<'a>,
    round: u32,
    order: [Side; 4],
}

impl Quad<'_> {
    /// The priming launches, and then the four that count. Each is written when it is taken.
    fn take(&mut self, random: &mut Xoshiro256PlusPlus) -> Result<Taken, RunError> {
        for side in [Side::A, Side::B] {
            match self.settle(side) {
                Ok(()) => {}
                Err(Failure::Interrupted) => return Ok(Taken::Interrupted),
                Err(failure) => return self.failed(side, &failure),
            }
        }
        for side in self.primed() {
            match self.launch(side, false) {
                Ok(_) => {}
                Err(Failure::Interrupted) => return Ok(Taken::Interrupted),
                Err(failure) => return self.failed(side, &failure),
            }
        }
        let mut logs = vec![Some(0.0); self.pair.pair.rows.len()];
        for side in self.order {
            let stalls = side == Side::B && random.random_ratio(1, STALLS_ONE_IN);
            match self.launch(side, stalls) {
                Ok(values) => {
                    let rows = self.pair.rows(side);
                    let values: Vec<Option<&Value>> = rows.map(|row| values.get(row)).collect();
                    let first = values.first().copied().flatten();
                    let has_value = first.is_some_and(|value| value.given.is_ok());
                    let (first_row, round) = (self.pair.first_row, self.round);
                    self.recorder.write(first_row, round, Some(side), &values)?;
                    if !has_value {
                        return Ok(Taken::Failed);
                    }
                    for (log, value) in logs.iter_mut().zip(&values) {
                        *log = log.zip(log_of(*value, side)).map(|(sum, log)| sum + log);
                    }
                }
                Err(Failure::Interrupted) => return Ok(Taken::Interrupted),
                Err(failure) => return self.failed(side, &failure),
            }
            if self.request.sides[0].supply.site.interrupt.raised() {
                // The fourth launch made it whole.
                return Ok(Taken::Interrupted);
            }
        }
        Ok(Taken::Whole(logs))
    }

    fn failed(&mut self, side: Side, failure: &Failure) -> Result<Taken, RunError> {
        let case = self.pair.case(side);
        let supply = &self.request.sides[side as usize].supply;
        let failure = case.blamed(failure.clone(), supply.site, self.round > 0);
        write_failure(self.recorder, self.pair, self.round, side, &failure)?;
        Ok(Taken::Failed)
    }

    /// What has to be known before the first launch of a side.
    fn settle(&self, side: Side) -> Result<(), Failure> {
        let (launch, isolation) = self.pair.case(side).launch.as_ref().map_err(Clone::clone)?;
        launch.settle(*isolation, self.request.sides[side as usize].supply.site)
    }

    /// What is launched before a quad and discarded: before the first one both sides, so that
    /// neither pays for what only a first launch does; later one of the side that comes first,
    /// where a model wants its launches primed.
    fn primed(&self) -> Vec<Side> {
        let Ok((launch, _)) = &self.pair.a.launch else {
            return Vec::new();
        };
        match (launch.is_primed(), self.round == 0 && launch.warms_up()) {
            (_, true) => vec![Side::B, Side::A],
            (true, false) => vec![self.order[0]],
            (false, false) => Vec::new(),
        }
    }

    fn launch(&self, side: Side, stalls: bool) -> Result<Vec<Value>, Failure> {
        let stalled = self.pair.stalled.as_ref().filter(|_| stalls);
        let case = stalled.unwrap_or_else(|| self.pair.case(side));
        let (launch, isolation) = case.launch.as_ref().map_err(Clone::clone)?;
        let supply = &self.request.sides[side as usize].supply;
        let given = launch.launch(*isolation, supply.site)?;
        case.of_its_files(given)
    }
}

/// What a launch adds to the log ratio of its quad: each side has two of the four.
fn log_of(value: Option<&Value>, side: Side) -> Option<f64> {
    let value = value?.given.as_ref().ok().filter(|value| **value > 0.0)?;
    let half = value.ln() / 2.0;
    Some(if side == Side::B { half } else { -half })
}

/// The same reason for every row of a pair.
fn write_failure(
    recorder: &mut Recorder,
    pair: &PreparedPair<'_>,
    round: u32,
    side: Side,
    failure: &Failure,
) -> Result<(), RunError> {
    let none = Value::failed(failure.clone());
    let values = vec![Some(&none); pair.pair.rows.len()];
    recorder.write(pair.first_row, round, Some(side), &values)
}

impl<'a> PreparedPair<'a> {
    /// What a side launches.
    pub(super) fn case(&self, side: Side) -> &PreparedCase<'a> {
        match side {
            Side::A => &self.a,
            Side::B => &self.b,
        }
    }

    /// Which side cannot be launched, and why.
    fn missing(&self) -> Option<(Side, &Failure)> {
        let failure = |side: &Side| self.case(*side).launch.as_ref().err();
        let missing = [Side::A, Side::B]
            .into_iter()
            .find(|side| failure(side).is_some());
        missing.and_then(|side| Some((side, failure(&side)?)))
    }

    fn is_exact(&self) -> bool {
        self.pair.a.rows[0].metric.is_exact()
    }

    /// The numbers, in the case of a side, of the rows that are held against each other.
    fn rows(&self, side: Side) -> impl Iterator<Item = usize> {
        self.pair.rows.iter().map(move |row| row[side as usize])
    }
}

#[cfg(test)]
mod tests {
    use labrun_record::{Artifact, Target};

    use super::super::unchanged::Unchanged;
    use super::*;
    use crate::plan::{Case, Decision, Limits};

    #[test]
    fn two_images_of_one_name_are_not_told_apart() {
        let left = Failure::unavailable("nothing is launched here");
        let case = Case {
            rows: Vec::new(),
            launch: Decision::from(left.clone()),
            limits: Limits::default(),
            beside: Vec::new(),
        };
        let of = |path: &str, sha256: &str| PreparedCase {
            case: &case,
            first_row: 0,
            launch: Err(left.clone()),
            artifacts: vec![Artifact {
                workload: "add".to_owned(),
                target: Target::Image,
                triple: path.to_owned(),
                path: path.into(),
                sha256: sha256.to_owned(),
                bytes: 1,
                toolchain: String::new(),
                isolation: None,
                exports: false,
            }],
            needs: Vec::new(),
            files: Unchanged::default(),
        };
        let place = |a: &PreparedCase<'_>, b: &PreparedCase<'_>| in_one_place(a, b).is_some();
        assert!(!place(&of("labrun/add:1", "a"), &of("labrun/add:1", "a")));
        assert!(!place(&of("labrun/add:1", "a"), &of("labrun/add:2", "b")));
        assert!(place(&of("labrun/add:1", "a"), &of("labrun/add:1", "b")));
    }
}
