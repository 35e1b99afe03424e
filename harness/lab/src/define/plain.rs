//! What serde says of a wrong value, in plain words: what is there, and what has to be.

/// What a message of serde says is there, and what has to be; nothing where it says something else.
pub(crate) fn plain(message: &str) -> Option<(String, String)> {
    if message == "wanted string or table" {
        return Some(("no text".to_owned(), "a text".to_owned()));
    }
    let kinds = ["invalid type: ", "invalid value: ", "invalid length "];
    let said = kinds.iter().find_map(|kind| message.strip_prefix(kind))?;
    let (there, wanted) = said.rsplit_once(", expected ")?;
    if message.starts_with("invalid length ") {
        return Some((format!("a list of {there}"), thing_wanted(wanted)));
    }
    Some((thing(there), thing_wanted(wanted)))
}

/// What is there.
fn thing(there: &str) -> String {
    let quoted = there.split_once('`').and_then(|(kind, rest)| {
        let value = rest.strip_suffix('`')?;
        match kind {
            "integer " | "floating point " => Some(format!("the number {value}")),
            "boolean " => Some(value.to_owned()),
            _ => None,
        }
    });
    if let Some(thing) = quoted {
        return thing;
    }
    match there {
        "sequence" => "a list".to_owned(),
        "map" | "newtype struct" => "a table".to_owned(),
        "null" | "unit value" | "Option value" => "nothing".to_owned(),
        other => match other.strip_prefix("string ") {
            Some(text) => format!("the text {text}"),
            None => other.to_owned(),
        },
    }
}

/// What has to be there.
fn thing_wanted(wanted: &str) -> String {
    let whole = |range: &str| format!("a whole number{range}");
    match wanted {
        "u8" => whole(" from 0 to 255"),
        "u16" => whole(" from 0 to 65535"),
        "u32" => whole(" from 0 to 4294967295"),
        "u64" | "usize" => whole(", 0 or more"),
        "i8" | "i16" | "i32" | "i64" | "isize" => whole(""),
        "f32" | "f64" => "a number".to_owned(),
        "a boolean" => "true or false".to_owned(),
        "a string" | "str" | "path string" | "a character" => "a text".to_owned(),
        "a sequence" => "a list".to_owned(),
        "a map" => "a table".to_owned(),
        other => {
            let length = ["an array of length ", "a tuple of size "];
            let length = length.iter().find_map(|begin| other.strip_prefix(begin));
            match length {
                Some(length) => format!("a list of {length}"),
                None if other.starts_with("struct ") => "a table".to_owned(),
                None if other.contains("enum ") => "a text".to_owned(),
                None => other.to_owned(),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_of_rust_are_told_as_a_person_would() {
        for (message, there, wanted) in [
            (
                "invalid type: integer `3`, expected a sequence",
                "the number 3",
                "a list",
            ),
            (
                "invalid type: string \"a\", expected struct Answer",
                "the text \"a\"",
                "a table",
            ),
            (
                "invalid type: integer `1`, expected path string",
                "the number 1",
                "a text",
            ),
            (
                "invalid type: boolean `true`, expected a string",
                "true",
                "a text",
            ),
            (
                "invalid type: sequence, expected a map",
                "a list",
                "a table",
            ),
            (
                "invalid type: string \"1\", expected f64",
                "the text \"1\"",
                "a number",
            ),
            (
                "invalid value: integer `70000`, expected u16",
                "the number 70000",
                "a whole number from 0 to 65535",
            ),
            (
                "invalid length 1, expected an array of length 2",
                "a list of 1",
                "a list of 2",
            ),
            ("wanted string or table", "no text", "a text"),
            (
                "invalid type: string \"a, expected b\", expected u64",
                "the text \"a, expected b\"",
                "a whole number, 0 or more",
            ),
        ] {
            let said = plain(message).expect("is understood");
            assert_eq!(
                (said.0.as_str(), said.1.as_str()),
                (there, wanted),
                "{message}"
            );
        }
        assert_eq!(plain("missing field `a`"), None);
    }
}
