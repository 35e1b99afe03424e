//! A launch whose failures are told from what the place where the lab runs has done to it, and tell
//! no secret.

use super::launch::{Launch, Value};
use crate::define::Environment;
use crate::isolation::Isolation;
use crate::limits::Blame;
use crate::outcome::Failure;
use crate::site::Site;
use crate::task::{FileSystem, Learned};

/// A launch of any kind.
#[derive(Debug)]
pub(super) struct Placed {
    pub(super) launch: Box<dyn Launch>,
    /// Where its granted directory is.
    pub(super) on: FileSystem,
    /// Its variables, some of which may be secrets.
    pub(super) environment: Environment,
    /// What its launches learn of what is correct.
    pub(super) learned: Option<Learned>,
}

impl Placed {
    fn conclude(&self, well: bool) {
        if let Some(learned) = &self.learned {
            learned.conclude(well);
        }
    }

    fn told(&self, blame: &Blame, failure: Failure) -> Failure {
        let failure = blame.explain(failure);
        failure.reworded(|reason| self.environment.without_secrets(reason))
    }
}

impl Launch for Placed {
    fn is_primed(&self) -> bool {
        self.launch.is_primed()
    }

    fn warms_up(&self) -> bool {
        self.launch.warms_up()
    }

    fn settle(&self, isolation: &dyn Isolation, site: &Site) -> Result<(), Failure> {
        let blame = Blame::begin(self.on);
        let settled = self.launch.settle(isolation, site);
        self.conclude(settled.is_ok());
        settled.map_err(|failure| self.told(&blame, failure))
    }

    fn launch(&self, isolation: &dyn Isolation, site: &Site) -> Result<Vec<Value>, Failure> {
        let blame = Blame::begin(self.on);
        let given = self.launch.launch(isolation, site);
        self.conclude(given.is_ok());
        let mut values = given.map_err(|failure| self.told(&blame, failure))?;
        for value in &mut values {
            if let Err(failure) = &mut value.given {
                *failure = self.told(&blame, failure.clone());
            }
        }
        Ok(values)
    }
}
