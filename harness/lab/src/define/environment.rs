//! `[env]` and `env-from` of `workload.toml`: the variables of a workload. What is taken from the
//! environment may be a secret: its value is in no file, and in no reason that is written down.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::fault::{Fault, at};
use super::secrets::Secret;

/// Variables whose names begin with this are the lab's own.
const OWN: &str = "LABRUN_";

/// The variables of a workload.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    /// Those with their values.
    given: BTreeMap<String, String>,
    /// The names of those that are taken from labrun's own environment.
    named: Vec<String>,
    /// What was taken from there.
    taken: BTreeMap<String, String>,
    /// The same, to be taken out of what is told.
    secrets: Arc<[Secret]>,
}

impl Environment {
    /// Those with a value, and the names of those that are taken later; or what is wrong with them.
    pub(super) fn new(given: &BTreeMap<String, String>, named: &[String]) -> Result<Self, Fault> {
        for (name, value) in given {
            let wrong = |why: String| at(&["env", name])(why);
            name_of_variable(name).map_err(wrong)?;
            if value.contains('\0') {
                return Err(wrong(format!("env: the value of {name} holds a NUL")));
            }
        }
        for (number, name) in named.iter().enumerate() {
            let wrong = |why: String| at(&["env-from", &number.to_string()])(why);
            name_of_variable(name).map_err(wrong)?;
            if given.contains_key(name) || named[..number].contains(name) {
                return Err(wrong(format!("env: {}", said_twice(name))));
            }
        }
        Ok(Self {
            given: given.clone(),
            named: named.to_owned(),
            taken: BTreeMap::new(),
            secrets: Arc::default(),
        })
    }

    /// Whether there are no variables.
    pub fn is_empty(&self) -> bool {
        self.given.is_empty() && self.named.is_empty()
    }

    /// Takes what is named alone from whoever has it.
    pub fn take(&mut self, value_of: impl Fn(&str) -> Option<String>) {
        let named = self.named.iter();
        let taken = named.filter_map(|name| Some((name.clone(), value_of(name)?)));
        self.taken = taken.collect();
        let secrets = self.taken.iter();
        self.secrets = secrets
            .filter_map(|(name, value)| Secret::new(name, value))
            .collect();
    }

    /// All of them, with their values.
    pub fn variables(&self) -> impl Iterator<Item = (&String, &String)> {
        self.given.iter().chain(&self.taken)
    }

    /// The value of one; empty where there is none.
    pub fn value(&self, name: &str) -> &str {
        let mut all = self.variables();
        let found = all.find(|(known, _)| *known == name);
        found.map_or("", |(_, value)| value)
    }

    /// The first that is named, and was not there to be taken.
    pub fn missing(&self) -> Option<&str> {
        let mut named = self.named.iter();
        let name = named.find(|name| !self.taken.contains_key(*name))?;
        Some(name)
    }

    /// A text without the values that were taken, nor any piece of one: its name stands there instead.
    pub fn without_secrets(&self, text: String) -> String {
        self.secrets
            .iter()
            .fold(text, |text, secret| secret.out_of(text))
    }
}

/// What is wrong with a variable that is said more than once.
pub fn said_twice(name: &str) -> String {
    format!("{name} is said twice, and a program has one variable of a name: leave one out")
}

/// Whether a variable may be called so. A space may be inside, as the kernel has it: the tests of WASI have
/// such ones.
fn name_of_variable(name: &str) -> Result<(), String> {
    let never = |c: char| c == '=' || c.is_control();
    if name.is_empty() || name.contains(never) || name.trim() != name {
        return Err(format!(
            "env: {name:?} is no name of a variable: it is of one letter or more, without `=` and control \
             characters, and with no space at its ends"
        ));
    }
    if name.starts_with(OWN) {
        return Err(format!(
            "env: {name} is one of the lab's own: leave it out, since it is set where it is needed"
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_is_handed_on_and_never_told() {
        let given = BTreeMap::from([("A".to_owned(), "1".to_owned())]);
        let named = ["KEY", "GONE"].map(str::to_owned);
        let mut environment = Environment::new(&given, &named).expect("is right");
        environment.take(|name| (name == "KEY").then(|| "s3cret".to_owned()));
        let all: Vec<_> = environment.variables().collect();
        let [a, key] = ["A", "KEY"].map(str::to_owned);
        assert_eq!(all, [(&a, &"1".to_owned()), (&key, &"s3cret".to_owned())]);
        assert_eq!(environment.missing(), Some("GONE"));
        let told = environment.without_secrets("bad key s3cret, 1".to_owned());
        assert_eq!(told, "bad key $KEY, 1");
    }

    #[test]
    fn a_name_is_one_and_not_the_lab_s() {
        for (name, why) in [
            ("", "no name"),
            ("A=B", "no name"),
            (" A", "no name"),
            ("A ", "no name"),
            ("A\n", "no name"),
            ("LABRUN_HOLD", "the lab's own"),
        ] {
            let said = Environment::new(&BTreeMap::new(), &[name.to_owned()]);
            let said = said.expect_err("is wrong").why();
            assert!(said.contains(why), "{said}");
        }
        let inside = Environment::new(&BTreeMap::new(), &["A B".to_owned()]);
        assert!(inside.is_ok(), "as the kernel has it: {inside:?}");
    }

    #[test]
    fn a_variable_is_said_once() {
        let given = BTreeMap::from([("A".to_owned(), "1".to_owned())]);
        for named in [&["A"][..], &["B", "B"]] {
            let named: Vec<String> = named.iter().map(|name| (*name).to_owned()).collect();
            let said = Environment::new(&given, &named).expect_err("is wrong");
            assert!(said.why().contains("said twice"));
        }
    }
}
