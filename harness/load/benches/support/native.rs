//! The native server of the benchmarks.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};

/// The native `http` server, on one thread; killed when dropped.
pub(crate) struct Native {
    child: Child,
    address: SocketAddr,
}

impl Native {
    /// Starts the binary that `LABRUN_BENCH_SERVER` names.
    pub(crate) fn start() -> Option<Self> {
        let binary = std::env::var_os("LABRUN_BENCH_SERVER")?;
        let mut child = Command::new(binary)
            .args(["--listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .spawn()
            .expect("the server starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("a pipe"))
            .read_line(&mut line)
            .expect("it says that it is ready");
        let address = line.trim().rsplit(' ').next().expect("an address");
        let address = address.parse().expect("an address");
        Some(Self { child, address })
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Native {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
