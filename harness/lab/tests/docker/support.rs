//! What the tests stand on: the guest, its images, jobs for it, and skipping.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};
use std::time::Duration;

use lab::define::Workload;
use lab::interrupt::Interrupt;
use lab::isolation::docker::{DockerHost, Image, ImageRequest};
use lab::isolation::{Base, Packing};
use lab::isolation::{Isolation, Job, LaunchTiming};
use lab::outcome::Failure;
use lab::progress::Silent;
use lab::site::Site;
use lab::task::{Expected, FileSystem, NetworkPath, Policy, RightAnswer, Task};
use labrun_record::{Outcome, Start, Target};

/// One folder for everything that the tests make; removed with the target folder.
pub(crate) fn folder() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("docker");
    fs::create_dir_all(&folder).expect("makes its folder");
    folder
}

/// Says that a test was skipped, and why, where a person and `scripts/test` see it.
pub(crate) fn skip(test: &str, reason: &str) {
    let line = format!("SKIPPED {test}: {reason}\n");
    eprint!("{line}");
    if let Some(path) = std::env::var_os("LABRUN_SKIPS") {
        let file = OpenOptions::new().create(true).append(true).open(path);
        file.and_then(|mut file| file.write_all(line.as_bytes()))
            .expect("notes the skip");
    }
}

/// The daemon, or a skipped test.
pub(crate) fn daemon(test: &str) -> Option<DockerHost> {
    let host = DockerHost::default();
    host.version().map_err(|reason| skip(test, &reason)).ok()?;
    Some(host)
}

/// The guest, compiled once for each target.
fn guest(triple: &str) -> (PathBuf, String) {
    static ONE: Mutex<()> = Mutex::new(());
    let _one = ONE.lock();
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/docker/guest/main.rs");
    let binary = folder().join(format!("guest-{triple}"));
    let newer = |path: &Path| fs::metadata(path).and_then(|meta| meta.modified()).ok();
    if newer(&binary) < newer(&source) {
        let compiled = Command::new("rustc")
            .args([
                "--edition=2024",
                "-O",
                "-C",
                "strip=symbols",
                "--target",
                triple,
                "-o",
            ])
            .args([&binary, &source])
            .status()
            .expect("rustc runs");
        assert!(compiled.success(), "the guest compiles for {triple}");
    }
    let sum = Command::new("sha256sum")
        .arg(&binary)
        .output()
        .expect("sha256sum runs");
    (
        binary,
        String::from_utf8_lossy(&sum.stdout[..64]).into_owned(),
    )
}

/// The guest's image on a base.
pub(crate) fn image(host: &DockerHost, base: Base) -> Result<Image, Failure> {
    static ONE: Mutex<()> = Mutex::new(());
    let _one = ONE.lock();
    let arch = std::env::consts::ARCH;
    let (binary, sha256) = guest(&match base {
        Base::Scratch => format!("{arch}-unknown-linux-musl"),
        Base::Debian => format!("{arch}-unknown-linux-gnu"),
    });
    host.build_image(&ImageRequest {
        dockerfile: &Path::new(env!("CARGO_MANIFEST_DIR")).join("../../Dockerfile.baseline"),
        workload: "lab-test-guest",
        binary: &binary,
        binary_sha256: &sha256,
        base,
        platform: None,
        interrupt: &Interrupt::never().expect("an interrupt"),
        progress: &Silent,
    })
}

/// Every configuration of the daemon's own runtime that can be tested here, with its image; the
/// rest are skipped. Other runtimes differ in one word of the request, and `labrun conform` has
/// each that a daemon knows do all that it should.
pub(crate) fn configurations(test: &str) -> Vec<(Box<dyn Isolation>, String)> {
    static SKIPPED: OnceLock<()> = OnceLock::new();
    let Some(host) = daemon(test) else {
        return Vec::new();
    };
    let with_image = |isolation: Box<dyn Isolation>| {
        let Packing::Image(base) = isolation.profile().packing else {
            panic!("{} runs an image", isolation.name());
        };
        match image(&host, base) {
            Ok(image) => Some((isolation, image.tag)),
            Err(Failure::Outcome(Outcome::Unavailable, reason)) => {
                SKIPPED.get_or_init(|| skip(&format!("{test} on {}", isolation.name()), &reason));
                None
            }
            Err(error) => panic!("the guest's image: {error}"),
        }
    };
    host.isolations()
        .into_iter()
        .filter(|isolation| isolation.name().starts_with("docker/runc"))
        .filter_map(with_image)
        .collect()
}

/// A workload with a name of its own, so that a test finds its containers; its grant
/// holds a file `number` with the line 42.
pub(crate) fn workload(name: &str, serves: bool) -> Workload {
    let folder = folder().join("workloads").join(name);
    fs::create_dir_all(folder.join("grant")).expect("makes a workload");
    fs::write(folder.join("grant/number"), "42\n").expect("writes a grant");
    fs::write(folder.join("expected.txt"), "42\n").expect("writes what is expected");
    let how = if serves {
        "[serve]\nrequest = \"/\""
    } else {
        "[run]"
    };
    let toml = format!(
        "name = \"{name}\"\nsummary = \"a guest\"\ntargets = [\"native\"]\n{how}\nexpected = \"expected.txt\"\n\
         [grant]\nfiles = \"grant\"\n"
    );
    fs::write(folder.join("workload.toml"), toml).expect("writes a workload");
    Workload::read(&folder).expect("a workload")
}

/// A job of `image`: `behaviour` is the guest's first argument, or the path asked for.
pub(crate) fn job(workload: &Workload, image: &str, behaviour: &str) -> Job {
    let expected = b"42\n".to_vec();
    let task = if behaviour.starts_with('/') {
        Task::Serve {
            request: behaviour.to_owned(),
            right: RightAnswer::of_body(expected),
        }
    } else {
        Task::Run {
            args: vec![behaviour.to_owned(), "{grant}".to_owned()],
            expected: Expected::Whole(expected),
        }
    };
    Job {
        workload: workload.clone(),
        target: Target::Image,
        start: Start::Process,
        task,
        artifact: image.into(),
        image: None,
        libraries: Vec::new(),
        precompiled: None,
        other: None,
        timeout: Duration::from_secs(20),
        patience: lab::patience::Patience::default(),
        file_system: FileSystem::default(),
        policy: Policy::default(),
        way: NetworkPath::default(),
        instances: 0,
        warm_repeats: 0,
    }
}

/// A site that nobody interrupts: one for all tests under way, since its folder is that
/// of the process, and gone with the last of them.
pub(crate) fn site() -> Arc<Site> {
    static SITE: Mutex<Weak<Site>> = Mutex::new(Weak::new());
    let mut shared = SITE.lock().unwrap_or_else(PoisonError::into_inner);
    shared.upgrade().unwrap_or_else(|| {
        let site = Arc::new(Site::new(Interrupt::never().expect("an interrupt")).expect("a site"));
        *shared = Arc::downgrade(&site);
        site
    })
}

/// Launches once, and checks that nothing is left.
pub(crate) fn launch(isolation: &dyn Isolation, job: &Job) -> Result<LaunchTiming, Failure> {
    launch_in(&site(), isolation, job)
}

/// Launches once on a site, and checks that nothing is left.
pub(crate) fn launch_in(
    site: &Site,
    isolation: &dyn Isolation,
    job: &Job,
) -> Result<LaunchTiming, Failure> {
    let taken = isolation.launch(site, job);
    assert_eq!(
        containers(&job.workload.name),
        "",
        "{} left a container",
        isolation.name()
    );
    taken
}

/// Names of the containers of a workload, through Docker's own command.
pub(crate) fn containers(workload: &str) -> String {
    let filter = format!("label=labrun.workload={workload}");
    let listed = Command::new("docker")
        .args(["ps", "-aq", "--filter", &filter])
        .output()
        .expect("docker ps runs");
    assert!(
        listed.status.success(),
        "docker ps: {}",
        String::from_utf8_lossy(&listed.stderr)
    );
    String::from_utf8_lossy(&listed.stdout).trim().to_owned()
}
