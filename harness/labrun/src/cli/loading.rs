//! The arguments of the load generator.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// How the requests of a rate come.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum Arrivals {
    Even,
    Poisson,
}

/// Arguments of `labrun load`.
#[derive(Debug, Args)]
pub(crate) struct LoadArgs {
    /// What is asked with GET, on this machine or in a private network: `http://127.0.0.1:8080/`
    pub url: String,

    /// Requests per second, each due at a fixed instant from which its latency counts
    #[arg(short, long, value_name = "R", allow_negative_numbers = true)]
    pub rate: Option<f64>,

    /// How the requests of a --rate come: evenly, or at random as independent users do (the same
    /// instants each time)
    #[arg(long, value_name = "HOW", value_enum, default_value_t = Arrivals::Even, requires = "rate")]
    pub arrivals: Arrivals,

    /// Ask again as soon as an answer is there [default, unless there is a --rate]
    #[arg(long, conflicts_with = "rate")]
    pub closed: bool,

    /// Connections that are kept open
    #[arg(short, long, value_name = "C", default_value_t = 16)]
    pub connections: usize,

    /// Threads that share the connections
    #[arg(short, long, value_name = "T", default_value_t = 1)]
    pub threads: usize,

    /// How long it is measured
    #[arg(short, long, value_name = "DUR", default_value = "10s", value_parser = crate::settings::seconds)]
    pub duration: f64,

    /// How long the same load is made before; 0s for not at all
    #[arg(long, value_name = "DUR", default_value = "1s", value_parser = crate::settings::seconds_or_none)]
    pub warmup: f64,

    /// How long an answer is waited for
    #[arg(long, value_name = "DUR", default_value = "5s", value_parser = crate::settings::seconds)]
    pub timeout: f64,

    /// Every answer has to have the content of this file as its body
    #[arg(long, value_name = "FILE")]
    pub expect_body: Option<PathBuf>,

    /// Print JSON, and nothing else, on stdout
    #[arg(long)]
    pub json: bool,
}
