//! Figures for a person: how far readings of one small process spread. Not a check, so
//! it runs only when asked:
//! `LABRUN_TEST_FIGURES=10 cargo test --release -p lab --test memory figures -- --nocapture`

use std::collections::BTreeMap;

use crate::support::{cgroup, site, start};

#[test]
fn figures() {
    let Some(launches) = std::env::var("LABRUN_TEST_FIGURES")
        .ok()
        .and_then(|text| text.parse::<u32>().ok())
    else {
        return;
    };
    let site = site();
    let mut readings: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
    for _ in 0..launches {
        let Some(cgroup) = cgroup("memory-figures", &site) else {
            return;
        };
        let guest = start(&site, Some(&cgroup), &["hold", "0"]);
        let footprint = guest.footprint(&site);
        let held = cgroup.group().held().expect("reads");
        for (scope, bytes) in [
            ("pss", footprint.pss),
            ("pss anon", footprint.pss_anon),
            ("private", footprint.private),
            ("hwm", footprint.hwm),
            ("cgroup anon", held.anon),
            ("cgroup file", held.file),
            ("cgroup kernel", held.kernel.unwrap_or_default()),
            ("cgroup usage", held.usage),
            ("cgroup peak", cgroup.group().peak().expect("reads")),
        ] {
            readings.entry(scope).or_default().push(bytes / 1024);
        }
    }
    for (scope, mut kib) in readings {
        kib.sort_unstable();
        println!("{scope:14} {:6} KiB  {kib:?}", kib[kib.len() / 2]);
    }
}
