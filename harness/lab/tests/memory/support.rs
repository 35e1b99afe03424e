//! What the tests stand on: the guest, compiled, started and ready.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::time::Duration;

use lab::cgroup::Cgroup;
use lab::clock::now_ns;
use lab::interrupt::Interrupt;
use lab::memory::{Footprint, measure, settled};
use lab::proc::descendants;
use lab::process::{Isolate as _, Process, Program, Stream};
use lab::site::Site;

use crate::skip::skip;

pub(crate) const MIB: u64 = 1024 * 1024;

pub(crate) fn folder() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("memory");
    fs::create_dir_all(&folder).expect("makes its folder");
    folder
}

/// The lab's ground. One for each test: its owner is this process.
pub(crate) fn site() -> Site {
    Site::new(Interrupt::never().expect("an interrupt")).expect("a site")
}

/// A cgroup, or a skipped test.
pub(crate) fn cgroup(test: &str, site: &Site) -> Option<Cgroup> {
    match Cgroup::new(site) {
        Ok(cgroup) => Some(cgroup),
        Err(lab::cgroup::CgroupError::Unusable(why)) => {
            skip(test, &why);
            None
        }
        Err(error) => panic!("{error}"),
    }
}

/// The guest, compiled once.
pub(crate) fn guest() -> PathBuf {
    static ONE: Mutex<()> = Mutex::new(());
    let _one = ONE.lock();
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/memory/guest/main.rs");
    let binary = folder().join("guest");
    let newer = |path: &Path| fs::metadata(path).and_then(|meta| meta.modified()).ok();
    if newer(&binary) < newer(&source) {
        let triple = format!("{}-unknown-linux-musl", std::env::consts::ARCH);
        let compiled = Command::new("rustc")
            .args(["--edition=2024", "-O", "-C", "strip=symbols", "--target"])
            .args([&triple, "-o"])
            .args([&binary, &source])
            .status()
            .expect("rustc runs");
        assert!(compiled.success(), "the guest compiles for {triple}");
    }
    binary
}

/// A guest that holds what it was asked to, and what it said of its cgroups.
pub(crate) struct Guest {
    pub(crate) process: Process,
    pub(crate) cgroups: String,
}

/// Starts one, in a cgroup if there is one, and waits until it is ready.
pub(crate) fn start(site: &Site, cgroup: Option<&Cgroup>, args: &[&str]) -> Guest {
    let program = Program {
        path: guest(),
        args: args.iter().map(|arg| (*arg).to_owned()).collect(),
        stdin: true,
        ..Program::default()
    };
    let prepared = program.prepare(site).expect("prepares");
    let mut process = match cgroup {
        Some(cgroup) => prepared
            .spawn_in_after(cgroup, || Ok(()))
            .expect("starts in its cgroup"),
        None => prepared.spawn().expect("starts"),
    };
    let deadline_ns = now_ns() + 60_000_000_000;
    loop {
        let printed = String::from_utf8_lossy(process.kept(Stream::Stdout)).into_owned();
        if let Some(cgroups) = printed.strip_suffix("ready\n") {
            let cgroups = cgroups.to_owned();
            return Guest { process, cgroups };
        }
        assert!(!process.is_closed(Stream::Stdout), "it ended: {printed}");
        process.wait(site, deadline_ns).expect("it gets ready");
    }
}

impl Guest {
    /// Its footprint, once settled.
    pub(crate) fn footprint(&self, site: &Site) -> Footprint {
        together(site, &[self])
    }
}

/// The footprint of several, once settled.
pub(crate) fn together(site: &Site, guests: &[&Guest]) -> Footprint {
    let family = || {
        let each = guests.iter().map(|guest| descendants(guest.process.pid()));
        each.flatten().collect()
    };
    settled(site, Duration::from_secs(20), || measure(&family())).expect("reads its memory")
}

/// That a reading is so many MiB above another, within 3 %.
#[track_caller]
pub(crate) fn above(what: &str, reading: u64, base: u64, mib: u64) {
    let more = reading as f64 - base as f64;
    let wanted = (mib * MIB) as f64;
    assert!(
        (more - wanted).abs() <= wanted * 0.03,
        "{what}: {reading} is {more} above {base}, wanted {wanted}"
    );
}
