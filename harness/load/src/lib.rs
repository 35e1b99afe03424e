//! HTTP/1.1 load: at a fixed rate, or as fast as the server answers.
//!
//! At a rate (open loop), the instants at which requests are due are fixed before the
//! first of them is sent, and latency counts from those instants. A server that stalls
//! therefore cannot slow down who asks it, and every request that it kept waiting shows
//! (G. Tene's "coordinated omission"). Each response is checked.
//!
//! ```no_run
//! use labrun_load::{Pace, Plan, Target, run};
//!
//! let mut plan = Plan::new(Target::from_url("http://127.0.0.1:8080/")?);
//! plan.pace = Pace::Rate(5_000.0);
//! let report = run(&plan, &|| false)?;
//! println!("{:?} {:?}", report.requests_per_second(), report.percentiles());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![cfg_attr(
    test,
    allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")
)]

mod arrivals;
mod ceiling;
mod clock;
mod connection;
mod error;
mod files;
mod head;
mod mix;
mod null;
mod plan;
mod report;
mod request;
mod response;
mod run;
mod tally;
mod target;
mod wait;
mod worker;

pub use ceiling::{CEILING_SHARE, ceiling, near_ceiling};
pub use error::{Error, PlanError, TargetError};
/// The histogram of a [`Report`].
pub use hdrhistogram::Histogram;
pub use head::Malformed;
pub use null::{NullServer, response};
pub use plan::{Pace, Plan, Spacing};
pub use report::{ERROR_LIMIT, ErrorKind, OfRequest, Report, Wrong, percentiles};
pub use request::{
    Check, Holds, MOST_REQUESTS, MOST_WEIGHT, OWN_HEADERS, Request, UNSPOKEN_HEADERS,
    is_header_value, is_token,
};
pub use response::{Answer, End, Reader};
pub use run::run;
pub use target::Target;
