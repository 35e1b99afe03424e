//! `labrun completions` and `labrun man`.

use clap::CommandFactory as _;

use crate::cli::{Cli, CompletionsArgs};
use crate::{exit, out};

/// Prints a completion script.
pub(crate) fn completions(args: &CompletionsArgs) -> anyhow::Result<u8> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "labrun", &mut script);
    out::line(String::from_utf8(script)?.trim_end())?;
    Ok(exit::FINE)
}

/// Prints the manual page.
pub(crate) fn man() -> anyhow::Result<u8> {
    let mut page = Vec::new();
    clap_mangen::Man::new(Cli::command()).render(&mut page)?;
    out::line(String::from_utf8(page)?.trim_end())?;
    Ok(exit::FINE)
}
