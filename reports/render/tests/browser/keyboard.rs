//! The keyboard alone: it reaches every control and every link, one sees where it is, and Enter and
//! Space do what a click does.

use serde_json::json;

use crate::Test;
use crate::case::Case;
use crate::tab::{DOWN, ENTER, RIGHT, SPACE, TAB, Tab, UP};

pub(crate) const TESTS: [Test; 4] = [
    ("tab_reaches_every_control_and_link", reaches),
    ("enter_and_space_do_what_a_click_does", presses),
    ("arrows_move_through_the_matrix", arrows),
    ("a_sent_link_scrolls_to_its_row", jumps),
];

/// Key presses that are sent at once.
const AT_ONCE: usize = 200;

fn reaches(case: &Case<'_>) {
    let page = case.small();
    let tab = case.tab();
    for unfolded in [false, true] {
        tab.open(&page.address);
        let wanted: usize = tab.run(include_str!("js/focus.js"), &[json!(unfolded)]);
        assert!(wanted > 20, "{wanted} places");
        for _ in 0..=wanted.div_ceil(AT_ONCE) {
            tab.press(&[TAB; AT_ONCE]);
        }
        let missed: Vec<String> = tab.run("return labrunFocus.missed();", &[]);
        assert_eq!(
            missed,
            Vec::<String>::new(),
            "not reached, unfolded: {unfolded}"
        );
        let unseen: Vec<String> = tab.run("return labrunFocus.unseen();", &[]);
        assert_eq!(
            unseen,
            Vec::<String>::new(),
            "reached unseen, unfolded: {unfolded}"
        );
    }
}

/// How often each of these was clicked, by whatever hand.
const COUNT: &str = "
window.clicks = 0;
document.addEventListener('click', (event) => { window.clicks += 1; event.preventDefault(); }, true);";

fn presses(case: &Case<'_>) {
    let page = case.small();
    let tab = case.tab();
    tab.open(&page.address);
    // What looks like a control is one, so that the browser gives it its keys.
    let made_up: Vec<String> = tab.run(
        "return [...document.querySelectorAll('[onclick], [role=button]:not(button), [role=link]:not(a), [role=checkbox]:not(input), a:not([href])')]
            .map((one) => one.outerHTML.slice(0, 80));",
        &[],
    );
    assert_eq!(made_up, Vec::<String>::new());
    let () = tab.run(COUNT, &[]);
    for (selector, keys) in [
        ("a[href^='#']", &[ENTER][..]),
        ("summary", &[ENTER, SPACE][..]),
        ("button", &[ENTER, SPACE][..]),
        ("input[type=checkbox]", &[SPACE][..]),
    ] {
        for key in keys {
            let Some(before) = focus(&tab, selector) else {
                continue;
            };
            tab.press(&[*key]);
            let after: usize = tab.run("return window.clicks;", &[]);
            assert_eq!(after, before + 1, "{selector} by {key:?}");
        }
    }
}

/// Puts the keyboard on the first of these that is shown; the clicks until then.
fn focus(tab: &Tab<'_>, selector: &str) -> Option<usize> {
    tab.run(
        "const one = [...document.querySelectorAll(arguments[0])].find((one) => one.checkVisibility() && !one.disabled);
        one?.focus();
        return one ? window.clicks : null;",
        &[json!(selector)],
    )
}

/// The matrix is one place for Tab, and arrows go on from there.
fn arrows(case: &Case<'_>) {
    let page = case.small();
    let tab = case.tab();
    tab.open(&page.address);
    let here = |tab: &Tab<'_>| -> (String, i64, i64) {
        tab.run(
            "const cell = document.activeElement.closest('td');
            return [document.activeElement.dataset.row, cell.cellIndex, cell.parentElement.rowIndex];",
            &[],
        )
    };
    let () = tab.run(
        "document.querySelector('#matrix td a[tabindex=\"0\"]').focus();",
        &[],
    );
    let first = here(&tab);
    tab.press(&[DOWN]);
    let below = here(&tab);
    assert!(
        below.1 == first.1 && below.2 > first.2,
        "{first:?}, then {below:?}"
    );
    tab.press(&[UP]);
    assert_eq!(here(&tab), first);
    tab.press(&[RIGHT]);
    let beside = here(&tab);
    assert!(
        beside.2 == first.2 && beside.1 > first.1,
        "{first:?}, then {beside:?}"
    );
    tab.press(&[ENTER]);
    assert!(
        tab.address().ends_with(&format!("#row-{}", beside.0)),
        "{}",
        tab.address()
    );
}

/// A link to a row, sent to somebody, shows that row.
fn jumps(case: &Case<'_>) {
    let page = case.whole();
    let last = page.rows().iter().rposition(crate::page::is_measured);
    let id = format!("row-0-{}", last.expect("a measured row"));
    let tab = case.tab();
    tab.open(&format!("{}#{id}", page.address));
    let is_seen: bool = tab.run(
        "const { top, bottom } = document.getElementById(arguments[0]).getBoundingClientRect();
        return bottom > 0 && top < innerHeight;",
        &[json!(id)],
    );
    assert!(is_seen, "{id} is not in view");
}
