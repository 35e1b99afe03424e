//! How each check looks: a launch of the workload, and what came of it.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use labrun_record::{Check, Outcome};

use super::disk::Disk;
use super::secret::Secret;
use crate::define::GrantFiles;
use crate::isolation::{Isolation, Job, More};
use crate::outcome::Failure;
use crate::site::Site;
use crate::task::{Expected, FileSystem, Policy, Task};

/// Syncs that the check of syncs makes.
const SYNCS: u64 = 32;

/// Bytes of the check of a large output: nearly what the lab keeps of one at all.
const OUTPUT: usize = 60_000;

/// An isolation that is looked at.
pub(super) struct Look<'a> {
    pub(super) isolation: &'a dyn Isolation,
    pub(super) site: &'a Site,
    /// What is launched, but for its task.
    pub(super) job: &'a Job,
}

/// Why a check does not hold.
pub(super) enum Unmet {
    /// What was seen is wrong.
    Seen(String),
    /// Nothing could be seen.
    NotMade(Failure),
}

impl From<Failure> for Unmet {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Outcome(Outcome::Unavailable, _) | Failure::Interrupted => {
                Self::NotMade(failure)
            }
            Failure::Outcome(..) => Self::Seen(failure.to_string()),
        }
    }
}

/// What is wrong with what was seen.
fn seen(what: impl Into<String>) -> Result<(), Unmet> {
    Err(Unmet::Seen(what.into()))
}

impl Look<'_> {
    /// Looks; gives what is wrong.
    pub(super) fn at(&self, check: Check) -> Result<(), Unmet> {
        match check {
            Check::Arguments => self.prints(
                &["arguments", "", "a b", "\u{e9}"],
                "\"\" \"a b\" \"\u{e9}\"",
            ),
            Check::Environment => self.stays(&["environment", "LABRUN_HOLD"], "=1").map(drop),
            Check::Stdin => {
                if self.stays(&["arguments", "stays"], "\"stays\"")? {
                    Ok(())
                } else {
                    seen("it had to be killed")
                }
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
            Check::Http => self.launch(self.job),
        }
    }

    fn launch(&self, job: &Job) -> Result<(), Unmet> {
        self.isolation.launch(self.site, self.granted(job)?)?;
        Ok(())
    }

    /// The job, unless the lab cannot make what it grants: that is no fault of the isolation, and
    /// no crash of the program.
    fn granted<'b>(&self, job: &'b Job) -> Result<&'b Job, Unmet> {
        job.grant(self.site).map_err(Unmet::NotMade)?;
        Ok(job)
    }

    /// The launch of a command with other arguments, which prints one line.
    fn run(&self, args: &[&str], line: &str) -> Job {
        let mut job = self.job.clone();
        job.task = Task::Run {
            args: args.iter().map(|arg| (*arg).to_owned()).collect(),
            expected: Expected::Whole(format!("{line}\n").into_bytes()),
        };
        job
    }

    /// A command whose whole output is one line.
    fn prints(&self, args: &[&str], line: &str) -> Result<(), Unmet> {
        self.launch(&self.run(args, line))
    }

    /// A command that stays after its line, until its stdin is closed; gives whether it ends
    /// by that.
    fn stays(&self, args: &[&str], line: &str) -> Result<bool, Unmet> {
        let mut job = self.run(args, line);
        job.instances = 1;
        job.policy = Policy::Reused;
        let mut standing = self.isolation.stand(self.site, self.granted(&job)?)?;
        standing.still_stand()?;
        let by_itself = standing.sees_end_of_stdin();
        standing.end()?;
        Ok(by_itself)
    }

    /// A command that fails; the reason names `code`.
    fn fails(&self, args: &[&str], code: Option<&str>) -> Result<(), Unmet> {
        let job = self.run(args, "never");
        match self.isolation.launch(self.site, self.granted(&job)?) {
            Err(Failure::Outcome(Outcome::Failed, reason)) => match code {
                Some(code) if !reason.contains(code) => {
                    seen(format!("the reason does not name {code}: {reason}"))
                }
                _ => Ok(()),
            },
            Err(failure) => match Unmet::from(failure) {
                Unmet::Seen(what) => seen(format!("it is not told as a failure: {what}")),
                not_made @ Unmet::NotMade(_) => Err(not_made),
            },
            Ok(_) => seen("the launch is taken for a good one"),
        }
    }

    /// The line that a command prints, whatever it is.
    fn line(&self, args: &[&str], file_system: FileSystem) -> Result<String, Unmet> {
        let mut job = self.job.clone();
        job.task = Task::Batches {
            args: args.iter().map(|arg| (*arg).to_owned()).collect(),
            line: Vec::new(),
        };
        job.file_system = file_system;
        let mut text = String::new();
        let job = self.granted(&job)?;
        self.isolation.stream(self.site, job, &mut |line| {
            String::from_utf8_lossy(line.text)
                .trim_end()
                .clone_into(&mut text);
            Ok(More::Enough)
        })?;
        Ok(text)
    }

    /// By its own path, by the way up from the granted directory, and by a link that lies in it.
    fn ungranted(&self) -> Result<(), Unmet> {
        let secret = Secret::new(self.site);
        let secret = secret.map_err(|error| Failure::unavailable(error.to_string()))?;
        let mut job = self.job.clone();
        job.workload.grant = Some(GrantFiles {
            files: secret.granted().to_owned(),
        });
        let look = Look { job: &job, ..*self };
        for (way, path) in secret.ways() {
            let line = look.line(&["ungranted", &path], FileSystem::default())?;
            if line != "denied" {
                return seen(format!("a file that was not granted, by {way}: {line}"));
            }
        }
        Ok(())
    }

    fn fsync(&self) -> Result<(), Unmet> {
        let disk = Disk::mount(self.site)?;
        let before = disk.flushes()?;
        let times = SYNCS.to_string();
        let line = self.line(&["sync", "{grant}", &times], FileSystem::Disk)?;
        let reached = disk.flushes()? - before;
        match line.as_str() {
            "synced" if reached >= SYNCS => Ok(()),
            "synced" => seen(format!("of {SYNCS} syncs {reached} reached the disk")),
            other => seen(format!("it printed {other:?}")),
        }
    }

    fn clock(&self) -> Result<(), Unmet> {
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
                    return seen(format!(
                        "its time of day is {day:?}, the lab's {before:?} to {after:?}"
                    ));
                }
                Ok(())
            }
            _ => seen(format!("it printed {line:?}")),
        }
    }

    fn randomness(&self) -> Result<(), Unmet> {
        let draw = || self.line(&["random"], FileSystem::default());
        let (one, other) = (draw()?, draw()?);
        if one == other {
            return seen(format!("two launches drew {one}"));
        }
        Ok(())
    }
}
