//! Conformance: one check, made once.

use labrun_record::Check;

use super::launch::{Launch, Value};
use crate::conformance;
use crate::isolation::{Isolation, Job};
use crate::outcome::Failure;
use crate::site::Site;

/// A check of one isolation.
#[derive(Debug)]
pub(super) struct Checking {
    pub(super) job: Job,
    pub(super) check: Check,
}

impl Launch for Checking {
    fn warms_up(&self) -> bool {
        false
    }

    fn launch(&self, isolation: &dyn Isolation, site: &Site) -> Result<Vec<Value>, Failure> {
        let wrong = conformance::check(self.check, isolation, site, &self.job)?;
        let held = if wrong.is_none() { 1.0 } else { 0.0 };
        Ok(vec![Value {
            seen: wrong,
            ..Value::of(held)
        }])
    }
}
