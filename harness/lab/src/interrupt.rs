//! Ctrl-C, SIGTERM, SIGHUP and SIGXCPU: noticed at once, acted on between and inside launches.

use std::io;
use std::os::fd::{AsFd as _, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::clock::now_ns;
use crate::proc::own_mask;

/// Signals within this time count as one.
const SAME_NS: u64 = 1_000_000_000;

/// Sees to it that what another program has set for this one does not change what it does: a SIGCHLD
/// that is ignored takes away how children ended, and a SIGXFSZ ends whoever writes a file over the
/// limit (setrlimit(2)), which is a write that fails like others. What is started has neither.
///
/// # Errors
/// If the kernel refuses it.
pub fn as_expected() -> io::Result<()> {
    for signal in [signal_hook::consts::SIGCHLD, signal_hook::consts::SIGXFSZ] {
        // A handler, since exec(2) undoes it, as it does not what is ignored.
        signal_hook::flag::register(signal, Arc::default())?;
    }
    Ok(())
}

/// Whether the run was asked to end. Cheap to ask, and has a file descriptor that
/// becomes readable, so that a launch that waits in `poll` wakes.
#[derive(Debug, Clone)]
pub struct Interrupt {
    raised: Arc<AtomicBool>,
    wake: Arc<UnixStream>,
}

impl Interrupt {
    /// Begins to catch SIGINT, SIGTERM, SIGHUP and SIGXCPU (the processor time that a limit allows
    /// is over). A signal more than a second after the first ends the process at once; until then
    /// it counts as the same, since a closing terminal and `timeout` send two. A SIGHUP that is
    /// ignored (`nohup`) stays so; a SIGINT does not, since a shell ignores it for whatever it
    /// starts with `&`.
    pub fn catch() -> io::Result<Self> {
        let raised = Arc::new(AtomicBool::new(false));
        let first_ns = Arc::new(AtomicU64::new(0));
        let (wake, write) = UnixStream::pair()?;
        // The first look at the clock finds the kernel's function, and may allocate: not in a
        // handler.
        now_ns();
        for signal in [
            signal_hook::consts::SIGINT,
            signal_hook::consts::SIGTERM,
            signal_hook::consts::SIGHUP,
            signal_hook::consts::SIGXCPU,
        ] {
            if signal == signal_hook::consts::SIGHUP && is_ignored(signal) {
                continue;
            }
            let (raised, first_ns) = (Arc::clone(&raised), Arc::clone(&first_ns));
            let note = move || {
                let now_ns = now_ns();
                let first =
                    first_ns.compare_exchange(0, now_ns, Ordering::Relaxed, Ordering::Relaxed);
                if first.is_err_and(|first_ns| now_ns > first_ns + SAME_NS) {
                    signal_hook::low_level::exit(130);
                }
                raised.store(true, Ordering::Relaxed);
            };
            // SAFETY: it reads the clock, stores in atomics and may `_exit`, all of which a
            // signal handler may do (signal-safety(7)).
            unsafe { signal_hook::low_level::register(signal, note)? };
            signal_hook::low_level::pipe::register(signal, write.try_clone()?)?;
        }
        Ok(Self {
            raised,
            wake: Arc::new(wake),
        })
    }

    /// One that no signal raises.
    pub fn never() -> io::Result<Self> {
        static NEVER: Mutex<Option<Interrupt>> = Mutex::new(None);
        let mut never = NEVER.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(never) = &*never {
            return Ok(never.clone());
        }
        let (wake, write) = UnixStream::pair()?;
        // Kept open for ever: a closed peer would make the descriptor readable.
        std::mem::forget(write);
        let made = Self {
            raised: Arc::new(AtomicBool::new(false)),
            wake: Arc::new(wake),
        };
        Ok(never.insert(made).clone())
    }

    /// Whether the run was asked to end.
    pub fn raised(&self) -> bool {
        self.raised.load(Ordering::Relaxed)
    }

    /// Readable once [`raised`](Self::raised); never read from it.
    pub fn fd(&self) -> BorrowedFd<'_> {
        self.wake.as_fd()
    }
}

/// Whether a signal is ignored, as whoever started this process wished.
fn is_ignored(signal: i32) -> bool {
    own_mask("SigIgn") & (1 << (signal - 1)) != 0
}
