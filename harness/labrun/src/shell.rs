//! `labrun completions` and `labrun man`.

use clap::CommandFactory as _;

use crate::cli::{Cli, CompletionsArgs};
use crate::exit;

/// Prints a completion script.
pub(crate) fn completions(args: &CompletionsArgs) -> u8 {
    clap_complete::generate(
        args.shell,
        &mut Cli::command(),
        "labrun",
        &mut std::io::stdout(),
    );
    exit::FINE
}

/// Prints the manual page.
pub(crate) fn man() -> anyhow::Result<u8> {
    clap_mangen::Man::new(Cli::command()).render(&mut std::io::stdout())?;
    Ok(exit::FINE)
}
