//! How each check looks: a launch of the workload, and what came of it.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use labrun_record::{Outcome, Start, Target};

use super::secret::Secret;
use super::{Check, Conformance, Finding};
use crate::define::{GrantFiles, Workload};
use crate::isolation::{Isolation, Job, More};
use crate::model::Supply;
use crate::outcome::Failure;
use crate::plan::{Recipe, for_isolation};
use crate::task::{FileSystem, NetworkPath, Policy, Task};

/// How long one launch may take: on a slow emulation as well.
const LIMIT: Duration = Duration::from_mins(1);

/// Syncs that the check of syncs makes.
const SYNCS: u64 = 32;

/// Bytes of the check of a large output: nearly what the lab keeps of one at all.
const OUTPUT: usize = 60_000;

/// One isolation that is looked at, as one target.
pub(super) struct Look<'a> {
    pub(super) conformance: &'a Conformance<'a>,
    pub(super) isolation: &'a dyn Isolation,
    pub(super) workload: &'a Workload,
    pub(super) target: Target,
}

impl Look<'_> {
    /// Looks; gives what is wrong.
    pub(super) fn at(&self, check: Check) -> Result<(), Finding> {
        match check {
            Check::Arguments => self.prints(
                &["arguments", "", "a b", "\u{e9}"],
                "\"\" \"a b\" \"\u{e9}\"",
            ),
            Check::Environment => self.stays(&["environment", "LABRUN_HOLD"], "=1").map(drop),
            Check::Stdin => {
                if self.stays(&["arguments", "stays"], "\"stays\"")? {
                    return Ok(());
                }
                Err(Finding::Fault("it had to be killed".to_owned()))
            }
            Check::ExitCode => self.fails(&["exit", "3"], Some("3")),
            Check::Crash => self.fails(&["crash"], None),
            Check::Granted => self.prints(&["granted", "{grant}"], "given"),
            Check::Ungranted => self.ungranted(),
            Check::Fsync => self.fsync(),
            Check::Output => {
                let letters: String = ('a'..='z').cycle().take(OUTPUT).collect();
                self.prints(&["output", &OUTPUT.to_string()], &letters)
            }
            Check::Clock => self.clock(),
            Check::Randomness => self.randomness(),
            Check::Http => self.http(),
        }
    }

    fn job(&self, task: Task) -> Result<Job, Finding> {
        let Supply {
            stock, isolations, ..
        } = self.conformance.supply;
        let kind = self.workload.artifact_kind(self.target);
        let (profile, arch) = (self.isolation.profile(), std::env::consts::ARCH);
        let (artifact, precompiled) =
            for_isolation(profile, self.workload, arch, self.target, kind);
        let made = |recipe: &Recipe| {
            let made = stock.artifact(recipe, isolations);
            made.map_err(|failure| Finding::Unavailable(failure.into_reason()))
        };
        let precompiled = precompiled.as_ref().map(made).transpose()?;
        Ok(Job {
            workload: self.workload.clone(),
            target: self.target,
            start: Start::Process,
            task,
            artifact: made(&artifact)?.path,
            precompiled: precompiled.map(|built| built.path),
            other: None,
            file_system: FileSystem::default(),
            policy: Policy::default(),
            way: NetworkPath::default(),
            instances: 0,
            timeout: LIMIT,
            warm_repeats: 0,
        })
    }

    fn run(&self, args: &[&str], line: &str) -> Result<Job, Finding> {
        self.job(Task::Run {
            args: args.iter().map(|arg| (*arg).to_owned()).collect(),
            expected: format!("{line}\n").into_bytes(),
        })
    }

    /// A command whose whole output is one line.
    fn prints(&self, args: &[&str], line: &str) -> Result<(), Finding> {
        let job = self.run(args, line)?;
        let launched = self.isolation.launch(self.conformance.supply.site, &job);
        launched.map(drop).map_err(fault)
    }

    /// A command that stays after its line, until its stdin is closed; gives whether it ends
    /// by that.
    fn stays(&self, args: &[&str], line: &str) -> Result<bool, Finding> {
        let mut job = self.run(args, line)?;
        job.instances = 1;
        job.policy = Policy::Reused;
        let standing = self.isolation.stand(self.conformance.supply.site, &job);
        let mut standing = standing.map_err(fault)?;
        standing.still_stand().map_err(fault)?;
        let by_itself = standing.sees_end_of_stdin();
        standing.end().map_err(fault)?;
        Ok(by_itself)
    }

    /// A command that fails; the reason names `code`.
    fn fails(&self, args: &[&str], code: Option<&str>) -> Result<(), Finding> {
        let job = self.run(args, "never")?;
        match self.isolation.launch(self.conformance.supply.site, &job) {
            Err(Failure::Outcome(Outcome::Failed, reason)) => match code {
                Some(code) if !reason.contains(code) => Err(Finding::Fault(format!(
                    "the reason does not name {code}: {reason}"
                ))),
                _ => Ok(()),
            },
            Err(Failure::Outcome(Outcome::Unavailable, reason)) => {
                Err(Finding::Unavailable(reason))
            }
            Err(failure) => Err(Finding::Fault(format!(
                "it is not told as a failure: {failure}"
            ))),
            Ok(_) => Err(Finding::Fault(
                "the launch is taken for a good one".to_owned(),
            )),
        }
    }

    /// The line that a command prints, whatever it is.
    fn line(&self, args: &[&str], file_system: FileSystem) -> Result<String, Finding> {
        let mut job = self.job(Task::Batches {
            args: args.iter().map(|arg| (*arg).to_owned()).collect(),
            line: Vec::new(),
        })?;
        job.file_system = file_system;
        let mut text = String::new();
        let streamed = self
            .isolation
            .stream(self.conformance.supply.site, &job, &mut |line| {
                String::from_utf8_lossy(line.text)
                    .trim_end()
                    .clone_into(&mut text);
                Ok(More::Enough)
            });
        streamed.map_err(fault)?;
        Ok(text)
    }

    /// By its own path, by the way up from the granted directory, and by a link that lies in it.
    fn ungranted(&self) -> Result<(), Finding> {
        let secret = Secret::new(self.conformance.supply.site);
        let secret = secret.map_err(|error| Finding::Unavailable(error.to_string()))?;
        let mut workload = self.workload.clone();
        workload.grant = Some(GrantFiles {
            files: secret.granted().to_owned(),
        });
        let look = Look {
            conformance: self.conformance,
            isolation: self.isolation,
            workload: &workload,
            target: self.target,
        };
        for (way, path) in secret.ways() {
            match look
                .line(&["ungranted", &path], FileSystem::default())?
                .as_str()
            {
                "denied" => {}
                other => {
                    let reason = format!("a file that was not granted, by {way}: {other}");
                    return Err(Finding::Fault(reason));
                }
            }
        }
        Ok(())
    }

    fn fsync(&self) -> Result<(), Finding> {
        let disk = self.conformance.disk.as_ref();
        let disk = disk.map_err(|reason| Finding::Unavailable(reason.clone()))?;
        let before = disk.flushes().map_err(Finding::Unavailable)?;
        let times = SYNCS.to_string();
        let line = self.line(&["sync", "{grant}", &times], FileSystem::Disk)?;
        let seen = disk.flushes().map_err(Finding::Unavailable)? - before;
        match line.as_str() {
            "synced" if seen >= SYNCS => Ok(()),
            "synced" => Err(Finding::Fault(format!(
                "of {SYNCS} syncs {seen} reached the disk"
            ))),
            other => Err(Finding::Fault(format!("it printed {other:?}"))),
        }
    }

    fn clock(&self) -> Result<(), Finding> {
        let day = || {
            SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .unwrap_or_default()
        };
        let before = day();
        let line = self.line(&["clock"], FileSystem::default())?;
        let after = day();
        let numbers: Vec<u64> = line.split(' ').map_while(|n| n.parse().ok()).collect();
        let second = Duration::from_secs(1);
        match numbers[..] {
            [day, step] if step > 0 => {
                let day = Duration::from_nanos(day);
                if day + second < before || day > after + second {
                    return Err(Finding::Fault(format!(
                        "its time of day is {day:?}, the lab's {before:?} to {after:?}"
                    )));
                }
                Ok(())
            }
            _ => Err(Finding::Fault(format!("it printed {line:?}"))),
        }
    }

    fn randomness(&self) -> Result<(), Finding> {
        let draw = || self.line(&["random"], FileSystem::default());
        let (one, other) = (draw()?, draw()?);
        if one == other {
            return Err(Finding::Fault(format!("two launches drew {one}")));
        }
        Ok(())
    }

    fn http(&self) -> Result<(), Finding> {
        if let Some(reason) = self.isolation.unavailable(self.workload) {
            return Err(Finding::Unavailable(reason));
        }
        let task = self.workload.task();
        let task = task.map_err(|error| Finding::Unavailable(error.to_string()))?;
        let job = self.job(task)?;
        let launched = self.isolation.launch(self.conformance.supply.site, &job);
        launched.map(drop).map_err(fault)
    }
}

fn fault(failure: Failure) -> Finding {
    match failure {
        Failure::Outcome(Outcome::Unavailable, reason) => Finding::Unavailable(reason),
        failure => Finding::Fault(failure.to_string()),
    }
}
