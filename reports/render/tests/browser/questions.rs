//! Five questions that a reader comes with, each answered within two actions from the top of the page.
//! An action is a click, a choice or something typed; scrolling is none. `docs/PAGE.md` has the list.
//! What the page then shows is compared with what `summary.json` says.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::Test;
use crate::case::Case;
use crate::page::{Page, is_measured};
use crate::tab::Tab;

pub(crate) const TESTS: [Test; 5] = [
    ("which_start_is_under_10_ms", which_start),
    (
        "what_costs_memory_per_instance_least_at_tier_namespaces_or_above",
        least_memory,
    ),
    ("is_wasm_near_native_on_json", near_native),
    ("what_was_not_measured_and_why", not_measured),
    ("how_was_this_row_measured", how_measured),
];

/// Somebody who opened the page, and how much they had to do.
struct Reader<'a> {
    tab: Tab<'a>,
    page: &'a Page,
    actions: usize,
}

impl<'a> Reader<'a> {
    fn opens(case: &Case<'a>) -> Self {
        let page = case.whole();
        let tab = case.tab();
        tab.open(&page.address);
        Self {
            tab,
            page,
            actions: 0,
        }
    }

    fn clicks(&mut self, selector: &str) {
        self.acts();
        self.tab.click(selector);
    }

    fn types(&mut self, selector: &str, text: &str) {
        self.acts();
        self.tab.write(selector, text);
    }

    fn acts(&mut self) {
        self.actions += 1;
        assert!(self.actions <= 2, "more than two actions");
    }

    /// The rows of a metric and a workload, with their numbers in the run.
    fn rows(&self, metric: &str, workload: &str) -> Vec<(usize, &Value)> {
        let rows = self.page.rows().iter().enumerate();
        rows.filter(|(_, row)| row["metric"] == metric && row["workload"] == workload)
            .collect()
    }
}

fn which_start(case: &Case<'_>) {
    let mut reader = Reader::opens(case);
    reader.types(
        "#decide [data-limit='time_to_first_result/add/process']",
        "10ms",
    );
    reader.types(
        "#decide [data-limit='time_to_first_result/add/loaded']",
        "10ms",
    );
    let left: BTreeSet<String> = reader.tab.run(LEFT, &[]);
    let under = |start: &str| -> BTreeSet<String> {
        let rows = reader.rows("time_to_first_result", "add").into_iter();
        let rows = rows.filter(|(_, row)| row["start"] == start);
        let under = rows.filter(|(_, row)| row["median"].as_f64().is_some_and(|ns| ns <= 10e6));
        under.map(|(_, row)| word(row, "isolation")).collect()
    };
    let (process, loaded) = (under("process"), under("loaded"));
    assert!(
        !process.is_empty() && process != loaded,
        "the limit tells them apart"
    );
    assert_eq!(left, process.intersection(&loaded).cloned().collect());
}

/// The isolations that are neither struck out nor without a number for a limit.
const LEFT: &str = "
return [...document.querySelectorAll('#decide tr[data-line]:not(.out):not(.unknown)')]
  .filter((one) => one.checkVisibility()).map((one) => one.dataset.line);";

fn least_memory(case: &Case<'_>) {
    let mut reader = Reader::opens(case);
    reader.clicks("#decide-tier option[value=namespaces]");
    reader.clicks("//*[@id='decide']//th[starts-with(@data-column, 'memory_marginal')]//button");
    let first: Option<String> = reader.tab.run(
        "const head = document.querySelector(\"#decide th[data-column^='memory_marginal']\");
        const line = document.querySelector('#decide tr[data-line]:not(.out):not(.unknown)');
        return line.cells[head.cellIndex].querySelector('[data-row]')?.dataset.row ?? null;",
        &[],
    );
    let shown: usize = first
        .and_then(|row| row.strip_prefix("0-")?.parse().ok())
        .expect("a row of this run");
    let shown = &reader.page.rows()[shown];
    let others = reader
        .rows("memory_marginal", &word(shown, "workload"))
        .into_iter();
    let strict =
        others.filter(|(_, row)| row["tier"] != "process" && row["scope"] == shown["scope"]);
    let least = strict
        .filter_map(|(_, row)| row["median"].as_f64())
        .reduce(f64::min);
    assert_eq!(shown["median"].as_f64(), least, "{shown}");
}

fn near_native(case: &Case<'_>) {
    let mut reader = Reader::opens(case);
    reader.clicks("//*[@id='answer']//a[contains(., 'near-native')]");
    let said: String = reader.tab.run(
        "const claim = document.getElementById(location.hash.slice(1).split('?')[0]);
        const line = [...claim.querySelectorAll('tr')].find((one) => [...one.cells].some((cell) => cell.innerText.trim() === 'json'));
        return line.innerText;",
        &[],
    );
    // The margin of a verdict, as a factor of the rate.
    let near = 1.0 / 1.05;
    let rows = reader.rows("operations_per_second", "json").into_iter();
    let wasm =
        rows.filter(|(_, row)| row["tier"] == "wasm-sandbox" && row["ratio"]["ci"].is_array());
    let ends: Vec<[f64; 2]> = wasm
        .map(|(_, row)| [0, 1].map(|end| row["ratio"]["ci"][end].as_f64().expect("a number")))
        .collect();
    let inside = ends.iter().filter(|[low, _]| *low >= near).count();
    let outside = ends.iter().filter(|[_, high]| *high < near).count();
    let verdict = match (inside, outside) {
        (inside, _) if inside == ends.len() => "holds",
        (_, outside) if outside == ends.len() => "does not hold",
        (inside, outside) if inside + outside == ends.len() => "holds for some",
        _ => "not decided for all",
    };
    assert!(said.contains(verdict), "{verdict}: {said}");
    assert!(
        said.contains(&format!("{inside} of {} rows", ends.len())),
        "{said}"
    );
}

fn not_measured(case: &Case<'_>) {
    let mut reader = Reader::opens(case);
    reader.clicks("nav a[href='#rows']");
    reader.clicks("//*[@id='rows']//summary[contains(., 'cannot be measured')]");
    let said: String = reader
        .tab
        .run("return document.getElementById('rows').innerText;", &[]);
    let rows = reader.page.rows().iter();
    let left: Vec<&Value> = rows
        .filter(|row| !is_measured(row) && row["outcome"] != "not-selected")
        .collect();
    let reasons: BTreeSet<String> = left.iter().map(|row| word(row, "reason")).collect();
    assert!(reasons.len() > 3, "{reasons:?}");
    for reason in &reasons {
        assert_eq!(said.matches(reason.as_str()).count(), 1, "{reason}");
        let entry: String = reader.tab.run(
            "return [...document.querySelectorAll('#rows li')].find((one) => one.innerText.includes(arguments[0])).innerText;",
            &[json!(reason)],
        );
        for row in left.iter().filter(|row| row["reason"] == reason.as_str()) {
            assert!(entry.contains(&word(row, "isolation")), "{entry}: {row}");
            assert!(entry.contains(&word(row, "outcome")), "{entry}: {row}");
        }
    }
}

fn how_measured(case: &Case<'_>) {
    let mut reader = Reader::opens(case);
    let card = "#answer .card a[data-row]";
    let row: String = reader.tab.run(
        "return document.querySelector(arguments[0]).dataset.row;",
        &[json!(card)],
    );
    reader.clicks(card);
    let number: usize = row
        .strip_prefix("0-")
        .and_then(|row| row.parse().ok())
        .expect("a row of this run");
    let asked = reader.page.rows()[number].clone();
    let line = format!("#row-{row}");
    let (is_seen, said): (bool, String) = reader.tab.run(
        "const line = document.querySelector(arguments[0]);
        const { top, bottom } = line.getBoundingClientRect();
        return [bottom > 0 && top < innerHeight, line.innerText];",
        &[json!(line)],
    );
    assert!(is_seen, "{line} is not in view");
    let n = asked["n"].as_u64().expect("a number").to_string();
    let digest = word(&asked, "artifact_sha256");
    for part in [
        word(&asked, "isolation"),
        word(&asked, "isolation_version"),
        digest[..8].to_owned(),
        n,
    ] {
        assert!(said.contains(&part), "{part}: {said}");
    }
    reader.clicks(&format!("{line} button"));
    let shown: String = reader.tab.run("return document.body.innerText;", &[]);
    let isolation = word(&asked, "isolation");
    let command = shown
        .lines()
        .find(|line| line.contains("labrun scenario") && line.contains(&isolation));
    let command = command.unwrap_or_else(|| panic!("no command for {isolation}"));
    assert!(command.contains(&word(&asked, "workload")), "{command}");
}

/// A word of a row.
fn word(row: &Value, key: &str) -> String {
    row[key]
        .as_str()
        .unwrap_or_else(|| panic!("no {key}: {row}"))
        .to_owned()
}
