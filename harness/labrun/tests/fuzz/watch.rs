//! What one input may cost. It is written down before it is looked at: if it ends the whole
//! process, it is still known.

use std::cell::Cell;
use std::fs::{self, File};
use std::os::unix::fs::FileExt as _;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use proptest::test_runner::TestCaseError;

/// An input takes no more of a processor. A machine that is busy with something else adds nothing.
const LIMIT: Duration = Duration::from_secs(1);

/// After this the process is ended, since nothing else ends an endless loop: far more than any input
/// takes on a machine however busy.
const ENDLESS: Duration = Duration::from_mins(2);

/// Bytes that the process may have in the long form, so that an input which takes more ends it.
const MOST_BYTES: libc::rlim_t = 1 << 30;

/// What the inputs of a target cost so far.
pub(crate) struct Watch {
    path: PathBuf,
    file: File,
    /// Milliseconds from the beginning at which an input began; 0 while there is none.
    since_ms: Arc<AtomicU64>,
    began: Instant,
    is_long: bool,
    inputs: Cell<u32>,
    slowest: Cell<Duration>,
}

impl Watch {
    /// Over the inputs of a target.
    pub(crate) fn over(name: &'static str, is_long: bool) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("fuzz");
        fs::create_dir_all(&folder).expect("makes a folder");
        let path = folder.join(name);
        if is_long {
            limit_memory();
            // The peak counts from here: proc_pid_clear_refs(5).
            fs::write("/proc/self/clear_refs", "5").expect("forgets the peak so far");
        }
        let watch = Self {
            file: File::create(&path).expect("makes a file"),
            path,
            since_ms: Arc::default(),
            began: Instant::now(),
            is_long,
            inputs: Cell::new(0),
            slowest: Cell::new(Duration::ZERO),
        };
        let (since_ms, began) = (Arc::clone(&watch.since_ms), watch.began);
        let path = watch.path.display().to_string();
        thread::spawn(move || {
            loop {
                thread::park_timeout(Duration::from_secs(1));
                let since = Duration::from_millis(since_ms.load(Ordering::Relaxed));
                if !since.is_zero() && began.elapsed() > since + ENDLESS {
                    eprintln!("{name} hangs; the input is {path}");
                    std::process::abort();
                }
            }
        });
        watch
    }

    /// Looks at one input.
    pub(crate) fn judge(&self, input: &[u8], judge: impl Fn(&[u8])) -> Result<(), TestCaseError> {
        let written = self.file.write_all_at(input, 0);
        let written = written.and_then(|()| self.file.set_len(input.len() as u64));
        written.expect("writes the input");
        let now_ms = self.began.elapsed().as_millis() as u64;
        self.since_ms.store(now_ms.max(1), Ordering::Relaxed);
        let before = processor_time();
        let judged = catch_unwind(AssertUnwindSafe(|| judge(input)));
        let took = processor_time().saturating_sub(before);
        self.since_ms.store(0, Ordering::Relaxed);
        self.inputs.set(self.inputs.get() + 1);
        self.slowest.set(self.slowest.get().max(took));
        match judged {
            Err(panic) => Err(TestCaseError::fail(said(panic.as_ref()))),
            Ok(()) if self.is_long && took > LIMIT => Err(TestCaseError::fail(format!(
                "it takes {took:?} of a processor"
            ))),
            Ok(()) => Ok(()),
        }
    }

    /// Where the last input is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// What it came to, in a line for a person and for `scripts/fuzz`.
    pub(crate) fn summary(&self) -> String {
        let (inputs, seconds) = (self.inputs.get(), self.began.elapsed().as_secs_f64());
        format!(
            "{inputs} inputs in {seconds:.1} s, {:.0} a second; slowest {:.1} ms, peak {} MiB",
            f64::from(inputs) / seconds,
            self.slowest.get().as_secs_f64() * 1e3,
            peak_kib() >> 10,
        )
    }
}

/// What a panic said.
fn said(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
    format!("it panics: {}", text.unwrap_or_default())
}

/// What this thread has had of a processor.
fn processor_time() -> Duration {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: the clock of this thread is always there, and the pointer is that of a local.
    unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut time) };
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// Most memory that the process has had at once.
fn peak_kib() -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("reads its own status");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
    number.expect("a peak")
}

fn limit_memory() {
    let limit = libc::rlimit {
        rlim_cur: MOST_BYTES,
        rlim_max: libc::RLIM_INFINITY,
    };
    // SAFETY: it reads the struct, which lives; a failure leaves the limit as it is.
    unsafe { libc::setrlimit(libc::RLIMIT_AS, &raw const limit) };
}
