//! `[[setting]]` of a definition: a key that is not known is a mistake there, and not in the
//! files of a run.

use labrun_record::Setting;
use serde::{Deserialize, Deserializer};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Defined {
    name: String,
    value: String,
    reason: String,
}

/// Reads the settings of a definition.
pub(super) fn settings<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Setting>, D::Error> {
    let defined = Vec::<Defined>::deserialize(from)?.into_iter();
    Ok(defined
        .map(|s| Setting {
            name: s.name,
            value: s.value,
            reason: s.reason,
        })
        .collect())
}
