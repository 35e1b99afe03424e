//! `control/spawn`: a program as anybody would start it, with a pipe, `posix_spawn` and a read, and
//! nothing of the lab's. What `native/static` reads beyond it is what the lab itself adds.

use std::ffi::CString;
use std::fs::OpenOptions;
use std::io::{PipeReader, Read as _};
use std::os::fd::{AsFd as _, AsRawFd as _};
use std::os::unix::ffi::OsStrExt as _;
use std::{io, ptr};

use labrun_record::{CONTROL, Outcome};
use rustix::process::{Signal, WaitOptions, kill_process, waitpid};

use super::native::kernel_release;
use super::{
    EachLine, Emulates, Isolation, Job, LaunchTiming, Launcher, Look, Profile, Role,
    RunningInstances, settings,
};
use crate::clock::now_ns;
use crate::outcome::{Failure, shown};
use crate::owner::{LAUNCH, VARIABLE};
use crate::proc::{self, Pid};
use crate::process::{Exit, Left, Subreaper, after, end_all};
use crate::site::Site;
use crate::task::{Expected, OUTPUT_LIMIT, Seen, Task};
use crate::wait;

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
            settings: settings([(
                "environment",
                "the marks of the lab, and no more",
                "nothing that the program needs; by them what it leaves behind is found",
            )]),
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
        let (mut output, writer) = io::pipe().map_err(failed)?;
        let nothing = OpenOptions::new().read(true).write(true).open("/dev/null");
        let nothing = nothing.map_err(failed)?;
        let streams = [nothing.as_raw_fd(), writer.as_raw_fd(), nothing.as_raw_fd()];
        let mark = site.mark();
        let marks = [(VARIABLE, &site.owner.to_string()), (LAUNCH, &mark)];
        let marks = marks.map(|(name, value)| CString::new(format!("{name}={value}")));
        let marks: Result<Vec<CString>, _> = marks.into_iter().collect();
        let marks = marks.map_err(|error| failed(error.into()))?;
        // What it leaves behind becomes the lab's own child.
        let reaper = Subreaper::begin();
        let deadline_ns = now_ns() + job.limit_ns();

        let began_ns = now_ns();
        let child = Spawned::start(&argv, &marks, streams, (mark, reaper)).map_err(failed)?;
        drop(writer);
        // One more than is right; of what is not looked at, what is kept of any output.
        let room = match expected {
            Expected::Whole(whole) => whole.len() + 1,
            Expected::Line(_) => OUTPUT_LIMIT,
        };
        let mut said = vec![0; room];
        let mut held = read(&mut output, &mut said, site, deadline_ns)?;
        let held_ns = now_ns();

        while held < said.len() {
            match read(&mut output, &mut said[held..], site, deadline_ns)? {
                0 => break,
                more => held += more,
            }
        }
        if expected.drops_rest() {
            let mut rest = [0; 8192];
            while read(&mut output, &mut rest, site, deadline_ns)? > 0 {}
        }
        let (exit, left) = child.wait(deadline_ns)?;
        if let Some(reason) = left.reason {
            return Err(Failure::failed(reason));
        }
        let said = &said[..held];
        if !expected.is_right(said) {
            let reason = match expected.judge(said, true) {
                Seen::Wrong(reason) => reason,
                Seen::Answer => "it printed more than its expected output".to_owned(),
                // What did not end well has that to say, and not that something is missing.
                Seen::NotYet if !exit.is_success() => {
                    return Err(Failure::failed(format!("it {exit}")));
                }
                Seen::NotYet => {
                    format!(
                        "it ended before {}: got {:?}",
                        expected.missing(),
                        shown(said)
                    )
                }
            };
            return Err(Failure::mismatch(reason));
        }
        if !exit.is_success() {
            return Err(Failure::failed(format!("it {exit}")));
        }
        let total_ns = held_ns - began_ns;
        Ok(LaunchTiming {
            total_ns,
            phases: vec![("spawn".to_owned(), total_ns)],
            teardown_ns: left.gone_ns - held_ns,
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

/// What has come, as soon as there is any; 0 at the end of the output.
fn read(
    output: &mut PipeReader,
    into: &mut [u8],
    site: &Site,
    deadline_ns: u64,
) -> Result<usize, Failure> {
    let mut fds = [
        wait::readable(output.as_fd()),
        wait::readable(site.interrupt.fd()),
    ];
    wait::poll(&mut fds, deadline_ns)?;
    let [came, interrupted] = [wait::is_ready(&fds[0]), wait::is_ready(&fds[1])];
    if interrupted {
        return Err(Failure::Interrupted);
    }
    if !came {
        return Err(Failure::timeout("no first result within the limit"));
    }
    output
        .read(into)
        .map_err(Failure::cannot("read its output"))
}

/// A process; it is killed where nobody waited for its end, and what it has left with it.
struct Spawned {
    pid: Pid,
    /// The name of its launch.
    mark: String,
    #[expect(dead_code, reason = "held until it is dropped")]
    reaper: Subreaper,
}

impl Spawned {
    /// Starts it with these words, marks in its environment, and descriptors as its first three.
    fn start(
        argv: &[CString],
        marks: &[CString],
        streams: [i32; 3],
        (mark, reaper): (String, Subreaper),
    ) -> io::Result<Self> {
        let pointers = |texts: &[CString]| -> Vec<*mut libc::c_char> {
            let texts = texts.iter().map(|text| text.as_ptr().cast_mut());
            texts.chain([ptr::null_mut()]).collect()
        };
        let (words, environment) = (pointers(argv), pointers(marks));
        let mut pid = 0;
        // SAFETY: every pointer is to a live value, NUL-terminated where it is text, ended by a
        // null pointer where it is a list; `actions` is initialised before and destroyed after.
        let error = unsafe {
            let mut actions = std::mem::zeroed();
            libc::posix_spawn_file_actions_init(&raw mut actions);
            for (number, stream) in (0..).zip(streams) {
                libc::posix_spawn_file_actions_adddup2(&raw mut actions, stream, number);
            }
            let error = libc::posix_spawn(
                &raw mut pid,
                words[0],
                &raw const actions,
                ptr::null(),
                words.as_ptr(),
                environment.as_ptr(),
            );
            libc::posix_spawn_file_actions_destroy(&raw mut actions);
            error
        };
        if error == 0 {
            Ok(Self { pid, mark, reaper })
        } else {
            Err(io::Error::from_raw_os_error(error))
        }
    }

    /// Waits for its end; gives how it ended, and what it has left.
    fn wait(mut self, deadline_ns: u64) -> Result<(Exit, Left), Failure> {
        if !wait::ends_by(self.pid, deadline_ns) {
            return Err(Failure::timeout("it gave its output and did not end"));
        }
        let status = self.reap().map_err(Failure::cannot("wait for it"))?;
        let ended_ns = now_ns();
        let pid = std::mem::take(&mut self.pid);
        let exit = Exit::of(status, ended_ns);
        Ok((exit, after(&self.mark, pid, ended_ns)))
    }

    /// Its status, in the words of waitpid(2).
    fn reap(&self) -> io::Result<i32> {
        let status = waitpid(Some(proc::id(self.pid)?), WaitOptions::empty())?;
        let gone = || io::Error::other("it is no child of the lab's");
        Ok(status.ok_or_else(gone)?.1.as_raw())
    }
}

impl Drop for Spawned {
    fn drop(&mut self) {
        if let (true, Ok(pid)) = (self.pid > 0, proc::id(self.pid)) {
            let _ = kill_process(pid, Signal::KILL);
            let _ = self.reap();
            end_all(&self.mark, self.pid);
        }
    }
}
