//! What the JSON Schema of a summary says of a row beyond its fields.

use schemars::{Schema, json_schema, schema_for};

use crate::Numbers;

/// A row that was measured has its numbers, and no other row has any.
pub(crate) fn measured_rows_have_numbers(row: &mut Schema) {
    let numbers = schema_for!(Numbers);
    let required = numbers.get("required").cloned().unwrap_or_default();
    let is_measured = json_schema!({"properties": {"outcome": {"const": "measured"}}});
    row.insert("if".to_owned(), is_measured.into());
    row.insert(
        "then".to_owned(),
        json_schema!({"required": required}).into(),
    );
    let has_none = json_schema!({"properties": {"n": false, "median": false}});
    row.insert("else".to_owned(), has_none.into());
}
