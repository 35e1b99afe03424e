//! What belongs to labs of which it is not to be seen whether they run: it is left alone, and
//! named.

use std::collections::{BTreeMap, BTreeSet};

use super::Owner;

/// What was left alone, by the lab that it belongs to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unknown(BTreeMap<String, BTreeSet<String>>);

impl Unknown {
    /// Notes something of an owner.
    pub(crate) fn note(&mut self, owner: &Owner, what: String) {
        self.add(owner.to_string(), what);
    }

    /// Notes something of an owner of which the process id is known, and no more.
    pub(crate) fn note_of_pid(&mut self, pid: crate::proc::Pid, what: String) {
        self.add(format!("with process id {pid}"), what);
    }

    fn add(&mut self, of: String, what: String) {
        self.0.entry(of).or_default().insert(what);
    }

    /// One line for each lab, with what to do.
    pub fn lines(&self) -> Vec<String> {
        let line = |(owner, things): (&String, &BTreeSet<String>)| {
            let things: Vec<&str> = things.iter().map(String::as_str).collect();
            format!(
                "{} of the lab {owner}: left alone, since it is in another container or PID \
                 namespace, and whether it still runs is not to be seen here; if it does not, \
                 remove them by hand, or run labrun where its folder in /dev/shm is to be seen",
                things.join(", ")
            )
        };
        self.0.iter().map(line).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lab_is_one_line_with_all_that_it_has() {
        let mut unknown = Unknown::default();
        let owner = Owner::this();
        unknown.note(&owner, "container a".to_owned());
        unknown.note(&owner, "cgroup /b".to_owned());
        unknown.note(&owner, "cgroup /b".to_owned());
        unknown.note_of_pid(7, "a route".to_owned());
        let lines = unknown.lines();
        assert_eq!(lines.len(), 2);
        let beginning = format!("cgroup /b, container a of the lab {owner}: left alone");
        assert!(lines[0].starts_with(&beginning), "{lines:?}");
        assert!(lines[1].starts_with("a route of the lab with process id 7"));
    }
}
