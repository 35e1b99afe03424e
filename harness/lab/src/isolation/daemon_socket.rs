//! The socket on which a daemon should answer, and what to do when it does not.

use std::io;
use std::os::unix::net::UnixStream;
use std::path::Path;

use super::find::on_path;
use crate::outcome::Failure;

/// How a daemon comes to answer.
pub(super) struct DaemonSocket {
    /// What it is called.
    pub(super) daemon: &'static str,
    /// Its program.
    pub(super) program: &'static str,
    /// What to do where only others may use it.
    pub(super) permit: &'static str,
    /// What to do where it is installed.
    pub(super) start: &'static str,
    /// What to do where it is not.
    pub(super) install: &'static str,
}

impl DaemonSocket {
    /// Whether somebody answers on `socket`.
    pub(super) fn answers(&self, socket: &Path) -> Result<(), Failure> {
        let answers = UnixStream::connect(socket);
        answers
            .map(drop)
            .map_err(|error| self.absent(socket, &error))
    }

    fn absent(&self, socket: &Path, error: &io::Error) -> Failure {
        let mend = match error.kind() {
            io::ErrorKind::PermissionDenied => self.permit,
            _ if on_path(&[self.program]).is_ok() => self.start,
            _ => self.install,
        };
        let (daemon, socket) = (self.daemon, socket.display());
        Failure::unavailable(format!("no {daemon} answers on {socket} ({error}); {mend}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_absence_has_its_own_way_to_mend_it() {
        let daemon = |program| DaemonSocket {
            daemon: "daemon",
            program,
            permit: "be root",
            start: "start it",
            install: "install it",
        };
        for (program, kind, mend) in [
            ("sh", io::ErrorKind::PermissionDenied, "be root"),
            ("sh", io::ErrorKind::NotFound, "start it"),
            ("no-such-program", io::ErrorKind::NotFound, "install it"),
        ] {
            let error = io::Error::from(kind);
            let absent = daemon(program).absent(Path::new("/x.sock"), &error);
            let reason = absent.into_reason();
            assert!(
                reason.starts_with("no daemon answers on /x.sock ("),
                "{reason}"
            );
            assert!(reason.ends_with(mend), "{reason}");
        }
    }
}
