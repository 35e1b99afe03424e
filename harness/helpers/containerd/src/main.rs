//! Speaks to containerd, for labrun. What it takes and answers is in labrun-helper-protocol.

mod container;
mod daemon;
mod fault;
mod image;
mod owners;
mod run;
mod spec;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use labrun_helper_protocol::{FAILED, Version};

use crate::daemon::Daemon;
use crate::fault::Fault;

/// Longest time for a verb other than `run`, which the lab ends itself.
const LIMIT: Duration = Duration::from_secs(40);

const USAGE: &str =
    "usage: labrun-containerd --address SOCKET version|owners|clear OWNER|remove ID|run";

/// What is asked for.
enum Verb {
    Version,
    Owners,
    Clear(String),
    Remove(String),
    Run,
}

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    let (address, verb) = match words[..] {
        ["--address", address, "version"] => (address, Verb::Version),
        ["--address", address, "owners"] => (address, Verb::Owners),
        ["--address", address, "clear", owner] => (address, Verb::Clear(owner.to_owned())),
        ["--address", address, "remove", id] => (address, Verb::Remove(id.to_owned())),
        ["--address", address, "run"] => (address, Verb::Run),
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(FAILED);
        }
    };
    let address = PathBuf::from(address);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let ended = match runtime {
        Ok(runtime) => runtime.block_on(carry_out(address, verb)),
        Err(error) => Err(Fault::Failed(format!("cannot start: {error}"))),
    };
    match ended {
        Ok(code) => ExitCode::from(code),
        Err(fault) => {
            eprintln!("{fault}");
            ExitCode::from(fault.exit_code())
        }
    }
}

/// Gives the exit code.
async fn carry_out(address: PathBuf, verb: Verb) -> Result<u8, Fault> {
    if matches!(verb, Verb::Run) {
        return run::run(&address).await;
    }
    let work = async {
        let daemon = Daemon::connect(&address).await?;
        match verb {
            Verb::Version => print(&Version {
                version: daemon.version().await?,
            }),
            Verb::Owners => owners::list(&daemon).await.map(|owners| {
                for owner in owners {
                    println!("{owner}");
                }
            }),
            Verb::Clear(owner) => owners::clear(&daemon, &owner)
                .await
                .map(|containers| println!("{containers}")),
            Verb::Remove(id) => container::remove(&daemon, &id).await,
            Verb::Run => Ok(()),
        }
    };
    let late = || {
        let seconds = LIMIT.as_secs();
        Fault::Absent(format!("containerd took longer than {seconds} s"))
    };
    let done = tokio::time::timeout(LIMIT, work).await;
    done.unwrap_or_else(|_| Err(late())).map(|()| 0)
}

fn print(what: &impl serde::Serialize) -> Result<(), Fault> {
    let line = serde_json::to_string(what)
        .map_err(|error| Fault::Failed(format!("cannot write the answer: {error}")))?;
    println!("{line}");
    Ok(())
}
