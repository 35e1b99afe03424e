//! The half of a runner that every runtime shares.
//!
//! A runner is a program around one wasm runtime. Its own half says how that
//! runtime loads, instantiates and calls a module ([`Runtime`], [`Module`],
//! [`Command`], [`Handler`]); this half reads the commands of
//! [`labrun_protocol`], decides what lies between which marks, and answers. Two
//! runners therefore cannot disagree about what "instantiate" spans.
//!
//! ```ignore
//! fn main() -> std::process::ExitCode {
//!     labrun_runner_kit::run::<MyRuntime>()
//! }
//! ```
//!
//! Nothing here starts a thread or an async runtime until a [`Listen`] asks for
//! one: the cold start of a command must not pay for a server.
//!
//! [`Listen`]: labrun_protocol::Command::Listen

mod ambient;
mod call;
mod clock;
mod connection;
mod describe;
mod event_loop;
mod events;
mod failure;
pub mod framing;
mod hold;
mod job;
mod listen;
mod pipes;
mod precompile;
mod repeat;
mod runtime;
#[cfg(feature = "testing")]
pub mod testing;

use std::io::BufReader;
use std::process::ExitCode;

pub use ambient::{Ambient, WAITS};
pub use call::no_export;
pub use clock::{Marks, now_ns};
pub use events::Events;
pub use failure::{Refused, Unsupported};
pub use job::serve;
pub use labrun_protocol::{Directory, Grants, GuestTarget};
pub use listen::IN_FLIGHT;
pub use runtime::{Code, Command, Configuration, Handler, Module, Runtime};

/// The `main` of a runner: does what the verb on the command line says.
pub fn run<R: Runtime>() -> ExitCode {
    // The first thing of all: the phase `spawn` ends here.
    let entered = clock::now_ns();
    let mut args = std::env::args().skip(1);
    match (args.next().as_deref(), args.next()) {
        (Some("describe"), None) => describe::print::<R>(),
        (Some("job"), None) => job::<R>(entered),
        _ => {
            eprintln!(
                "usage: a runner for {} has two verbs: describe, job",
                R::NAME
            );
            ExitCode::from(2)
        }
    }
}

/// Takes the pipes and serves commands until stdin ends.
fn job<R: Runtime>(entered: u64) -> ExitCode {
    let (commands, events) = match pipes::take() {
        Ok(pipes) => pipes,
        Err(error) => {
            eprintln!("cannot set up the pipes: {error}");
            return ExitCode::FAILURE;
        }
    };
    match serve::<R>(entered, BufReader::new(commands), &Events::new(events)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("the pipe to labrun broke: {error}");
            ExitCode::FAILURE
        }
    }
}
