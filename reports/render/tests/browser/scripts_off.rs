//! Without scripts everything can be read: every part, every row, and no control that does nothing.

use serde::Deserialize;

use crate::Test;
use crate::case::Case;
use crate::page::is_measured;

pub(crate) const TESTS: [Test; 1] = [("everything_can_be_read_without_scripts", readable)];

/// The parts of a page of a run with all measures.
pub(crate) const PARTS: [&str; 8] = [
    "answer",
    "decide",
    "matrix",
    "trade-off",
    "distributions",
    "rows",
    "evidence",
    "downloads",
];

#[derive(Debug, Deserialize)]
struct Seen {
    /// A part's id, and how many letters of it are seen.
    parts: Vec<(String, usize)>,
    /// Controls that are shown.
    controls: Vec<String>,
    /// Lines of the table of all rows.
    rows: usize,
    /// Charts that are shown, unfolded.
    charts: usize,
}

const SEEN: &str = "
const shown = (one) => one.checkVisibility({ visibilityProperty: true });
for (const one of document.querySelectorAll('details')) one.open = true;
const controls = 'button, input, select, textarea, .needs-script';
return {
  parts: [...document.querySelectorAll('main section[id]')].map((one) => [one.id, one.innerText.trim().length]),
  controls: [...document.querySelectorAll(controls)].filter(shown).map((one) => one.outerHTML.slice(0, 80)),
  rows: [...document.querySelectorAll('#rows [id^=row-]')].filter(shown).length,
  charts: [...document.querySelectorAll('figure svg')].filter(shown).length,
};";

fn readable(case: &Case<'_>) {
    let page = case.whole();
    let tab = case.tab();
    tab.scripts(false);
    tab.open(&page.address);
    let is_off: bool = tab.run("return typeof lab === 'undefined';", &[]);
    assert!(is_off, "the page's own scripts ran");
    let seen: Seen = tab.run(SEEN, &[]);
    tab.scripts(true);
    for part in PARTS {
        let letters = seen.parts.iter().find(|(id, _)| id == part);
        assert!(
            letters.is_some_and(|(_, letters)| *letters > 40),
            "{part}: {letters:?}"
        );
    }
    assert_eq!(
        seen.controls,
        Vec::<String>::new(),
        "controls that do nothing"
    );
    let measured = page.rows().iter().filter(|row| is_measured(row)).count();
    assert_eq!(seen.rows, measured);
    assert!(seen.charts > 5, "{} charts", seen.charts);
}
