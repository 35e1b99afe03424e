//! Which products are here: all are looked for at once, and at most once a process.

use std::sync::OnceLock;

use crate::define::Find;
use crate::isolation::find::look_for;
use crate::isolation::runner::Ready;

/// Every product that is defined.
#[derive(Debug)]
pub(super) struct Shelf {
    finds: Vec<Find>,
    found: OnceLock<Vec<Result<Ready, String>>>,
}

impl Shelf {
    pub(super) fn new(finds: impl Iterator<Item = Find>) -> Self {
        let mut own: Vec<Find> = Vec::new();
        for find in finds {
            // Two products may be one program: a command line and a server.
            if !own.contains(&find) {
                own.push(find);
            }
        }
        Self {
            finds: own,
            found: OnceLock::new(),
        }
    }

    /// What is looked for, or why it cannot be used, with the way to mend it.
    pub(super) fn found(&self, wanted: &Find) -> Result<&Ready, String> {
        let all = self.found.get_or_init(|| self.look());
        let mut both = self.finds.iter().zip(all);
        match both.find(|(find, _)| *find == wanted) {
            Some((_, Ok(ready))) => Ok(ready),
            Some((_, Err(reason))) => Err(reason.clone()),
            None => Err("it was not looked for".to_owned()),
        }
    }

    fn look(&self) -> Vec<Result<Ready, String>> {
        std::thread::scope(|scope| {
            let looking: Vec<_> = self
                .finds
                .iter()
                .map(|find| scope.spawn(|| look_for(find)))
                .collect();
            let given = |one: std::thread::ScopedJoinHandle<'_, Result<Ready, String>>| {
                one.join()
                    .unwrap_or_else(|_| Err("looking for it failed".to_owned()))
            };
            looking.into_iter().map(given).collect()
        })
    }
}
