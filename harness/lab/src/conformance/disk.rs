//! A disk of the lab's own whose flushes can be counted: a file system in a file, on a loop
//! device. The kernel counts what reaches it, so that a sync is seen however it came there,
//! through a gofer or a daemon as well, and nobody else's is counted with it.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::outcome::Failure;
use crate::site::{Site, unmount};

/// Size of the file; sparse. Enough for ext4 with a journal.
const BYTES: u64 = 64 * 1024 * 1024;

/// Flush requests that were completed: the 16th number of `/sys/block/DEVICE/stat`
/// (Documentation/block/stat.rst; Linux 5.5).
const FLUSHES: usize = 15;

/// The disk, mounted where the lab grants folders on a disk. It goes with the value.
#[derive(Debug)]
pub(super) struct Disk {
    file: PathBuf,
    mount: PathBuf,
    stat: PathBuf,
}

impl Disk {
    /// Makes and mounts one; or why that cannot be done here.
    pub(super) fn mount(site: &Site) -> Result<Self, Failure> {
        let needs = |what: String| {
            Failure::unavailable(format!(
                "no disk could be made to count flushes on, which needs root and loop devices: {what}"
            ))
        };
        // One that is mounted still, by whoever was slow to go, keeps a file of its own.
        let mut disk = Self {
            file: site.scratch().join(format!("{}.img", site.mark())),
            mount: site
                .disk_grants()
                .map_err(|error| needs(error.to_string()))?,
            stat: PathBuf::new(),
        };
        let (file, mount) = (&disk.file, &disk.mount);
        let made = fs::File::create(file).and_then(|disk| disk.set_len(BYTES));
        made.map_err(|error| needs(error.to_string()))?;
        run("mkfs.ext4", &["-q", "-F"], &[file]).map_err(needs)?;
        run("mount", &["-o", "loop"], &[file, mount]).map_err(needs)?;
        let device = fs::metadata(mount).map_err(|error| needs(error.to_string()))?;
        let (major, minor) = (
            rustix::fs::major(device.dev()),
            rustix::fs::minor(device.dev()),
        );
        disk.stat = format!("/sys/dev/block/{major}:{minor}/stat").into();
        disk.flushes().map(|_| disk)
    }

    /// Flush requests that reached it so far.
    pub(super) fn flushes(&self) -> Result<u64, Failure> {
        let text = fs::read_to_string(&self.stat)
            .map_err(|error| Failure::unavailable(error.to_string()))?;
        let count = text.split_whitespace().nth(FLUSHES);
        count.and_then(|count| count.parse().ok()).ok_or_else(|| {
            Failure::unavailable("this kernel counts no flushes: Linux 5.5 or newer does")
        })
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        unmount(&self.mount);
        let _ = fs::remove_file(&self.file);
    }
}

fn run(program: &str, words: &[&str], paths: &[&Path]) -> Result<(), String> {
    let path = std::env::var("PATH").unwrap_or_default() + ":/usr/sbin:/sbin:/usr/bin:/bin";
    let ran = Command::new(program)
        .args(words)
        .args(paths)
        .env("PATH", path)
        .output()
        .map_err(|error| format!("{program}: {error}"))?;
    if ran.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&ran.stderr);
    Err(format!(
        "{program}: {}",
        said.lines().next().unwrap_or("failed")
    ))
}
