//! `bubblewrap/unshare-all`: the static binary in a sandbox of namespaces that `bwrap`
//! makes, with nothing in its file system but itself and what it is granted.

use std::net::SocketAddr;

use labrun_record::Tier;
use serde::Deserialize;

use super::child::{Boundary, Child, Clock, LaunchRequest, Plain};
use super::overlay::Overlay;
use super::runner::Ready;
use super::tool::Tool;
use super::{Isolation, Look, Profile, TakesRoot, settings};
use crate::define::{GUEST_GRANT, Workload};
use crate::network::{self, Veth};
use crate::outcome::Failure;
use crate::proc;
use crate::process::{Isolate, Program, Stream};
use crate::site::Site;
use crate::task::NetworkPath;
use crate::unpack::make_folder;

/// The descriptor on which `bwrap` tells the process id of the sandbox.
const INFO: i32 = 3;

/// `bwrap` with every namespace.
#[derive(Debug)]
pub struct Bubblewrap {
    profile: Profile,
    tool: Tool,
}

impl Default for Bubblewrap {
    fn default() -> Self {
        // The first that drops capabilities (--cap-drop).
        let least = "0.2.0";
        let install = "sudo apt-get install bubblewrap";
        Self {
            profile: Profile {
                name: "bubblewrap/unshare-all".to_owned(),
                tier: Tier::Namespaces,
                summary:
                    "a process in all namespaces by bwrap: the static binary and its grant, nothing else"
                        .to_owned(),
                takes_root: TakesRoot::OfOneUser,
                networks: vec![(NetworkPath::AsUsers, "veth")],
                settings: settings(SETTINGS),
                has_program: true,
                ..Profile::default()
            },
            tool: Tool::new("bwrap", "bubblewrap ", least, install),
        }
    }
}

impl Isolation for Bubblewrap {
    fn profile(&self) -> &Profile {
        &self.profile
    }

    fn look(&self) -> Look {
        Look::at(self.tool.found())
    }

    fn unavailable(&self, workload: &Workload) -> Option<String> {
        let serves = workload.serve.is_some();
        serves.then(network::not_permitted).flatten()
    }

    fn program(&self) -> Option<Ready> {
        self.tool.ready()
    }
}

/// What is set, and why.
const SETTINGS: [(&str, &str, &str); 7] = [
    (
        "namespaces",
        "all: --unshare-all",
        "the strictest that one word asks for",
    ),
    (
        "file system",
        "the binary read-only (and the libraries of a given one that is linked dynamically), /proc, a \
         minimal /dev, the granted directory",
        "what the container from scratch has",
    ),
    (
        "image of the user's own",
        "its unpacked root as `/`, under a layer of each launch's own that it may write to (overlayfs)",
        "what a container of it has",
    ),
    (
        "capabilities",
        "none: --cap-drop ALL",
        "what bwrap gives users; root would keep all of them without it",
    ),
    (
        "session",
        "its own: --new-session",
        "in the caller's it could put words into the caller's terminal (TIOCSTI), as bwrap(1) warns",
    ),
    (
        "end",
        "--die-with-parent; a server gets SIGTERM itself",
        "the sandbox goes with bwrap, which hands no signal on",
    ),
    (
        "network",
        "a loopback; a server gets a veth pair, made by the lab (phase `network`)",
        "bwrap makes none, and a server has to be reached",
    ),
];

impl Boundary for Bubblewrap {
    fn prepare<'a>(&'a self, order: &LaunchRequest<'a>) -> Result<Box<dyn Child + 'a>, Failure> {
        let found = self.tool.found()?;
        let veth = order.veth()?;
        let listen = veth.as_ref().map(|_| order.guest());
        let overlay = order.job.image.as_ref();
        let overlay = overlay.map(|_| Overlay::over(&order.job.artifact, order.site));
        let overlay = overlay.transpose()?;
        if let Some((image, overlay)) = order.job.image_start().zip(overlay.as_ref()) {
            // As engines of containers make it where an image has none.
            let made = make_folder(overlay.root(), &image.working_dir);
            made.map_err(Failure::cannot("make the image's working folder"))?;
            let given = order.args(GUEST_GRANT, listen);
            if let Some(program) = image.args(&given).first() {
                overlay.has_program(program, &image.env, &image.working_dir)?;
            }
        }
        let variables = order.variables(listen);
        let program = Program {
            path: found.executable.path.clone(),
            args: arguments(order, listen, overlay.as_ref()),
            env: match order.job.image_start() {
                Some(image) => image.env(&variables),
                None => variables,
            },
            guest: listen.map(|_| INFO),
            ..Program::default()
        };
        let address = veth.as_ref().zip(listen);
        let address = address.map(|(veth, listen)| (veth.guest, listen.port()).into());
        Ok(Box::new(Sandbox {
            site: order.site,
            plain: Plain::new(order, address, program)?,
            veth,
            inside: None,
            _overlay: overlay,
        }))
    }
}

/// The command line of `bwrap` for a launch.
fn arguments(
    order: &LaunchRequest<'_>,
    listen: Option<SocketAddr>,
    overlay: Option<&Overlay>,
) -> Vec<String> {
    let mut args: Vec<String> = [
        "--unshare-all",
        "--new-session",
        "--die-with-parent",
        "--cap-drop",
        "ALL",
    ]
    .map(str::to_owned)
    .into();
    let artifact = &order.job.artifact;
    // By its own name: of some programs (busybox) that says what they are to do.
    let name = artifact.file_name().unwrap_or_default();
    let inside = format!("/workload/{}", name.display());
    let artifact = artifact.display().to_string();
    let image = order.job.image_start().zip(overlay);
    let given = order.args(GUEST_GRANT, listen);
    let program: Vec<String> = if let Some((image, overlay)) = image {
        let (root, folder) = (overlay.root().display(), image.working_dir.display());
        args.extend(["--bind".to_owned(), root.to_string(), "/".to_owned()]);
        args.extend(["--chdir".to_owned(), folder.to_string()]);
        image.args(&given)
    } else {
        args.extend(["--ro-bind".to_owned(), artifact, inside.clone()]);
        [inside].into_iter().chain(given).collect()
    };
    for library in &order.job.libraries {
        let [file, wanted] =
            [&library.file, &library.wanted].map(|path| path.display().to_string());
        args.extend(["--ro-bind".to_owned(), file, wanted]);
    }
    args.extend(["--proc", "/proc", "--dev", "/dev"].map(str::to_owned));
    if let Some(folder) = order.folder() {
        let folder = folder.display().to_string();
        args.extend(["--bind".to_owned(), folder, GUEST_GRANT.to_owned()]);
    }
    if listen.is_some() {
        args.extend(["--info-fd".to_owned(), INFO.to_string()]);
    }
    args.extend(program);
    args
}

/// What `bwrap` tells on its descriptor.
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Told {
    child_pid: libc::pid_t,
}

/// One sandbox. Its link goes with its network, which goes with its processes.
struct Sandbox<'a> {
    site: &'a Site,
    plain: Plain,
    veth: Option<Veth>,
    /// The first process inside, by its number outside.
    inside: Option<libc::pid_t>,
    /// The root of an image of the user's own.
    _overlay: Option<Overlay>,
}

impl Sandbox<'_> {
    /// Waits until `bwrap` tells which process is the first inside.
    fn told(&self, process: &mut dyn Isolate, deadline_ns: u64) -> Result<libc::pid_t, Failure> {
        loop {
            if let Ok(told) = serde_json::from_slice::<Told>(process.kept(Stream::Guest)) {
                return Ok(told.child_pid);
            }
            if process.is_closed(Stream::Guest) {
                let exit = process.end(self.site, deadline_ns)?;
                let reason = format!("bwrap {exit} before it made the sandbox");
                let failure = Failure::unavailable(reason);
                return Err(process.explain(failure, Stream::Stdout));
            }
            process.wait(self.site, deadline_ns)?;
        }
    }
}

impl Child for Sandbox<'_> {
    fn start(&mut self, clock: &mut Clock<'_>) -> Result<Box<dyn Isolate>, Failure> {
        let mut process = self.plain.start(clock)?;
        if let Some(veth) = &self.veth {
            let pid = self.told(process.as_mut(), clock.deadline_ns)?;
            self.inside = Some(pid);
            clock.marks.end("sandbox");
            veth.connect(pid)
                .map_err(|error| process.explain(Failure::failed(error), Stream::Stdout))?;
            clock.marks.end("network");
        }
        Ok(process)
    }

    /// It says so with its own name before, and the program itself never ran.
    fn is_refused(&self, said: &str) -> bool {
        said.lines().any(|line| line.starts_with("bwrap: "))
    }

    fn first_process(&self, _isolate: &dyn Isolate) -> Option<proc::Pid> {
        // That is `bwrap`'s own, and the program a child of it.
        let first = self.inside?;
        proc::descendants(first)
            .into_iter()
            .find(|pid| *pid != first)
    }

    /// The first process inside is `bwrap`'s own, and hears no signal: its child does.
    fn stop(&self, process: &dyn Isolate) {
        let Some(first) = self.inside else {
            return process.signal(libc::SIGTERM);
        };
        for pid in proc::descendants(first) {
            if pid != first {
                // Its number is held still by the first process of the lab's own sandbox.
                let _ = proc::kill(pid, rustix::process::Signal::TERM);
            }
        }
    }

    fn clear(&mut self, exit: crate::process::Exit, deadline_ns: u64) -> Result<u64, Failure> {
        match &self.veth {
            Some(veth) => veth.wait_until_gone(self.site, exit.at_ns, deadline_ns),
            None => Ok(exit.at_ns),
        }
    }
}
