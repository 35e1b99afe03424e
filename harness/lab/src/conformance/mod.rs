//! Conformance: what each isolation lets a program do, and what it holds back, seen from
//! outside. The same small checks on every isolation; what one cannot do has its reason in
//! its own definition ([`Profile`](crate::isolation::Profile)), and nowhere else.

mod disk;
mod look;
mod secret;

use labrun_record::{Check, Outcome};

use crate::define::Need;
use crate::isolation::{Isolation, Job};
use crate::outcome::Failure;
use crate::site::Site;

use look::{Look, Unmet};

/// Name of the workload whose program does what is checked; [`Check::Http`] is for what serves.
pub const WORKLOAD: &str = "conform";

/// Has an isolation do what a check asks, by launches of `job`. Gives what is wrong with what was
/// seen: nothing, where it does what its definition says.
///
/// # Errors
///
/// `unsupported` where its definition says that it cannot, and it does not; any other failure
/// where the check could not be made.
pub(crate) fn check(
    check: Check,
    isolation: &dyn Isolation,
    site: &Site,
    job: &Job,
) -> Result<Option<String>, Failure> {
    let needs: Vec<Need> = need(check).into_iter().collect();
    let profile = isolation.profile();
    let excuse = profile.unsupported(&job.workload, job.target, &needs);
    let look = Look {
        isolation,
        site,
        job,
    };
    match (look.at(check), excuse) {
        (Ok(()), None) => Ok(None),
        (Ok(()), Some(reason)) => Ok(Some(format!(
            "it does what its definition says it cannot: {reason}"
        ))),
        (Err(Unmet::Seen(_)), Some(reason)) => Err(Failure::new(Outcome::Unsupported, reason)),
        (Err(Unmet::Seen(what)), None) => Ok(Some(what)),
        (Err(Unmet::NotMade(failure)), _) => Err(failure),
    }
}

/// The ability that a check is about; none for one that is a workload of its own.
fn need(check: Check) -> Option<Need> {
    Some(match check {
        Check::Arguments => Need::Arguments,
        Check::Environment => Need::Environment,
        Check::Stdin => Need::Stdin,
        Check::ExitCode => Need::ExitCode,
        Check::Crash => Need::Crash,
        Check::Granted => Need::Grant,
        Check::Ungranted => Need::Boundary,
        Check::Fsync => Need::Fsync,
        Check::Output => Need::Output,
        Check::Clock => Need::Clock,
        Check::Randomness => Need::Randomness,
        Check::Http => return None,
    })
}
