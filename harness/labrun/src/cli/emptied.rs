//! An option that is given nothing where it needs something: `--native ''`.

use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};

/// The option that is given an empty value, where that is what is wrong: the parser says of it what it says of
/// one whose value was forgotten.
pub(crate) fn emptied(
    unparsed: &clap::Error,
    mut typed: impl Iterator<Item = OsString>,
) -> Option<String> {
    let is_of_value = unparsed.kind() == ErrorKind::InvalidValue;
    let nothing = match unparsed.get(ContextKind::InvalidValue) {
        Some(ContextValue::String(value)) => value.is_empty(),
        Some(_) => false,
        None => true,
    };
    let is_empty = |word: OsString| word.is_empty() || word.as_encoded_bytes().ends_with(b"=");
    match unparsed.get(ContextKind::InvalidArg) {
        Some(ContextValue::String(option)) if is_of_value && nothing && typed.any(is_empty) => {
            Some(option.clone())
        }
        _ => None,
    }
}
