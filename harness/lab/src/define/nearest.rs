//! The nearest valid word to a mistyped one.

/// The candidate that `word` was probably meant to be, if one is near enough.
fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    candidates
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(word, candidate), candidate))
        .filter(|(likeness, _)| *likeness > 0.7)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}

/// That candidate as a question to whoever mistyped it, in brackets; empty where none is near.
pub(crate) fn hint<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    nearest(word, candidates).map_or_else(String::new, |word| format!(" (did you mean `{word}`?)"))
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_typo_finds_its_word_and_nonsense_finds_none() {
        let words = ["cold-start", "memory", "throughput"];
        assert_eq!(nearest("cold-strat", words), Some("cold-start"));
        assert_eq!(nearest("memroy", words), Some("memory"));
        assert_eq!(nearest("xyzzy", words), None);
    }
}
