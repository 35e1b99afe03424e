//! Instructions that a program executes in user space: up to its first result, or for an operation in steady
//! state.
//!
//! They are counted under an emulator, on whichever architecture. What a module is compiled to ahead of time is
//! compiled there too, for the processor that the emulator stands for.

use std::cell::OnceCell;
use std::path::PathBuf;

use super::launch::{Launch, Value};
use crate::define::Steady;
use crate::isolation::{Counter, Counts, Isolation, Job, Line, More, ToCompile};
use crate::outcome::Failure;
use crate::site::{Grant, Site};
use crate::task::{Expected, Task};

/// Batches that are not counted: what is done once, and what a compiler does late, is over then.
const BEFORE: u64 = 4;

/// Batches that are counted.
const COUNTED: u64 = 8;

/// The counting of one job.
#[derive(Debug)]
pub(super) struct Counting {
    job: Job,
    /// How it works, where an operation of that is counted.
    way: Option<Steady>,
    counter: Counter,
    /// What was compiled ahead of time for the emulated processor, with its folder.
    compiled: OnceCell<Option<(Grant, PathBuf)>>,
}

impl Counting {
    pub(super) fn new(job: Job, way: Option<Steady>, counter: Counter) -> Self {
        Self {
            job,
            way,
            counter,
            compiled: OnceCell::new(),
        }
    }

    /// The isolation as the emulator runs it.
    fn counted(
        isolation: &dyn Isolation,
        emulator: &crate::isolation::Emulator,
    ) -> Result<Box<dyn Isolation>, Failure> {
        let name = isolation.name();
        let none = || Failure::failed(format!("{name} starts no emulator"));
        isolation.under(emulator).ok_or_else(none)
    }

    /// Compiles ahead of time what the job has compiled of it.
    fn compile(
        &self,
        isolation: &dyn Isolation,
        site: &Site,
    ) -> Result<Option<(Grant, PathBuf)>, Failure> {
        if self.job.precompiled.is_none() {
            return Ok(None);
        }
        let cannot = Failure::cannot("make a folder for what is compiled");
        let folder = site.disk_folder().map_err(cannot)?;
        let output = folder.path().join("precompiled");
        let module = ToCompile {
            module: &self.job.artifact,
            target: self.job.target,
            is_given: !self.job.workload.is_ours(),
        };
        let compiler = Self::counted(isolation, self.counter.emulator())?;
        compiler.precompile(site, module, &output)?;
        Ok(Some((folder, output)))
    }

    /// The job with what was compiled for the emulated processor.
    fn prepared(&self, isolation: &dyn Isolation, site: &Site) -> Result<Job, Failure> {
        if self.compiled.get().is_none() {
            let compiled = self.compile(isolation, site)?;
            let _ = self.compiled.set(compiled);
        }
        let mut job = self.job.clone();
        if let Some(Some((_, path))) = self.compiled.get() {
            job.precompiled = Some(path.clone());
        }
        Ok(job)
    }

    /// Up to the write by which its output was whole; of an output of which a line alone is known, to its
    /// first write.
    fn once(job: &Job, run: &Run<'_>) -> Result<f64, Failure> {
        let bytes = match &job.task {
            Task::Run {
                expected: Expected::Whole(whole),
                ..
            } => whole.len() as u64,
            _ => 1,
        };
        run.isolation.launch(run.site, job)?;
        let counts = Counts::read(&run.out)?;
        let none = || Failure::failed("the plugin that counts instructions saw no output");
        Ok(counts.by(bytes).ok_or_else(none)? as f64)
    }

    /// Of an operation: what lies between two batches, over many.
    fn steady(job: &Job, way: &Steady, run: &Run<'_>) -> Result<f64, Failure> {
        let mut job = job.clone();
        job.task = job.workload.batches(way, 1).map_err(Failure::failed)?;
        let Task::Batches { line, .. } = &job.task else {
            return Err(Failure::failed("it has no batches"));
        };
        let (expected, length) = (line.clone(), line.len() as u64);
        // The plugin says what a write was counted with after it, and the last may be cut off.
        let (mut seen, wanted) = (0, BEFORE + COUNTED + 2);
        let mut each = |line: Line<'_>| {
            if line.text != expected {
                return Err(Failure::mismatch(
                    "a batch ended with another line than its own",
                ));
            }
            seen += 1;
            Ok(if seen < wanted {
                More::Wanted
            } else {
                More::Enough
            })
        };
        run.isolation.stream(run.site, &job, &mut each)?;
        let counts = Counts::read(&run.out)?;
        let at = |batches: u64| counts.by(batches * length);
        let (Some(from), Some(to)) = (at(BEFORE), at(BEFORE + COUNTED)) else {
            return Err(Failure::failed(
                "the plugin that counts instructions saw too few batches",
            ));
        };
        let operations = COUNTED as f64 * f64::from(way.operations);
        Ok((to - from) as f64 / operations)
    }
}

/// One launch that is counted.
struct Run<'a> {
    isolation: Box<dyn Isolation>,
    site: &'a Site,
    out: PathBuf,
}

impl Launch for Counting {
    /// A count does not depend on what is warm.
    fn warms_up(&self) -> bool {
        false
    }

    fn settle(&self, isolation: &dyn Isolation, site: &Site) -> Result<(), Failure> {
        self.prepared(isolation, site).map(drop)
    }

    fn launch(&self, isolation: &dyn Isolation, site: &Site) -> Result<Vec<Value>, Failure> {
        let job = self.prepared(isolation, site)?;
        let cannot = Failure::cannot("make a folder for the counts");
        let folder = site.folder().map_err(cannot)?;
        let out = folder.path().join("counts");
        let emulator = self.counter.counting(&out, isolation.output());
        let run = Run {
            isolation: Self::counted(isolation, &emulator)?,
            site,
            out,
        };
        let count = match &self.way {
            None => Self::once(&job, &run)?,
            Some(way) => Self::steady(&job, way, &run)?,
        };
        Ok(vec![Value::of(count)])
    }
}
