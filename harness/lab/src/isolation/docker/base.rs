//! The minimal distribution under the dynamic binary: debootstrap's `minbase`, made once
//! and kept in the daemon as an image, since no registry is needed for it.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use super::daemon::Live;
use super::image::{Image, inspect};
use super::import::import;
use crate::interrupt::Interrupt;
use crate::isolation::find::on_path;
use crate::outcome::Failure;
use crate::owner::{self, Owner};
use crate::progress::Progress;
use crate::site::disk_folder;

/// The suite where this machine is not a Debian.
const DEFAULT_SUITE: &str = "bookworm";
/// Raised whenever the same suite would give another base.
const RECIPE: u32 = 1;

/// The base's name in the daemon.
pub(super) fn tag() -> String {
    format!("labrun/debian:{}-minbase-{RECIPE}", suite())
}

/// What keeps the base from being made here, with the way to mend it.
pub(super) fn not_possible() -> Option<String> {
    let needs = "the minimal Debian base of docker/runc-debian";
    if on_path(&["debootstrap"]).is_err() {
        return Some(format!(
            "{needs} is made with debootstrap; install it: sudo apt-get install debootstrap"
        ));
    }
    let root = rustix::process::geteuid().is_root();
    (!root).then(|| {
        format!(
            "{needs} can only be made by root; make it once, with a target folder of root's own: \
             sudo env \"PATH=$PATH\" \"HOME=$HOME\" \
             sh -c 'CARGO_TARGET_DIR=$(mktemp -d) labrun build -w add -i docker/runc-debian'"
        )
    })
}

/// The base's image; made if the daemon does not have it.
pub(super) fn ensure(
    live: &Live,
    interrupt: &Interrupt,
    progress: &dyn Progress,
) -> Result<Image, Failure> {
    if let Some(base) = inspect(live, &tag())? {
        return Ok(base);
    }
    if let Some(reason) = not_possible() {
        return Err(Failure::unavailable(reason));
    }
    // On a file system that may hold devices and programs.
    let folder = disk_folder().map_err(Failure::cannot("make a folder for the Debian base"))?;
    progress.note("making the minimal Debian base with debootstrap: once, about a minute");
    let what = format!("debootstrap {}", suite());
    let made = bootstrap(folder.path(), interrupt, &mut |lines| {
        // How many there will be, debootstrap does not say.
        progress.step(&what, lines, 0);
    })
    .and_then(|()| import(live, folder.path(), &tag(), interrupt));
    progress.finish(&what);
    made?;
    inspect(live, &tag())?.ok_or_else(|| Failure::failed("the imported base is not there"))
}

/// The same suite as this machine's, where it is a Debian: the dynamic binary is linked
/// here, and must not need a newer C library than it finds there.
fn suite() -> String {
    let release = fs::read_to_string("/etc/os-release").unwrap_or_default();
    let field = |name: &str| {
        release
            .lines()
            .find_map(|line| line.strip_prefix(name))
            .map(|value| value.trim_matches('"'))
    };
    match (field("ID="), field("VERSION_CODENAME=")) {
        (Some("debian"), Some(name)) if name.bytes().all(|byte| byte.is_ascii_lowercase()) => {
            name.to_owned()
        }
        _ => DEFAULT_SUITE.to_owned(),
    }
}

fn bootstrap(root: &Path, interrupt: &Interrupt, step: &mut dyn FnMut(u64)) -> Result<(), Failure> {
    // In a mount namespace of its own: what it mounts is gone when it ends, however.
    let mut command = Command::new("unshare");
    command
        .args(["--mount", "debootstrap", "--variant=minbase", &suite()])
        .arg(root);
    command
        .env(owner::VARIABLE, Owner::this().to_string())
        .env("LC_ALL", "C");
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .process_group(0);
    let failed = Failure::cannot("run debootstrap");
    let mut child = command.spawn().map_err(failed)?;
    let (send, lines) = mpsc::channel();
    let stdout = child.stdout.take();
    let read = move || {
        for line in stdout
            .into_iter()
            .flat_map(|stdout| BufReader::new(stdout).lines())
            .map_while(Result::ok)
        {
            let _ = send.send(line);
        }
    };
    if let Err(error) = std::thread::Builder::new().spawn(read) {
        end_group(&mut child);
        return Err(failed(error));
    }
    let (mut last, mut count) = (String::new(), 0);
    loop {
        match lines.recv_timeout(Duration::from_millis(50)) {
            Ok(line) => {
                count += 1;
                step(count);
                last = line;
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
        if interrupt.raised() {
            end_group(&mut child);
            return Err(Failure::Interrupted);
        }
    }
    if child.wait().map_err(failed)?.success() {
        return Ok(());
    }
    Err(Failure::unavailable(format!(
        "debootstrap could not make the base: {last}; see why: sudo sh -c 'debootstrap --variant=minbase {} \"$(mktemp -d -p /var/tmp)\"'",
        suite()
    )))
}

fn end_group(child: &mut Child) {
    crate::proc::kill_group(child.id().cast_signed());
    let _ = child.wait();
}
