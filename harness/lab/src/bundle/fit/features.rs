//! What the processors of this machine can do, in the kernel's own words.

use std::collections::BTreeSet;
use std::fs;

use crate::arch::Arch;
use crate::fingerprint;
use crate::isolation::{Processor, emulated_features};

/// How many missing features a reason names.
const NAMED: usize = 5;

/// The features that every processor of this machine has, sorted. Empty where the kernel tells
/// none. To a lab that is itself emulated it tells those of a processor of another architecture.
pub fn features() -> Vec<String> {
    if fingerprint::is_emulated() {
        return Arch::here().map(emulated_features).unwrap_or_default();
    }
    parse(&fs::read_to_string("/proc/cpuinfo").unwrap_or_default())
}

/// The line is called `flags` on `x86_64` and `Features` on aarch64.
fn parse(cpuinfo: &str) -> Vec<String> {
    let fields = cpuinfo.lines().filter_map(|line| line.split_once(':'));
    let of_each = fields
        .filter(|(key, _)| ["flags", "Features"].contains(&key.trim()))
        .map(|(_, words)| words.split_whitespace().collect::<BTreeSet<_>>());
    // Processors of one machine can differ, and a program may come to run on any.
    let common = of_each.reduce(|common, words| &common & &words);
    let common = common.unwrap_or_default().into_iter();
    common.map(str::to_owned).collect()
}

/// Those of a processor that need not be this machine's; of an emulated one only those that what is
/// compiled ahead of time under it may use.
pub fn features_of(processor: &Processor) -> Vec<String> {
    processor.other().map_or_else(features, emulated_features)
}

/// Whether a processor that need not be this machine's has all of these features.
pub fn features_fit_on(processor: &Processor, needed: &[String]) -> Result<(), String> {
    fit(needed, &features_of(processor))
}

/// Whether this machine has all of these features.
pub fn features_fit(needed: &[String]) -> Result<(), String> {
    fit(needed, &features())
}

fn fit(needed: &[String], here: &[String]) -> Result<(), String> {
    let missing = needed.iter().filter(|feature| !here.contains(feature));
    let missing: Vec<&str> = missing.map(String::as_str).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let named = missing[..missing.len().min(NAMED)].join(", ");
    let more = match missing.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    Err(format!(
        "it was compiled for a processor with {named}{more}, which this one does not have; bundle \
         again on a machine like this one"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(list: &str) -> Vec<String> {
        list.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn features_are_what_all_processors_have() {
        let x86 =
            "processor\t: 0\nflags\t\t: fpu sse2 avx\nbugs\t\t: none\n\nflags\t\t: sse2 fpu\n";
        assert_eq!(parse(x86), words("fpu sse2"));
        assert_eq!(parse("Features\t: fp asimd\n"), words("asimd fp"));
        assert_eq!(parse("vmx flags\t: vnmi\n"), [""; 0]);
        assert!(features().is_sorted());
    }

    #[test]
    fn five_missing_features_are_named() {
        let here = words("fpu sse2");
        assert_eq!(fit(&words("sse2 fpu"), &here), Ok(()));
        assert_eq!(fit(&[], &[]), Ok(()));
        assert_eq!(features_fit(&features()), Ok(()));
        let reason = fit(&words("sse2 avx"), &here).expect_err("one is missing");
        assert!(reason.contains("with avx, which"), "{reason}");
        let reason = fit(&words("a b c d e f g"), &here).expect_err("seven are missing");
        assert!(reason.contains("a, b, c, d, e and 2 more,"), "{reason}");
    }
}
