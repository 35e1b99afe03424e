//! What the tests stand on: the helper, the guest and its image, jobs for it, and skipping.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};
use std::time::Duration;

use lab::build::Builder;
use lab::define::{Definitions, LabFolder, Workload};
use lab::digest::sha256;
use lab::interrupt::Interrupt;
use lab::isolation::runner::Ready;
use lab::isolation::{Driver, Inside, Isolation, Job, containerd};
use lab::outcome::Failure;
use lab::progress::Silent;
use lab::site::Site;
use lab::task::{Expected, FileSystem, NetworkPath, Policy, RightAnswer, Task};
use labrun_record::{Artifact, Start, Target};

use crate::own_daemon::OwnDaemon;

/// One folder for everything that the tests make; removed with the target folder.
pub(crate) fn folder() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("containerd");
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

/// What a launch by containerd stands on. The isolation goes before its daemon.
pub(crate) struct Ground {
    pub(crate) runc: Box<dyn Isolation>,
    pub(crate) helper: Result<Ready, Failure>,
    pub(crate) image: PathBuf,
    pub(crate) daemon: OwnDaemon,
}

/// A daemon of the test's own, and `containerd/runc` on it; or a skipped test.
pub(crate) fn ground(test: &str) -> Option<Ground> {
    // SAFETY: geteuid() takes nothing and cannot fail.
    if unsafe { libc::geteuid() } != 0 {
        skip(test, "only root can start a containerd: sudo scripts/test");
        return None;
    }
    let here = |program: &&str| {
        let found = Command::new(program).arg("--version").output();
        found.is_ok()
    };
    let needs = ["containerd", "ctr", "runc"];
    if let Some(missing) = needs.iter().find(|program| !here(program)) {
        skip(
            test,
            &format!("{missing} is missing: apt-get install containerd runc"),
        );
        return None;
    }
    let (helper, image) = match built() {
        (Err(missing), _) => {
            let reason = missing.clone().into_reason();
            assert!(reason.contains("protoc"), "{reason}");
            skip(test, &reason);
            return None;
        }
        (ready, image) => (ready.clone(), image.clone()),
    };
    let daemon = OwnDaemon::start();
    Some(Ground {
        runc: runc(&daemon.address, &helper),
        helper,
        image,
        daemon,
    })
}

/// `containerd/runc` on the daemon at an address.
pub(crate) fn runc(address: &str, helper: &Result<Ready, Failure>) -> Box<dyn Isolation> {
    let mut all = containerd::isolations_at(Some(address), helper).into_iter();
    all.find(|isolation| isolation.name() == "containerd/runc")
        .expect("it is there")
}

/// The helper, and the guest's image, built once.
fn built() -> &'static (Result<Ready, Failure>, PathBuf) {
    static BUILT: OnceLock<(Result<Ready, Failure>, PathBuf)> = OnceLock::new();
    BUILT.get_or_init(|| {
        with_builder(|builder, definitions| {
            let drivers = builder.drivers(definitions, &|name| name == "containerd/runc");
            let helper = drivers[&Driver::Helper(containerd::HELPER.to_owned())].clone();
            // The guest of the Docker tests.
            let triple = format!("{}-unknown-linux-musl", std::env::consts::ARCH);
            let guest = compiled("tests/docker/guest/main.rs", &triple);
            (helper, packed(builder, guest, Inside::Binary))
        })
    })
}

/// The image around the guest of runwasi's shims.
pub(crate) fn module() -> PathBuf {
    let guest = compiled("tests/containerd/guest/main.rs", "wasm32-wasip1");
    with_builder(|builder, _| packed(builder, guest, Inside::Module))
}

fn with_builder<T>(make: impl FnOnce(&Builder<'_>, &Definitions) -> T) -> T {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let lab = LabFolder::find(Some(&root), &root).expect("the lab");
    let site = site();
    let definitions = Definitions::read(lab).expect("its definitions");
    let builder = Builder::new(&definitions, &site, &Silent).expect("a toolchain");
    make(&builder, &definitions)
}

fn packed(builder: &Builder<'_>, path: PathBuf, inside: Inside) -> PathBuf {
    let guest = Artifact {
        workload: "lab-test-guest".to_owned(),
        target: Target::Image,
        triple: String::new(),
        sha256: sha256(&path).expect("reads"),
        bytes: 0,
        path,
        toolchain: String::new(),
        isolation: None,
        exports: false,
    };
    builder.archive(&guest, inside).expect("packs").path
}

/// A guest, compiled.
fn compiled(source: &str, triple: &str) -> PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join(source);
    let binary = folder().join(format!("guest-{triple}"));
    let compiled = Command::new("rustc")
        .args(["--edition=2024", "-O", "-C", "strip=symbols", "--target"])
        .args([triple, "-o"])
        .args([&binary, &source])
        .status()
        .expect("rustc runs");
    assert!(compiled.success(), "the guest compiles for {triple}");
    binary
}

/// A workload; its grant holds a file `number` with the line 42.
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

/// A job: `behaviour` is the guest's first argument, or the path asked for.
pub(crate) fn job(name: &str, image: &Path, behaviour: &str) -> Job {
    let expected = b"42\n".to_vec();
    let serves = behaviour.starts_with('/');
    let args = vec![behaviour.to_owned(), "{grant}".to_owned()];
    let task = match behaviour {
        request if serves => Task::Serve {
            request: request.to_owned(),
            right: RightAnswer::of_body(expected),
        },
        "again" => Task::Batches {
            args,
            line: expected,
        },
        _ => Task::Run {
            args,
            expected: Expected::Whole(expected),
        },
    };
    Job {
        workload: workload(name, serves),
        target: Target::Image,
        start: Start::Process,
        task,
        artifact: image.to_owned(),
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
