//! Progress on stderr: a bar on a terminal, a line now and then elsewhere.

use std::cell::RefCell;
use std::io::IsTerminal as _;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use lab::progress::Progress;
use labrun_record::plain;

use crate::say;

/// How often a step is told where no bar can be drawn.
const LINE_INTERVAL: Duration = Duration::from_secs(10);

/// Tells a person on stderr what the lab is doing.
pub(crate) struct Bars {
    terminal: bool,
    state: RefCell<Option<Step>>,
}

struct Step {
    what: String,
    began: Instant,
    told: Instant,
    bar: Option<ProgressBar>,
}

impl Bars {
    /// For this process's stderr.
    pub(crate) fn new() -> Self {
        Self {
            terminal: std::io::stderr().is_terminal(),
            state: RefCell::new(None),
        }
    }

    fn begin(&self, what: &str, total: u64) -> Step {
        let now = Instant::now();
        let bar = self.terminal.then(|| {
            let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
            bar.set_message(plain(what).into_owned());
            bar
        });
        if bar.is_none() {
            say::line(&format!("{what} ..."));
        }
        Step {
            what: what.to_owned(),
            began: now,
            told: now,
            bar,
        }
    }
}

impl Progress for Bars {
    fn note(&self, line: &str) {
        let state = self.state.borrow();
        match state.as_ref().and_then(|step| step.bar.as_ref()) {
            Some(bar) => bar.suspend(|| say::line(line)),
            None => say::line(line),
        }
    }

    fn step(&self, what: &str, done: u64, total: u64) {
        let mut state = self.state.borrow_mut();
        if state.as_ref().is_none_or(|step| step.what != what) {
            if let Some(bar) = state.take().and_then(|step| step.bar) {
                bar.finish_and_clear();
            }
            *state = Some(self.begin(what, total));
        }
        let Some(step) = state.as_mut() else { return };
        if let Some(bar) = &step.bar {
            // How long the rest takes is told only where its end is known.
            let template = if total > 0 {
                "{msg} {wide_bar} {pos}/{len} {elapsed}, about {eta} left"
            } else {
                "{msg} {spinner} {pos} so far {elapsed}"
            };
            if let Ok(style) = ProgressStyle::with_template(template) {
                bar.set_style(style);
            }
            bar.set_length(total);
            bar.set_position(done);
        } else if step.told.elapsed() >= LINE_INTERVAL {
            step.told = Instant::now();
            let of = if total > 0 {
                format!("{done} of {total}")
            } else {
                format!("{done} so far")
            };
            say::line(&format!(
                "{what}: {of}, {} s",
                step.began.elapsed().as_secs()
            ));
        }
    }

    fn finish(&self, what: &str) {
        let mut state = self.state.borrow_mut();
        if state.as_ref().is_some_and(|step| step.what == what)
            && let Some(step) = state.take()
        {
            if let Some(bar) = step.bar {
                bar.finish_and_clear();
            }
            let seconds = step.began.elapsed().as_secs_f64();
            if seconds >= 1.0 {
                say::line(&format!("{what}: done in {seconds:.0} s"));
            }
        }
    }
}
