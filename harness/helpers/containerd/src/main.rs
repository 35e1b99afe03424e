//! Speaks to containerd, for labrun. What it takes and answers is in labrun-helper-protocol.

mod container;
mod daemon;
mod fault;
mod image;
mod owners;
mod run;
mod spec;

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use labrun_helper_protocol::Version;
use serde_json::json;

use crate::daemon::Daemon;
use crate::fault::Fault;

/// Longest time for a verb other than `run`, which the lab ends itself.
const LIMIT: Duration = Duration::from_secs(40);

const USAGE: &str =
    "usage: labrun-containerd --address SOCKET version|owners|clear OWNER|remove ID|run";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let ended = match runtime {
        Ok(runtime) => runtime.block_on(carry_out(&words)),
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
async fn carry_out(words: &[&str]) -> Result<u8, Fault> {
    let ["--address", address, verb @ ..] = words else {
        return Err(Fault::Failed(USAGE.to_owned()));
    };
    let address = Path::new(address);
    if let ["run"] = verb {
        return run::run(address).await;
    }
    let late = |_| {
        let seconds = LIMIT.as_secs();
        Fault::Absent(format!("containerd took longer than {seconds} s"))
    };
    let done = tokio::time::timeout(LIMIT, answer(address, verb)).await;
    done.map_err(late)?.map(|()| 0)
}

/// The verbs that ask something of containerd, and print what it says.
async fn answer(address: &Path, verb: &[&str]) -> Result<(), Fault> {
    if !matches!(verb, ["version" | "owners"] | ["clear" | "remove", _]) {
        return Err(Fault::Failed(USAGE.to_owned()));
    }
    let daemon = Daemon::connect(address).await?;
    match verb {
        ["version"] => {
            let version = daemon.version().await?;
            println!("{}", json!(Version { version }));
        }
        ["clear", owner] => println!("{}", owners::clear(&daemon, owner).await?),
        ["remove", id] => container::remove(&daemon, id).await?,
        _ => {
            for (owner, made_s) in owners::list(&daemon).await? {
                println!("{owner} {made_s}");
            }
        }
    }
    Ok(())
}
