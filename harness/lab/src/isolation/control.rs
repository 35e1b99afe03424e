//! `control/spawn`: a program as anybody would start it, with a pipe, `posix_spawn` and a read, and
//! nothing of the lab's. What `native/static` reads beyond it is what the lab itself adds.

use std::ffi::CString;
use std::fs::OpenOptions;
use std::io::{PipeReader, Read as _};
use std::os::fd::{AsFd as _, AsRawFd as _};
use std::os::unix::ffi::OsStrExt as _;
use std::{io, ptr};

use labrun_record::{CONTROL, Outcome};

use super::native::kernel_release;
use super::{
    EachLine, Emulates, Isolation, Job, LaunchTiming, Launcher, Look, Profile, Role,
    RunningInstances, settings,
};
use crate::clock::now_ns;
use crate::outcome::Failure;
use crate::owner::{LAUNCH, VARIABLE};
use crate::proc::Pid;
use crate::process::{Isolate as _, Mark, Process, Stream, Subreaper, awaited_from};
use crate::site::Site;
use crate::task::Task;
use crate::wait;

/// Most bytes that are read at once before the program is held as every other is.
const PIECE: usize = 8192;

/// A bare process.
#[derive(Debug)]
pub struct Control(Profile);

impl Default for Control {
    fn default() -> Self {
        Self(Profile {
            name: format!("{CONTROL}/spawn"),
            summary: "bare posix_spawn to the first byte: what any program that starts others pays"
                .to_owned(),
            role: Role::Control,
            settings: settings([
                (
                    "environment",
                    "the marks of the lab, and no more",
                    "nothing that the program needs; by them what it leaves behind is found",
                ),
                (
                    "process group",
                    "its own",
                    "as a shell gives it; what is left of it ends with the program, as everywhere",
                ),
            ]),
            emulates: Emulates::No(
                "it tells what a start costs by itself, which an emulator's own start hides",
            ),
            ..Profile::default()
        })
    }
}

impl Isolation for Control {
    fn profile(&self) -> &Profile {
        &self.0
    }

    fn look(&self) -> Look {
        Look {
            version: Some(kernel_release()),
            ..Look::default()
        }
    }
}

impl Launcher for Control {
    fn launch(&self, site: &Site, job: &Job) -> Result<LaunchTiming, Failure> {
        let Task::Run { args, expected } = &job.task else {
            return Err(only_commands());
        };
        let failed = Failure::cannot("start it");
        let words = [job.artifact.as_os_str().as_bytes()].into_iter();
        let words = words.chain(args.iter().map(String::as_bytes));
        let argv: Result<Vec<CString>, _> = words.map(CString::new).collect();
        let argv = argv.map_err(|error| failed(error.into()))?;
        let (output, writer) = io::pipe().map_err(failed)?;
        let (errors, errors_writer) = io::pipe().map_err(failed)?;
        let nothing = OpenOptions::new().read(true).open("/dev/null");
        let nothing = nothing.map_err(failed)?;
        let streams = [
            nothing.as_raw_fd(),
            writer.as_raw_fd(),
            errors_writer.as_raw_fd(),
        ];
        let mark = site.mark();
        let marks = [(VARIABLE, &site.owner.to_string()), (LAUNCH, &mark)];
        let marks = marks.map(|(name, value)| CString::new(format!("{name}={value}")));
        let marks: Result<Vec<CString>, _> = marks.into_iter().collect();
        let marks = marks.map_err(|error| failed(error.into()))?;
        let mark = Mark {
            name: mark,
            group_goes: true,
        };
        // What it leaves behind becomes the lab's own child.
        let reaper = Subreaper::begin();
        let deadline_ns = now_ns() + job.limit_ns();
        let mut said = Said::of(output, errors);

        let began_ns = now_ns();
        let pid = awaited_from(|| spawn(&argv, &marks, streams)).map_err(failed)?;
        drop((writer, errors_writer));
        let first = said.first(site, deadline_ns);
        let held_ns = now_ns();

        // From here on it is judged as every other is, and ended.
        let mut process = said.held_by(pid, mark, reaper, held_ns);
        first.map_err(|failure| {
            process.explain(failure.without("the expected output"), Stream::Stdout)
        })?;
        process.expect(site, Stream::Stdout, expected, deadline_ns)?;
        let exit = process.ends_well(site, expected, deadline_ns)?;
        let total_ns = held_ns - began_ns;
        Ok(LaunchTiming {
            total_ns,
            phases: vec![("spawn".to_owned(), total_ns)],
            teardown_ns: exit.at_ns - held_ns,
            instantiate_warm_ns: None,
        })
    }

    fn stream(&self, _: &Site, _: &Job, _: &mut EachLine<'_>) -> Result<(), Failure> {
        Err(only_commands())
    }

    fn stand<'a>(
        &'a self,
        _: &'a Site,
        _: &'a Job,
    ) -> Result<Box<dyn RunningInstances + 'a>, Failure> {
        Err(only_commands())
    }
}

fn only_commands() -> Failure {
    Failure::new(Outcome::Unsupported, "a control runs commands, and no more")
}

/// What a program has said so far, and where more comes from.
struct Said {
    output: PipeReader,
    errors: PipeReader,
    printed: Vec<u8>,
    told: Vec<u8>,
}

impl Said {
    fn of(output: PipeReader, errors: PipeReader) -> Self {
        Self {
            output,
            errors,
            printed: Vec::with_capacity(PIECE),
            told: Vec::with_capacity(PIECE),
        }
    }

    /// Waits for the first of its output, or the end of that. What it says on stderr meanwhile is read, so
    /// that it never waits for who would.
    fn first(&mut self, site: &Site, deadline_ns: u64) -> Result<(), Failure> {
        let unread = Failure::cannot("read its output");
        let mut piece = [0; PIECE];
        let mut has_errors = true;
        loop {
            let mut fds = [
                wait::readable(self.output.as_fd()),
                wait::readable(site.interrupt.fd()),
                wait::readable(self.errors.as_fd()),
            ];
            let watched = if has_errors { 3 } else { 2 };
            wait::poll(&mut fds[..watched], deadline_ns)?;
            let [came, interrupted, told] = [0, 1, 2].map(|place| wait::is_ready(&fds[place]));
            if interrupted {
                return Err(Failure::Interrupted);
            }
            if came {
                let read = self.output.read(&mut piece).map_err(unread)?;
                self.printed.extend_from_slice(&piece[..read]);
                return Ok(());
            }
            if !(has_errors && told) {
                return Err(Failure::timeout("the time limit of a launch passed"));
            }
            let read = self.errors.read(&mut piece).map_err(unread)?;
            has_errors = read > 0;
            // Only its end explains anything.
            if self.told.len() > PIECE {
                self.told.clear();
            }
            self.told.extend_from_slice(&piece[..read]);
        }
    }

    /// The process that says it, held as those are that the lab has prepared.
    fn held_by(self, pid: Pid, mark: Mark, reaper: Subreaper, at_ns: u64) -> Process {
        let streams = [
            (Stream::Stdout, self.output, self.printed),
            (Stream::Stderr, self.errors, self.told),
        ];
        Process::begun(pid, mark, reaper, streams, at_ns)
    }
}

/// Starts a program with these words, marks in its environment, and descriptors as its first three.
fn spawn(argv: &[CString], marks: &[CString], streams: [i32; 3]) -> io::Result<Pid> {
    let pointers = |texts: &[CString]| -> Vec<*mut libc::c_char> {
        let texts = texts.iter().map(|text| text.as_ptr().cast_mut());
        texts.chain([ptr::null_mut()]).collect()
    };
    let (words, environment) = (pointers(argv), pointers(marks));
    let mut pid = 0;
    // SAFETY: every pointer is to a live value, NUL-terminated where it is text, ended by a null
    // pointer where it is a list; `actions` and `attributes` are initialised before and destroyed
    // after.
    let error = unsafe {
        let mut actions = std::mem::zeroed();
        let mut attributes = std::mem::zeroed();
        libc::posix_spawn_file_actions_init(&raw mut actions);
        libc::posix_spawnattr_init(&raw mut attributes);
        let own_group = libc::POSIX_SPAWN_SETPGROUP as libc::c_short;
        libc::posix_spawnattr_setflags(&raw mut attributes, own_group);
        libc::posix_spawnattr_setpgroup(&raw mut attributes, 0);
        for (number, stream) in (0..).zip(streams) {
            libc::posix_spawn_file_actions_adddup2(&raw mut actions, stream, number);
        }
        let error = libc::posix_spawn(
            &raw mut pid,
            words[0],
            &raw const actions,
            &raw const attributes,
            words.as_ptr(),
            environment.as_ptr(),
        );
        libc::posix_spawnattr_destroy(&raw mut attributes);
        libc::posix_spawn_file_actions_destroy(&raw mut actions);
        error
    };
    if error == 0 {
        Ok(pid)
    } else {
        Err(io::Error::from_raw_os_error(error))
    }
}
