//! Ctrl-C, SIGTERM and SIGHUP: noticed at once, acted on between and inside launches.

use std::io;
use std::os::fd::{AsRawFd, RawFd};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether the run was asked to end. Cheap to ask, and has a file descriptor that
/// becomes readable, so that a launch that waits in `poll` wakes.
#[derive(Debug, Clone)]
pub struct Interrupt {
    raised: Arc<AtomicBool>,
    wake: Arc<UnixStream>,
}

impl Interrupt {
    /// Begins to catch SIGINT, SIGTERM and SIGHUP. A second signal ends the process at
    /// once, as if the first had not been caught.
    pub fn catch() -> io::Result<Self> {
        let raised = Arc::new(AtomicBool::new(false));
        let (wake, write) = UnixStream::pair()?;
        for signal in [
            signal_hook::consts::SIGINT,
            signal_hook::consts::SIGTERM,
            signal_hook::consts::SIGHUP,
        ] {
            // The order matters: the first handler ends the process if the flag is
            // already up, the second raises it.
            signal_hook::flag::register_conditional_shutdown(signal, 130, Arc::clone(&raised))?;
            signal_hook::flag::register(signal, Arc::clone(&raised))?;
            signal_hook::low_level::pipe::register(signal, write.try_clone()?)?;
        }
        Ok(Self {
            raised,
            wake: Arc::new(wake),
        })
    }

    /// One that no signal raises.
    pub fn never() -> io::Result<Self> {
        let (wake, write) = UnixStream::pair()?;
        // Kept open for ever: a closed peer would make the descriptor readable.
        std::mem::forget(write);
        Ok(Self {
            raised: Arc::new(AtomicBool::new(false)),
            wake: Arc::new(wake),
        })
    }

    /// Whether the run was asked to end.
    pub fn raised(&self) -> bool {
        self.raised.load(Ordering::Relaxed)
    }

    /// Readable once [`raised`](Self::raised); never read from it.
    pub fn fd(&self) -> RawFd {
        self.wake.as_raw_fd()
    }
}
