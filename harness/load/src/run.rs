//! Carrying out a plan: threads that begin together, and one report of all of them.

use std::net::TcpStream;
use std::num::NonZeroU64;
use std::sync::mpsc;
use std::{io, thread};

use crate::clock::{now_ns, ns};
use crate::error::Error;
use crate::files::Files;
use crate::mix::Mix;
use crate::plan::{Pace, Plan};
use crate::report::Report;
use crate::worker::{Window, Worker};

/// From when all threads are ready to when the first request is due: time for them to begin.
const LEAD_NS: u64 = 2_000_000;

/// Whether the plan is sound and anyone accepts a connection.
pub(crate) fn reach(plan: &Plan) -> Result<(), Error> {
    plan.check()?;
    let address = plan.target.address;
    let reached = TcpStream::connect_timeout(&address, plan.timeout);
    reached.map_err(|source| Error::NoServer { address, source })?;
    Ok(())
}

/// Makes the load that `plan` asks for until its end, or until `stop` says so; it is asked
/// every few milliseconds. What was measured before a stop is in the report.
pub fn run(plan: &Plan, stop: &(dyn Fn() -> bool + Sync)) -> Result<Report, Error> {
    reach(plan)?;
    let _files = Files::for_connections(plan.connections)?;
    let mix = Mix::new(plan);
    let began = now_ns() + LEAD_NS + plan.connections as u64 * 100_000;
    let from = began + ns(plan.warmup);
    let window = Window {
        began,
        from,
        until: from + ns(plan.duration),
    };
    let mut workers = Vec::with_capacity(plan.threads);
    for thread in 0..plan.threads {
        let count = (thread..plan.connections).step_by(plan.threads).count();
        let mut worker = Worker::new(plan, &mix, stop, thread, count, window)?;
        worker.open_all();
        workers.push(worker);
    }
    let mut report = Report::new(plan.requests.len());
    thread::scope(|scope| {
        let work = |worker: Worker<'_>| {
            // The kernel wakes a thread up to 50 us late to save power, unless it is told not to.
            let _ = rustix::thread::set_current_timer_slack(NonZeroU64::new(1));
            worker.run()
        };
        let mut threads = Vec::with_capacity(plan.threads);
        for worker in workers {
            let (go, may_go) = mpsc::channel();
            // Where one of them does not start, those that did end at once.
            let work = move || may_go.recv().ok().map(|()| work(worker));
            threads.push((thread::Builder::new().spawn_scoped(scope, work)?, go));
        }
        for (_, go) in &threads {
            let _ = go.send(());
        }
        for (number, (thread, _)) in threads.into_iter().enumerate() {
            let own = thread
                .join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            // Each was told to go.
            let Some(own) = own else { continue };
            // All threads have the same window, unless each was interrupted at its own instant.
            report.seconds = if number == 0 {
                own.seconds
            } else {
                report.seconds.max(own.seconds)
            };
            report.add(&own);
        }
        Ok::<_, io::Error>(())
    })
    .map_err(Error::system("start a thread"))?;
    report.offered = match plan.pace {
        Pace::Closed => None,
        Pace::Rate(rate) => Some(rate),
    };
    Ok(report)
}
