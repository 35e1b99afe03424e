//! For tests: which instructions a wasm module has, and which of them work on vectors.

use std::collections::BTreeSet;

use wasmparser::{Parser, Payload};

/// The names of the instructions in all functions of a core module, as wasmparser calls
/// them: `F32Mul`, `V128Load`.
pub(crate) fn operators(module: &[u8]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for payload in Parser::new(0).parse_all(module) {
        if let Payload::CodeSectionEntry(body) = payload.expect("a valid module") {
            for operator in body.get_operators_reader().expect("a body") {
                let text = format!("{:?}", operator.expect("a valid instruction"));
                let end = text.find(|letter: char| !letter.is_alphanumeric());
                found.insert(text[..end.unwrap_or(text.len())].to_owned());
            }
        }
    }
    found
}

/// Whether an instruction of that name works on vectors: `V128Load`, `F32x4Mul`.
pub(crate) fn is(name: &str) -> bool {
    let lanes = ["V128", "I8x16", "I16x8", "I32x4", "I64x2", "F32x4", "F64x2"];
    lanes.iter().any(|lane| name.starts_with(lane))
}
