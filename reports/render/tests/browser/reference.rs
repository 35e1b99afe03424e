//! The matrix against a reference that the reader chooses.

use serde_json::json;

use crate::Test;
use crate::case::Case;
use crate::tab::Tab;

pub(crate) const TESTS: [Test; 2] = [
    (
        "a_loaded_instance_is_compared_with_a_fresh_container",
        chooses,
    ),
    (
        "the_reference_of_the_run_gives_the_ratios_of_the_run",
        chooses_the_same,
    ),
];

/// Chooses a reference, and tells of the question of loaded runners: its head, a ratio, what that is of by
/// the two medians, and all of the ratios.
const CHOOSE: &str = "
const select = document.querySelector('#matrix-reference');
select.value = arguments[0];
select.dispatchEvent(new Event('change', { bubbles: true }));
const table = document.querySelector('#matrix table.heat');
const heads = [...table.tHead.rows[0].cells].map((one) => one.textContent.trim());
const fresh = heads.findIndex((one) => one.includes('fresh process'));
const loaded = heads.findIndex((one) => one.includes('loaded runner'));
const rows = [...table.querySelectorAll('tbody tr:not(.group)')];
const cell = (name, at) =>
  rows.find((row) => row.cells[0].textContent.trim() === name).cells[at].querySelector('a');
const one = cell('wasmtime/cranelift-aot', loaded);
const base = cell(arguments[0] || 'native/static', fresh);
const ratios = [fresh, loaded].flatMap((at) => rows.map((row) => row.cells[at].textContent));
return [heads[loaded], one.firstChild.textContent.trim(), one.dataset.value / base.dataset.value, ratios];";

fn choose(tab: &Tab<'_>, reference: &str) -> (String, f64, f64, Vec<String>) {
    let (head, ratio, medians, ratios): (String, String, f64, Vec<String>) =
        tab.run(CHOOSE, &[json!(reference)]);
    let ratio = ratio
        .parse()
        .unwrap_or_else(|_| panic!("no ratio: {ratio}"));
    (head, ratio, medians, ratios)
}

fn chooses(case: &Case<'_>) {
    let tab = case.tab();
    tab.open(&case.whole().address);
    let (head, ratio, medians, _) = choose(&tab, "docker/runc");
    assert!(head.ends_with("against docker/runc (process)"), "{head}");
    assert!(medians < 0.01, "{medians}");
    assert!((ratio / medians - 1.0).abs() < 0.005, "{ratio} {medians}");
}

fn chooses_the_same(case: &Case<'_>) {
    let tab = case.tab();
    tab.open(&case.whole().address);
    let by_itself = choose(&tab, "");
    let chosen = choose(&tab, "native/static");
    assert_eq!(by_itself.1.to_bits(), chosen.1.to_bits());
    assert_eq!(by_itself.3, chosen.3);
    assert!(chosen.0.contains("native/static (process)"), "{}", chosen.0);
}
