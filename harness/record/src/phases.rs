//! The phases of a sample. There may be a million samples in memory, of which nearly all have the
//! same phases as others: so their names are kept once, and each has its lengths alone.

use std::fmt;
use std::sync::Arc;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::text;

/// Names of phases, in their order.
pub(crate) type Names = Arc<[Box<str>]>;

/// Sets of names that are looked through at most: a file can have as many as it has lines.
const MOST_SHARED: usize = 64;

/// Contiguous spans in their order, by name, in the metric's unit.
#[derive(Debug, Clone, Default)]
pub struct Phases {
    names: Names,
    /// One for each name.
    lengths: Box<[f64]>,
}

impl Phases {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.lengths.is_empty()
    }

    /// Each with its length, in their order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, f64)> {
        let names = self.names.iter().map(|name| &**name);
        names.zip(self.lengths.iter().copied())
    }

    /// Their names, made plain: a run is read that anybody may have altered.
    pub(crate) fn make_plain(&mut self) {
        if self.names.iter().all(|name| text::is_plain(name)) {
            return;
        }
        let plain = self.iter().map(|(name, length)| {
            let mut name = name.to_owned();
            text::make_plain(&mut name);
            (name, length)
        });
        *self = plain.collect();
    }

    /// Keeps its names where others have kept the same ones.
    pub(crate) fn share(&mut self, known: &mut Vec<Names>) {
        if let Some(same) = known.iter().find(|names| ***names == *self.names) {
            self.names = Arc::clone(same);
        } else if known.len() < MOST_SHARED {
            known.push(Arc::clone(&self.names));
        }
    }
}

/// The same phases are equal in any order, as those of any JSON object.
impl PartialEq for Phases {
    fn eq(&self, other: &Self) -> bool {
        let has = |one: (&str, f64)| self.iter().any(|own| own == one);
        self.lengths.len() == other.lengths.len() && other.iter().all(has)
    }
}

/// Of several with one name the last length counts, at the place of the first.
impl<N: Into<Box<str>>> FromIterator<(N, f64)> for Phases {
    fn from_iter<I: IntoIterator<Item = (N, f64)>>(each: I) -> Self {
        let (mut names, mut lengths) = (Vec::<Box<str>>::new(), Vec::new());
        for (name, length) in each {
            let name = name.into();
            if let Some(place) = names.iter().position(|known| *known == name) {
                lengths[place] = length;
            } else {
                names.push(name);
                lengths.push(length);
            }
        }
        Self {
            names: names.into(),
            lengths: lengths.into(),
        }
    }
}

impl Serialize for Phases {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl<'de> Deserialize<'de> for Phases {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OfMap;
        impl<'de> Visitor<'de> for OfMap {
            type Value = Phases;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map of phases to their lengths")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Phases, M::Error> {
                std::iter::from_fn(|| map.next_entry::<Box<str>, f64>().transpose()).collect()
            }
        }
        deserializer.deserialize_map(OfMap)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Phases {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Phases".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        std::collections::BTreeMap::<String, f64>::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Phases {
        serde_json::from_str(json).expect("is read")
    }

    #[test]
    fn what_was_read_is_written_in_the_same_order() {
        let json = r#"{"spawn":940.0,"load":420.5,"call":0.0}"#;
        let phases = read(json);
        let each: Vec<(&str, f64)> = phases.iter().collect();
        assert_eq!(each, [("spawn", 940.0), ("load", 420.5), ("call", 0.0)]);
        assert_eq!(serde_json::to_string(&phases).expect("writes"), json);
        assert_eq!(
            read(r#"{"a":1.0,"b":2.0,"a":3.0}"#),
            read(r#"{"a":3.0,"b":2.0}"#)
        );
        assert!(read("{}").is_empty());
        for wrong in ["[]", r#"{"a":"1"}"#, "3"] {
            assert!(serde_json::from_str::<Phases>(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn names_are_kept_once_and_many_sets_of_them_are_not_looked_through() {
        let mut known = Vec::new();
        let of = |name: &str, length| [(name, length)].into_iter().collect::<Phases>();
        let mut shared = [1.0, 2.0].map(|length| of("call", length));
        for phases in &mut shared {
            phases.share(&mut known);
        }
        let [one, other] = &shared;
        assert!(Arc::ptr_eq(&one.names, &other.names));
        assert_ne!(one, other);
        for number in 0..2 * MOST_SHARED {
            of(&number.to_string(), 1.0).share(&mut known);
        }
        assert_eq!(known.len(), MOST_SHARED);
    }
}
