//! Conformance: what each isolation lets a program do, and what it holds back, seen from
//! outside. The same small checks on every isolation; what one cannot do has its reason in
//! its own definition ([`Profile`](crate::isolation::Profile)), and nowhere else.

mod check;
mod disk;
mod look;
mod secret;

use labrun_record::{Outcome, Target};

use crate::define::Workload;
use crate::isolation::Isolation;
use crate::model::Supply;

pub use check::Check;
pub use disk::Disk;
pub(crate) use disk::unmount;
use look::Look;

/// Name of the workload whose program does what is checked.
pub const WORKLOAD: &str = "conform";

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// It does it.
    Conforms,
    /// It does not, and its definition says why.
    Excepted(String),
    /// It does not do what it should, or does what its definition says that it cannot.
    Fault(String),
    /// Nothing could be looked at here.
    Unavailable(String),
}

/// What the checks stand on.
pub struct Conformance<'a> {
    /// What launches are made from.
    pub supply: &'a Supply<'a>,
    /// Where syncs are counted, or why they cannot be.
    pub disk: &'a Result<Disk, String>,
}

impl Conformance<'_> {
    /// Has an isolation do what every check wants, and gives what was found of each; `None`
    /// where the run was asked to end.
    pub fn of(
        &self,
        isolation: &dyn Isolation,
        mut told: impl FnMut(Check),
    ) -> Option<Vec<(Check, Finding)>> {
        let record = self.supply.isolations.record(isolation.name())?;
        let mut findings = Vec::new();
        for check in Check::ALL {
            told(check);
            let finding = match record.outcome {
                Outcome::Measured => self.look(isolation, check),
                _ => Finding::Unavailable(record.reason.clone().unwrap_or_default()),
            };
            if self.supply.site.interrupt.raised() {
                return None;
            }
            findings.push((check, finding));
        }
        Some(findings)
    }

    /// One check, on every target that both have.
    fn look(&self, isolation: &dyn Isolation, check: Check) -> Finding {
        let name = match check {
            Check::Http => "http",
            _ => WORKLOAD,
        };
        let Some(workload) = self
            .supply
            .workloads
            .iter()
            .find(|known| known.name == name)
        else {
            return Finding::Unavailable(format!("the lab has no workload `{name}`"));
        };
        if !isolation.profile().takes(workload) {
            return Finding::Excepted("it hosts servers, and runs no commands".to_owned());
        }
        let has = |target: &&Target| {
            let source = match target {
                Target::Image => Target::Native,
                other => **other,
            };
            workload.targets.contains(&source)
        };
        let targets = isolation.profile().targets.iter().filter(has);
        // What is wrong with one of them counts, not that another lacks it.
        let mut found: Option<Finding> = None;
        for &target in targets {
            let one = self.look_at(isolation, check, workload, target);
            found = Some(match found {
                None => one,
                Some(known) => worse(known, one),
            });
        }
        found.unwrap_or_else(|| {
            Finding::Excepted(format!("{} takes no target of {name}", isolation.name()))
        })
    }

    fn look_at(
        &self,
        isolation: &dyn Isolation,
        check: Check,
        workload: &Workload,
        target: Target,
    ) -> Finding {
        if let Some(reason) = isolation.profile().unsupported(workload, target, &[]) {
            return Finding::Excepted(reason);
        }
        let needs: Vec<_> = check.need().into_iter().collect();
        let excuse = isolation.profile().unsupported(workload, target, &needs);
        let look = Look {
            conformance: self,
            isolation,
            workload,
            target,
        };
        match (look.at(check), excuse) {
            (Ok(()), None) => Finding::Conforms,
            (Ok(()), Some(reason)) => Finding::Fault(format!(
                "it does what its definition says it cannot: {reason}"
            )),
            (Err(Finding::Fault(_)), Some(reason)) => Finding::Excepted(reason),
            (Err(finding), _) => finding,
        }
    }
}

fn worse(one: Finding, other: Finding) -> Finding {
    let rank = |finding: &Finding| match finding {
        Finding::Excepted(_) => 0,
        Finding::Conforms => 1,
        Finding::Unavailable(_) => 2,
        Finding::Fault(_) => 3,
    };
    if rank(&other) > rank(&one) {
        other
    } else {
        one
    }
}
