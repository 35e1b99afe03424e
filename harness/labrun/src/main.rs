//! `labrun`: one file per subcommand, no logic of its own.

mod asked;
mod bars;
mod build;
mod bundle;
mod calibrate;
mod cli;
mod compare;
mod conform;
mod doctor;
mod exit;
mod exports;
mod ground;
mod interim;
mod list;
mod load;
mod new;
mod new_run;
mod open;
mod out;
mod own;
mod plan;
mod replay;
mod report;
mod resolution;
mod say;
mod scenario;
mod schema;
mod settings;
mod shell;
mod track;
mod version;

use clap::Parser;
use lab::outcome::chain;

fn main() -> std::process::ExitCode {
    if let Err(error) = lab::interrupt::as_expected() {
        say::error(&format!("cannot set what signals do: {error}"));
        return std::process::ExitCode::from(exit::LAB_FAILED);
    }
    // A panic has its message from the hook, and is the lab's own failure.
    let ran = std::panic::catch_unwind(|| match cli::Cli::try_parse() {
        Ok(cli) => run(cli),
        Err(unparsed) => said(&unparsed),
    });
    let code = match ran.unwrap_or(Ok(exit::LAB_FAILED)) {
        Ok(code) => code,
        Err(error) => {
            say::error(&chain(error.as_ref()));
            exit::code_of(&error)
        }
    };
    std::process::ExitCode::from(code)
}

/// What the arguments alone ask for, a help or the version, or what is wrong with them.
fn said(unparsed: &clap::Error) -> anyhow::Result<u8> {
    if let Some(option) = cli::emptied(unparsed, std::env::args_os()) {
        anyhow::bail!(exit::Usage(format!(
            "{option} is given an empty value: name what it is to be, or leave the option out"
        )));
    }
    if let Some(instead) = cli::misplaced(unparsed, std::env::args_os()) {
        anyhow::bail!(exit::Usage(instead));
    }
    let printed = unparsed.print();
    if unparsed.use_stderr() {
        return Ok(exit::USAGE);
    }
    out::printed(printed)?;
    Ok(exit::FINE)
}

fn run(mut cli: cli::Cli) -> anyhow::Result<u8> {
    let settings = settings::Settings::read(&cli)?;
    settings.color.write_global();
    cli.lab = cli.lab.or_else(|| settings.file.lab.clone());
    let cli = &cli;
    match &cli.command {
        cli::Command::Scenario(args) => scenario::run(cli, &settings, args),
        cli::Command::Bundle(args) => bundle::run(cli, &settings, args),
        cli::Command::Plan(args) => plan::run(cli, &settings, args),
        cli::Command::Doctor(args) => doctor::run(cli, args),
        cli::Command::List(args) => list::run(cli, args),
        cli::Command::Build(args) => build::run(cli, args),
        cli::Command::Conform(args) => conform::run(cli, &settings, args),
        cli::Command::New(args) => new::run(cli, &settings, args),
        cli::Command::Track(args) => track::run(cli, &settings, args),
        cli::Command::Load(args) => load::run(args),
        cli::Command::Report(args) => report::run(args),
        cli::Command::Open(args) => open::run(args),
        cli::Command::Compare(args) => compare::run(args),
        cli::Command::Replay(args) => replay::run(cli, &settings, args),
        cli::Command::Calibrate(args) => calibrate::run(cli, &settings, args),
        cli::Command::Schema(args) => schema::run(args),
        cli::Command::Completions(args) => shell::completions(args),
        cli::Command::Man => shell::man(),
    }
}
