//! The verb `job`: one command in, one event out, until stdin ends.

use std::io::{self, BufRead};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use anyhow::{Context as _, Result, anyhow, bail};
use labrun_protocol::{Command as Order, Event, Grants, GuestTarget, Load};

use crate::call::{self, Calls};
use crate::clock::Marks;
use crate::events::Events;
use crate::hold::HeldInstances;
use crate::listen::{Front, Place};
use crate::runtime::{Code, Command as _, Configuration, Module as _, Runtime};
use crate::{Refused, Unsupported, failure, precompile, repeat};

/// Serves the commands on `commands` until they end. `entered` is when `main` was.
///
/// Whatever a command does, its answer is one event; the error is of the pipes.
pub fn serve<R: Runtime>(entered: u64, commands: impl BufRead, events: &Events) -> io::Result<()> {
    let mut job = Job::<R>::new(entered, events.clone());
    for line in commands.split(b'\n') {
        let line = line?;
        if line.trim_ascii().is_empty() {
            continue;
        }
        events.send(&job.answer(&line))?;
    }
    Ok(())
}

/// What a runner process has at one time.
struct Job<R: Runtime> {
    /// When `main` was entered; taken by the first load.
    entered: Option<u64>,
    /// The configuration of the first load, for good.
    runtime: Option<(&'static str, R)>,
    current: Option<Arc<R::Module>>,
    /// The module before the current one. A host that serves many modules does not
    /// unmap one in order to load another; so neither is that in the clock here.
    previous: Option<Arc<R::Module>>,
    front: Option<Front<R::Module>>,
    held: HeldInstances<R::Module>,
    events: Events,
}

impl<R: Runtime> Job<R> {
    fn new(entered: u64, events: Events) -> Self {
        Self {
            entered: Some(entered),
            runtime: None,
            current: None,
            previous: None,
            front: None,
            held: HeldInstances::new(),
            events,
        }
    }

    /// The event that answers one line.
    fn answer(&mut self, line: &[u8]) -> Event {
        let obeyed = || {
            let order = serde_json::from_slice(line);
            self.obey(order.map_err(|error| anyhow!("not a command: {error}"))?)
        };
        // A runtime that panics must cost one row. What it left behind may be
        // unsound to go on with, but not unsafe: it is dropped at the next load.
        match catch_unwind(AssertUnwindSafe(obeyed)) {
            Ok(Ok(done)) => done,
            Ok(Err(error)) => failure::event(&error),
            Err(payload) => failure::panicked(payload.as_ref()),
        }
    }

    fn obey(&mut self, order: Order) -> Result<Event> {
        if let Some(reason) = R::CALLS_ALONE
            && let Order::Run(_) | Order::Listen { .. } | Order::Repeat { .. } | Order::Hold { .. } =
                order
        {
            return Err(Unsupported(reason.to_owned()).into());
        }
        match order {
            Order::Precompile {
                configuration,
                target,
                artifact,
                output,
            } => {
                let configuration = find::<R>(&configuration)?;
                precompile::precompile::<R>(configuration, target, &artifact, &output)?;
                Ok(done(Marks::new()))
            }
            Order::Load(load) => self.load(&load),
            Order::Call {
                export,
                arguments,
                expected,
                calls,
                batches,
                grants,
            } => {
                let what = Calls {
                    export: &export,
                    arguments,
                    expected,
                    times: calls,
                    batches,
                };
                Ok(spans(call::call(self.loaded()?.as_ref(), &grants, &what)?))
            }
            Order::Ping => Ok(done(Marks::new())),
            Order::Run(grants) => self.run(&grants),
            Order::Listen {
                address,
                trace,
                grants,
                policy,
                threads,
            } => {
                let place = Place {
                    address,
                    policy,
                    threads,
                };
                self.listen(place, trace, grants)
            }
            Order::Repeat { times, grants } => Ok(spans(repeat::repeat(
                self.loaded()?.as_ref(),
                times,
                &grants,
            )?)),
            Order::Hold {
                count,
                grants,
                request,
            } => self.hold(count as usize, &grants, request.as_deref()),
        }
    }

    fn load(&mut self, load: &Load) -> Result<Event> {
        let mut marks = Marks::new();
        if let Some(entered) = self.entered.take() {
            marks.end_at("spawn", entered);
        }
        let configuration = find::<R>(&load.configuration)?;
        let code = code::<R>(configuration, load)?;
        let runtime = match &mut self.runtime {
            Some((name, runtime)) if *name == configuration.name => runtime,
            Some((name, _)) => bail!(
                "this process runs {}/{name}; {} needs a process of its own",
                R::NAME,
                configuration.name
            ),
            vacant @ None => {
                let runtime = R::new(configuration.name, load.target, load.instances)?;
                marks.end("runtime");
                &mut vacant.insert((configuration.name, runtime)).1
            }
        };
        // From here on the last module is not current any more, also where this one does
        // not load: requests wait, and nobody runs one for the other.
        self.front.iter().for_each(|front| front.serve(None));
        self.previous = self.current.take();
        let name = load
            .artifact
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy();
        let module = Arc::new(
            runtime
                .load(load.target, &name, code)
                .map_err(Refused::because)?,
        );
        let compiled = configuration.precompile || load.target == GuestTarget::Native;
        marks.end(if compiled { "load" } else { "compile" });
        self.front
            .iter()
            .for_each(|front| front.serve(Some(module.clone())));
        self.current = Some(module);
        Ok(done(marks))
    }

    fn run(&mut self, grants: &Grants) -> Result<Event> {
        let module = self.loaded()?;
        if module.is_handler() {
            bail!("the current module is a handler: it listens, and cannot be run");
        }
        let mut marks = Marks::new();
        let mut instance = module.instantiate(grants)?;
        marks.end("instantiate");
        let exit_code = instance.run()?;
        marks.end("call");
        drop(instance);
        marks.end("drop");
        Ok(finished(marks, Some(exit_code), Vec::new()))
    }

    fn listen(&mut self, place: Place, trace: u32, grants: Grants) -> Result<Event> {
        let mut marks = Marks::new();
        if let Some(other) = self.front.take_if(|front| *front.place() != place) {
            // Its address may be the one that is wanted now.
            other.stop();
        }
        if let Some(front) = &self.front {
            front.renew(trace, grants);
        } else {
            let front = Front::start(place, trace, grants, self.events.clone())?;
            front.serve(self.current.clone());
            self.front = Some(front);
        }
        marks.end("listen");
        Ok(done(marks))
    }

    fn hold(&mut self, count: usize, grants: &Grants, request: Option<&str>) -> Result<Event> {
        let mut marks = Marks::new();
        if count > self.held.alive() {
            let module = self.loaded()?.clone();
            self.held.grow(module.as_ref(), count, grants, request)?;
        } else {
            self.held.shrink(count);
        }
        marks.end("hold");
        Ok(done(marks))
    }

    fn loaded(&self) -> Result<&Arc<R::Module>> {
        self.current.as_ref().context("no module is loaded")
    }
}

fn spans(spans_ns: Vec<u64>) -> Event {
    finished(Marks::default(), None, spans_ns)
}

fn done(marks: Marks) -> Event {
    finished(marks, None, Vec::new())
}

fn finished(marks: Marks, exit_code: Option<i32>, spans_ns: Vec<u64>) -> Event {
    Event::Done {
        marks: marks.into_wire(),
        exit_code,
        spans_ns,
    }
}

/// The configuration called `name`.
fn find<R: Runtime>(name: &str) -> Result<Configuration> {
    let mut all = R::CONFIGURATIONS.iter().copied();
    all.find(|one| one.name == name).with_context(|| {
        let names: Vec<_> = R::CONFIGURATIONS.iter().map(|one| one.name).collect();
        let names = names.join(", ");
        format!("{} has no configuration `{name}`; it has {names}", R::NAME)
    })
}

/// What `load` wants loaded, if that fits its configuration.
fn code<R: Runtime>(configuration: Configuration, load: &Load) -> Result<Code<'_>> {
    let name = configuration.name;
    match (configuration.precompile, &load.precompiled) {
        (false, None) => Ok(Code::Compile(&load.artifact)),
        (true, Some(file)) => Ok(Code::Map(file)),
        (true, None) => bail!("{}/{name} needs the precompiled file", R::NAME),
        (false, Some(_)) => bail!(
            "{}/{name} compiles at load, and takes no precompiled file",
            R::NAME
        ),
    }
}
