//! The arguments that say what a program of the user's own is, and those that make a file of it.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// A program of one's own, which is measured in the place of the scenario's workloads.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "A program of your own, in the place of the scenario's")]
pub(crate) struct OwnArgs {
    /// A native program, which is run where it is
    #[arg(long, value_name = "FILE")]
    pub native: Option<PathBuf>,

    /// A WebAssembly module or component (repeatable: two of a kind are measured side by side)
    #[arg(long, value_name = "FILE")]
    pub wasm: Vec<PathBuf>,

    /// An image: an OCI layout (a folder or a tar), what `docker save` wrote, or what the Docker daemon
    /// calls it (repeatable); nothing is pulled
    #[arg(long, value_name = "REF")]
    pub image: Vec<String>,

    /// What it is called in the run [default: the name of its file]
    #[arg(long = "name", value_name = "NAME")]
    pub called: Option<String>,

    /// Which output, or body of an answer, is right: the whole of FILE, a line that matches REGEX, or
    /// `any`, which checks nothing [default: the same first line in all launches]
    #[arg(long, value_name = "FILE|REGEX|any")]
    pub expect: Option<String>,

    /// It is a server, which is asked for this path; `{port}` in its arguments or variables is the port
    /// on which it is to listen
    #[arg(long, value_name = "PATH")]
    pub http: Option<String>,

    /// The port on which the server always listens
    #[arg(long, value_name = "N", requires = "http", value_parser = clap::value_parser!(u16).range(1..))]
    pub port: Option<u16>,

    /// The status of a right answer [default: 200]
    #[arg(long, value_name = "N", requires = "http")]
    pub status: Option<u16>,

    /// A directory of which each launch is granted a fresh copy; `{grant}` in arguments is its path
    #[arg(long, value_name = "DIR")]
    pub grant: Option<PathBuf>,

    /// A variable of its environment; without a value it is taken from labrun's own, and only its name
    /// is recorded (repeatable)
    #[arg(long, value_name = "K[=V]")]
    pub env: Vec<String>,

    /// Its arguments, behind `--`
    #[arg(last = true, value_name = "ARGS")]
    pub args: Vec<String>,
}

/// Arguments of `labrun new`.
#[derive(Debug, Args)]
pub(crate) struct NewArgs {
    /// What is made
    #[command(subcommand)]
    pub what: New,
}

/// What can be made.
#[derive(Debug, Subcommand)]
pub(crate) enum New {
    /// A workload of your own: a folder with the program and a `workload.toml` that says what is right
    Workload(NewWorkloadArgs),
}

/// Arguments of `labrun new workload`.
#[derive(Debug, Args)]
pub(crate) struct NewWorkloadArgs {
    /// Its name, and that of its folder
    pub name: String,

    /// The program, module, component or image; which of them it is, is found out. An image that the
    /// Docker daemon holds is named with its tag
    #[arg(long, value_name = "FILE|IMAGE")]
    pub from: PathBuf,

    /// It is a server, which is asked for this path
    #[arg(long, value_name = "PATH")]
    pub http: Option<String>,

    /// Do not run it
    #[arg(long)]
    pub no_run: bool,
}
