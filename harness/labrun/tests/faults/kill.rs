//! One lab that is ended at some instant.

use std::fmt;
use std::fs::{self, File};
use std::os::unix::process::CommandExt as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ExitStatus};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::draw::Draw;
use crate::files;
use crate::lab::Lab;
use crate::machine::Machine;

/// Longest wait for an instant and for an end: never reached by what works, however busy the machine
/// is.
const LIMIT: Duration = Duration::from_mins(3);

/// How much of what labrun said is told of one that ended otherwise than it should.
const LINES: usize = 12;

/// Longest wait until what was killed by the next labrun is gone.
const GONE_LIMIT: Duration = Duration::from_secs(20);

/// How a lab is ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// As a supervisor does.
    Term,
    /// As Ctrl-C does: all that has the terminal gets the signal.
    Int,
    /// As the kernel does where memory is short.
    Kill,
}

impl Ending {
    pub(crate) const ALL: [Self; 3] = [Self::Term, Self::Int, Self::Kill];

    fn send(self, labrun: &Child) {
        let pid = labrun.id().cast_signed();
        let (to, signal) = match self {
            Self::Term => (pid, libc::SIGTERM),
            Self::Int => (-pid, libc::SIGINT),
            Self::Kill => (pid, libc::SIGKILL),
        };
        // SAFETY: kill() takes no pointer; the process is not waited for yet, nor is its group.
        unsafe { libc::kill(to, signal) };
    }

    fn fits(self, status: ExitStatus) -> bool {
        match self {
            Self::Term | Self::Int => status.code() == Some(130),
            Self::Kill => status.signal() == Some(libc::SIGKILL),
        }
    }
}

/// What is ended, how and when.
pub(crate) struct Kill {
    pub(crate) isolation: String,
    pub(crate) ending: Ending,
    scenario: &'static str,
    workload: String,
    /// It has taken so many samples ...
    samples: usize,
    /// ... and then goes on for so long, into some launch.
    then: Duration,
}

impl fmt::Display for Kill {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            isolation,
            ending,
            scenario,
            workload,
            samples,
            then,
        } = self;
        write!(
            f,
            "{isolation} {scenario} {workload}: {ending:?} {then:?} after sample {samples}"
        )
    }
}

/// What came of it.
pub(crate) struct Ended {
    /// Samples that were kept.
    pub(crate) samples: usize,
    /// What is wrong with what was kept.
    pub(crate) lost: Vec<String>,
    /// What the next labrun has left.
    pub(crate) left: Vec<String>,
}

impl Kill {
    /// At an instant that is drawn. Launches of what is held or loaded take seconds, others far
    /// less, and conformance has few.
    pub(crate) fn drawn(
        draw: &mut Draw,
        ending: Ending,
        isolation: &str,
        launched: &[(&'static str, String)],
    ) -> Self {
        let (scenario, workload) = draw.pick(launched).clone();
        let (samples, then_ms) = match scenario {
            "cold-start" => (20, 400),
            "conformance" => (4, 400),
            _ => (2, 2_500),
        };
        Self {
            isolation: isolation.to_owned(),
            ending,
            scenario,
            workload,
            samples: draw.below(samples),
            then: Duration::from_millis(draw.below(then_ms) as u64),
        }
    }

    /// Carries it out; nothing where the run was over before.
    pub(crate) fn carry_out(&self, lab: &Lab, number: usize, alone: bool) -> Option<Ended> {
        let run = lab.path().join(format!("run-{number}"));
        let before = Machine::look();
        let mut labrun = self.start(lab, &run);
        if !self.wait(&mut labrun, &run) {
            return None;
        }
        // What is on disk now was taken: it has to be there afterwards.
        let seen = fs::read(run.join("samples.jsonl")).expect("reads the samples");
        let told = fs::read_to_string(beside(&run)).unwrap_or_default();
        if labrun.try_wait().expect("waits for labrun").is_some() {
            return None;
        }
        self.ending.send(&labrun);
        let status = until(LIMIT, || labrun.try_wait().expect("waits for labrun"));
        // It may have ended by itself in the very moment in which it was told to.
        if status.is_some_and(|status| status.success()) && files::is_complete(&run) {
            return None;
        }
        let mut lost = Vec::new();
        match status {
            Some(status) if self.ending.fits(status) => {}
            Some(status) => lost.push(format!("{status}, and it said:\n{}", told_last(&run))),
            None => {
                lost.push("it does not end".to_owned());
                Ending::Kill.send(&labrun);
                labrun.wait().expect("waits for labrun");
            }
        }
        let samples = files::check(lab, &run, &seen, &told, self.ending, &mut lost);
        let (next, next_pid) = lab.ran(&["doctor"]);
        if !next.status.success() {
            lost.push(format!("doctor: {}", String::from_utf8_lossy(&next.stderr)));
        }
        let labruns = [labrun.id(), next_pid];
        // What is killed is not gone at once.
        let mut left = Vec::new();
        until(GONE_LIMIT, || {
            left = Machine::look().new_since(&before, &labruns, alone);
            left.is_empty().then_some(())
        });
        Some(Ended {
            samples,
            lost,
            left,
        })
    }

    fn start(&self, lab: &Lab, run: &Path) -> Child {
        let out = run.to_str().expect("plain text");
        let Self {
            scenario,
            isolation,
            workload,
            ..
        } = self;
        let what: [&str; 8] = [
            "scenario", scenario, "-i", isolation, "-w", workload, "--out", out,
        ];
        // Far more than is waited for.
        let how_often = ["-r", "1000", "--warmup", "0", "--time-budget", "1h"];
        let mut command = lab.labrun(&[&what[..], &how_often].concat());
        let stderr = File::create(beside(run)).expect("makes a file");
        let stdout = stderr.try_clone().expect("a second descriptor");
        let started = command
            .stdout(stdout)
            .stderr(stderr)
            .process_group(0)
            .spawn();
        started.expect("labrun starts")
    }

    /// Until the instant; whether it still runs then.
    fn wait(&self, labrun: &mut Child, run: &Path) -> bool {
        let samples = run.join("samples.jsonl");
        let came = until(LIMIT, || {
            if labrun.try_wait().expect("waits for labrun").is_some() {
                return Some(false);
            }
            let text = fs::read_to_string(&samples).ok()?;
            let taken = text.matches("\"outcome\":\"measured\"").count();
            (taken >= self.samples).then_some(true)
        });
        if came.is_none() {
            Ending::Kill.send(labrun);
            labrun.wait().expect("waits for labrun");
            panic!("{self}: it took no sample");
        }
        // The instant itself: nothing is waited for here.
        sleep(self.then);
        came == Some(true)
    }
}

/// The last lines of what labrun said.
fn told_last(run: &Path) -> String {
    let told = fs::read_to_string(beside(run)).unwrap_or_default();
    let lines: Vec<&str> = told.lines().collect();
    let last = &lines[lines.len().saturating_sub(LINES)..];
    last.join("\n")
}

/// What labrun says, beside its run.
fn beside(run: &Path) -> PathBuf {
    run.with_extension("log")
}

/// What `condition` gives in the end; nothing if it does not within the limit.
fn until<T>(limit: Duration, mut condition: impl FnMut() -> Option<T>) -> Option<T> {
    let began = Instant::now();
    while began.elapsed() < limit {
        if let Some(given) = condition() {
            return Some(given);
        }
        sleep(Duration::from_millis(5));
    }
    None
}
