//! The page's script writes and reads numbers as the page itself does: run by Node.js, where that is
//! there.

mod support;

use std::process::Command;

use labrun_record::Unit;
use labrun_render::units;
use support::Noise;

/// As much of a browser as the script needs to begin.
const BROWSER: &str = r#"
const nothing = { setAttribute() {}, append() {}, addEventListener() {} };
const empty = { runs: [], columns: [], lines: [], cells: [], cellKeys: [], tiers: [] };
globalThis.document = {
  getElementById: () => ({ textContent: JSON.stringify(empty) }),
  createElement: () => nothing, body: nothing, querySelectorAll: () => [],
};
globalThis.location = { hash: globalThis.hash || "", href: "file:///report.html" };
globalThis.history = { state: null, replaceState(state, title, to) { location.hash = to; } };
globalThis.window = nothing;
"#;

const CORE: &str = include_str!("../src/page/script/core.js");

const UNITS: [(Unit, &str); 5] = [
    (Unit::Ns, "ns"),
    (Unit::Bytes, "bytes"),
    (Unit::PerSecond, "per_second"),
    (Unit::BytesPerSecond, "bytes_per_second"),
    (Unit::Count, "count"),
];

/// What the script prints at an address whose fragment is `hash`. None where Node.js is missing.
fn printed(test: &str, hash: &str, script: &str) -> Option<String> {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("page.cjs");
    let whole = format!("globalThis.hash = {hash:?};\n{BROWSER}\n{CORE}\n{script}\n");
    std::fs::write(&file, whole).expect("it is written");
    let Ok(ran) = Command::new("node").arg(&file).output() else {
        eprintln!("SKIPPED {test}: node is not installed (`apt-get install nodejs`)");
        return None;
    };
    let said = String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success(), "{said}");
    Some(String::from_utf8(ran.stdout).expect("text"))
}

/// Values of every size, and those that lie right between two of three digits.
fn values() -> Vec<f64> {
    let mut noise = Noise::new(3);
    let mut values = vec![
        0.0, 0.5, 1.5, 2.5, 0.125, 1.125, 10.25, 999.5, 1023.5, 36.5, 1e9,
    ];
    for power in -6..14 {
        let near = 10_f64.powi(power);
        values.extend([near, near * 0.9996, near * 0.9994]);
        values.extend((0..20).map(|_| near * (1.0 + 9.0 * noise.uniform())));
    }
    values
}

#[test]
fn the_script_writes_numbers_as_the_page_does() {
    let test = "the_script_writes_numbers_as_the_page_does";
    let values = values();
    let json = serde_json::to_string(&values).expect("JSON");
    let names = serde_json::to_string(&UNITS.map(|(_, name)| name)).expect("JSON");
    let script = format!(
        "for (const value of {json}) console.log([lab.ratio(value), ...{names}.map((unit) => lab.format(value, unit))].join('|'));"
    );
    let Some(printed) = printed(test, "", &script) else {
        return;
    };
    let lines: Vec<&str> = printed.lines().collect();
    assert_eq!(lines.len(), values.len());
    for (value, line) in values.iter().zip(lines) {
        let of_units = UNITS.map(|(unit, _)| units::value(*value, unit));
        let expected = [vec![units::ratio(*value)], of_units.to_vec()].concat();
        assert_eq!(line, expected.join("|"), "{value:e}");
    }
}

#[test]
fn the_script_takes_what_people_type() {
    let test = "the_script_takes_what_people_type";
    let typed = [
        ("10ms", "ns", Some(1e7)),
        (" 1.5 S ", "ns", Some(1.5e9)),
        ("200 \u{b5}s", "ns", Some(2e5)),
        ("200\u{3bc}s", "ns", Some(2e5)),
        ("2min", "ns", Some(1.2e11)),
        ("10", "ns", None),
        ("10m", "ns", None),
        ("-3ms", "ns", None),
        ("ms", "ns", None),
        ("1.2.3ms", "ns", None),
        ("1,5ms", "ns", None),
        ("5 MiB", "bytes", Some(5_242_880.0)),
        ("5M", "bytes", Some(5_242_880.0)),
        ("5MB", "bytes", Some(5e6)),
        ("0 B", "bytes", Some(0.0)),
        ("5", "bytes", None),
        ("5 toString", "bytes", None),
        ("2k/s", "per_second", Some(2000.0)),
        ("2000", "per_second", Some(2000.0)),
        ("1.5 M / s", "per_second", Some(1.5e6)),
        ("5MiB/s", "bytes_per_second", Some(5_242_880.0)),
        ("5/s", "bytes_per_second", None),
        ("<b>", "count", None),
    ];
    let asked: Vec<[&str; 2]> = typed.iter().map(|(text, unit, _)| [*text, *unit]).collect();
    let json = serde_json::to_string(&asked).expect("JSON");
    let script = format!("console.log(JSON.stringify({json}.map((one) => lab.parse(...one))));");
    let Some(printed) = printed(test, "", &script) else {
        return;
    };
    let understood: Vec<Option<f64>> = serde_json::from_str(&printed).expect("numbers");
    for ((text, unit, expected), found) in typed.iter().zip(understood) {
        assert_eq!(found, *expected, "{text} as {unit}");
    }
}

#[test]
fn a_setting_comes_back_from_the_address_as_it_was_made() {
    let test = "a_setting_comes_back_from_the_address_as_it_was_made";
    let key = "limit.requests_per_second/http/rate=50%/a&b?c#d";
    let value = "\u{5d0} 1+1 <10ms> 100%?#&=";
    let set = format!("lab.address.set({key:?}, {value:?}, 'decide'); console.log(location.hash);");
    let Some(hash) = printed(test, "#rows?tier=namespaces", &set) else {
        return;
    };
    let hash = hash.trim();
    assert!(hash.starts_with("#decide?tier=namespaces&limit."), "{hash}");
    let get = format!(
        "console.log(lab.address.get({key:?}) + '|' + lab.address.get('tier') + '|' + lab.address.link('matrix').split('#')[1].split('?')[0]);"
    );
    let back = printed(test, hash, &get).expect("Node.js was there a moment ago");
    assert_eq!(back.trim(), format!("{value}|namespaces|matrix"));
}

#[test]
fn an_address_that_is_none_of_ours_does_not_stop_the_script() {
    let test = "an_address_that_is_none_of_ours_does_not_stop_the_script";
    for hash in ["#%", "#?", "#a?b?c=%E0%A4%A", "#?%3D=%&&&==", "#%F0%9F"] {
        let script = "console.log(String(lab.address.get('tier')));";
        let Some(said) = printed(test, hash, script) else {
            return;
        };
        assert_eq!(said.trim(), "null", "{hash}");
    }
}
