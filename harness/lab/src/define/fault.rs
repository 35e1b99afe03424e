//! What is wrong with a definition, and where in its file that stands.

use std::fmt;

use toml::de::{DeTable, DeValue};

/// A mistake that is found once a file has been read: the keys that lead to it, or a place in the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    place: Place,
    why: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Place {
    /// Keys from the outermost on; of an array the number of an element, from 0.
    Keys(Vec<String>),
    /// A byte of the text.
    Byte(usize),
}

impl Fault {
    /// One at a byte of the text.
    pub(super) fn at_byte(at: usize, why: String) -> Self {
        let place = Place::Byte(at);
        Self { place, why }
    }

    /// The same in what a key leads to.
    pub(super) fn within(mut self, key: impl fmt::Display) -> Self {
        if let Place::Keys(keys) = &mut self.place {
            keys.insert(0, key.to_string());
        }
        self
    }

    /// The same with words before what is wrong.
    pub(super) fn said_of(self, what: impl fmt::Display) -> Self {
        self.begun_by(format_args!("{what}: "))
    }

    /// The same, and its words begin by these.
    pub(super) fn begun_by(mut self, words: impl fmt::Display) -> Self {
        self.why = format!("{words}{}", self.why);
        self
    }

    /// What is wrong.
    pub(crate) fn why(self) -> String {
        self.why
    }

    /// The same, and where in a text it begins.
    pub(super) fn placed(self, text: &str) -> (usize, String) {
        let at = match &self.place {
            Place::Byte(at) => *at,
            Place::Keys(keys) => place_of(text, keys),
        };
        (at, self.why)
    }
}

impl From<String> for Fault {
    fn from(why: String) -> Self {
        let place = Place::Keys(Vec::new());
        Self { place, why }
    }
}

impl From<&str> for Fault {
    fn from(why: &str) -> Self {
        why.to_owned().into()
    }
}

/// What makes a fault of a reason, of what is wrong where these keys lead to.
pub(crate) fn at<'k, W: Into<String>>(keys: &'k [&'k str]) -> impl Fn(W) -> Fault + 'k {
    move |why| {
        let keys = keys.iter().map(|key| (*key).to_owned()).collect();
        let (place, why) = (Place::Keys(keys), why.into());
        Fault { place, why }
    }
}

/// Where in a text it begins to what these keys lead; as far as they lead to something.
fn place_of(text: &str, keys: &[String]) -> usize {
    let Ok(document) = DeTable::parse(text) else {
        return 0;
    };
    let (mut place, mut here) = (0, &DeValue::Table(document.into_inner()));
    for key in keys {
        let next = match here {
            DeValue::Table(table) => table
                .iter()
                .find(|(own, _)| own.get_ref() == key)
                .map(|(own, value)| (own.span().start, value)),
            DeValue::Array(all) => key
                .parse()
                .ok()
                .and_then(|number: usize| all.get(number))
                .map(|value| (value.span().start, value)),
            _ => None,
        };
        let Some((at, value)) = next else {
            break;
        };
        (place, here) = (at, value.get_ref());
    }
    place
}

/// The keys that lead to the value at a place of a text, as they would be written.
pub(super) fn key_at(text: &str, place: usize) -> Option<String> {
    let document = DeTable::parse(text).ok()?;
    in_table(document.get_ref(), "", place)
}

fn in_table(table: &DeTable<'_>, leading: &str, place: usize) -> Option<String> {
    table.iter().find_map(|(key, value)| {
        let key = format!("{leading}{}", key.get_ref());
        let own = || value.span().contains(&place).then(|| key.clone());
        match value.get_ref() {
            DeValue::Table(inner) => in_table(inner, &format!("{key}."), place).or_else(own),
            DeValue::Array(all) => all
                .iter()
                .find_map(|one| match one.get_ref() {
                    DeValue::Table(inner) => in_table(inner, &format!("{key}."), place),
                    _ => (one.span().contains(&place)).then(|| format!("one of {key}")),
                })
                .or_else(own),
            _ => own(),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "name = \"a\"\n[run]\nargs = [\n  \"b\",\n  3]\n\n[run.expect]\nany = true\n\
        [[metric]]\nname = \"c\"\n[[metric]]\nname = \"d\"\nload = { rates = 4 }\n";

    fn line(keys: &[&str]) -> usize {
        let (place, _) = at(keys)("wrong").placed(TEXT);
        1 + TEXT[..place].matches('\n').count()
    }

    #[test]
    fn keys_lead_to_a_line_as_far_as_they_lead() {
        for (keys, expected) in [
            (&[][..], 1),
            (&["name"], 1),
            (&["run"], 2),
            (&["run", "args"], 3),
            (&["run", "args", "1"], 5),
            (&["run", "expect"], 7),
            (&["run", "expect", "any"], 8),
            (&["run", "expect", "regex"], 7),
            (&["metric", "1"], 11),
            (&["metric", "1", "name"], 12),
            (&["metric", "1", "load", "rates"], 13),
            (&["metric", "7"], 9),
            (&["grant", "files"], 1),
        ] {
            assert_eq!(line(keys), expected, "{keys:?}");
        }
    }

    #[test]
    fn a_place_has_the_keys_that_lead_to_it() {
        for (part, key) in [
            ("\"a\"", "name"),
            ("3]", "one of run.args"),
            ("[\n  \"b", "run.args"),
            ("true", "run.expect.any"),
            ("\"d\"", "metric.name"),
            ("4 }", "metric.load.rates"),
        ] {
            let place = TEXT.find(part).expect("is there");
            assert_eq!(key_at(TEXT, place).as_deref(), Some(key));
        }
    }
}
