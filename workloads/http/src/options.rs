//! The arguments of the native server.

use std::ffi::{OsStr, OsString};
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::str::FromStr;

pub(crate) const USAGE: &str = "usage: http --listen ADDR [--files DIR] [--threads N]

  --listen ADDR  IP:PORT to listen on; port 0 takes any that is free
  --files DIR    directory behind /file/NAME (otherwise $HTTP_FILES, or /grant)
  --threads N    threads that serve (1)";

/// What was asked for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Options {
    pub(crate) listen: SocketAddr,
    pub(crate) files: Option<PathBuf>,
    pub(crate) threads: NonZeroUsize,
}

/// Reads the arguments after the program's name.
pub(crate) fn parse(arguments: impl IntoIterator<Item = OsString>) -> Result<Options, String> {
    let mut arguments = arguments.into_iter();
    let (mut listen, mut files, mut threads) = (None, None, None);
    while let Some(name) = arguments.next() {
        let name = name.to_string_lossy().into_owned();
        if !["--listen", "--files", "--threads"].contains(&name.as_str()) {
            return Err(format!("{name:?} is not an option"));
        }
        let value = arguments.next().ok_or(format!("{name} needs a value"))?;
        let again = match name.as_str() {
            "--listen" => listen
                .replace(number(&name, &value, "an IP:PORT")?)
                .is_some(),
            "--threads" => threads
                .replace(number(&name, &value, "1 or more")?)
                .is_some(),
            _ => files.replace(PathBuf::from(value)).is_some(),
        };
        if again {
            return Err(format!("{name} is given twice"));
        }
    }
    Ok(Options {
        listen: listen.ok_or("--listen is missing")?,
        files,
        threads: threads.unwrap_or(NonZeroUsize::MIN),
    })
}

fn number<T: FromStr>(name: &str, value: &OsStr, wanted: &str) -> Result<T, String> {
    let value = value.to_string_lossy();
    let parsed = value.parse();
    parsed.map_err(|_| format!("{name} {value:?} is not {wanted}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Options, String> {
        parse(line.split_whitespace().map(OsString::from))
    }

    #[test]
    fn defaults_and_values() {
        let options = parsed("--listen 127.0.0.1:0").unwrap();
        assert_eq!(options.threads.get(), 1);
        assert_eq!(options.files, None);
        let options = parsed("--threads 4 --files /srv --listen [::1]:8080").unwrap();
        assert_eq!(options.threads.get(), 4);
        assert_eq!(options.files, Some("/srv".into()));
        assert_eq!(options.listen.port(), 8080);
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (line, reason) in [
            ("", "--listen is missing"),
            ("--listen", "--listen needs a value"),
            ("--listen localhost:1", "\"localhost:1\" is not an IP:PORT"),
            ("--listen 1.2.3.4:5 --threads 0", "\"0\" is not 1 or more"),
            ("--port 5", "\"--port\" is not an option"),
            ("--files a --files b", "--files is given twice"),
        ] {
            let error = parsed(line).unwrap_err();
            assert!(error.contains(reason), "{error}");
        }
    }
}
