//! Nothing sticks out of the page or lies over something else, from a phone to a projector.

use serde_json::json;

use crate::Test;
use crate::case::Case;
use crate::page::Page;
use crate::support;
use crate::tab::Tab;

pub(crate) const TESTS: [Test; 4] = [
    ("nothing_sticks_out_at_any_width", fits),
    ("a_replay_sticks_out_at_no_width", |case| {
        fits_everywhere(case, &Page::of(&support::replayed::calibration()));
    }),
    ("words_of_the_first_screen_do_not_overlap", no_overlap),
    ("the_first_screen_holds_the_answer", first_screen),
];

const WIDTHS: [u32; 5] = [360, 768, 1280, 1920, 3840];

fn fits(case: &Case<'_>) {
    fits_everywhere(case, case.whole());
}

fn fits_everywhere(case: &Case<'_>, page: &Page) {
    let tab = case.tab();
    for width in WIDTHS {
        tab.wide(width, 900);
        tab.open(&page.address);
        assert_fits(&tab, width);
    }
}

/// The page is as wide as the window, with all that can be unfolded unfolded.
pub(crate) fn assert_fits(tab: &Tab<'_>, width: u32) {
    for unfolded in [false, true] {
        let (excess, out): (i64, Vec<String>) =
            tab.run(include_str!("js/overflow.js"), &[json!(unfolded)]);
        assert!(
            excess <= 0,
            "{excess} pixels too wide at {width}, unfolded {unfolded}: {out:#?}"
        );
    }
}

fn no_overlap(case: &Case<'_>) {
    let few = Page::of(&support::few());
    for page in [case.whole(), &few] {
        let tab = case.tab();
        for width in WIDTHS {
            tab.wide(width, width * 10 / 16);
            tab.open(&page.address);
            let over: Vec<String> =
                tab.run(include_str!("js/overlap.js"), &[json!("header, #answer")]);
            assert_eq!(over, Vec::<String>::new(), "at {width}");
        }
    }
}

/// The question, the cards and the one chart, seen without scrolling.
fn first_screen(case: &Case<'_>) {
    const BELOW: &str = "
    const wanted = [...document.querySelectorAll('h1, #answer .card, #answer figure')];
    const seen = ['h1', '#answer .card', '#answer figure'].filter((one) => document.querySelector(one));
    const below = wanted.filter((one) => one.getBoundingClientRect().bottom > innerHeight && !one.closest('details'));
    return [seen, below.map((one) => one.tagName + ' ' + Math.round(one.getBoundingClientRect().bottom))];";
    let (few, memory) = (
        Page::of(&support::few()),
        Page::of(&support::one_of("memory")),
    );
    for page in [case.whole(), &few, &memory] {
        let tab = case.tab();
        tab.open(&page.address);
        let (seen, below): (Vec<String>, Vec<String>) = tab.run(BELOW, &[]);
        assert_eq!(
            seen,
            ["h1", "#answer .card", "#answer figure"],
            "{}",
            page.scenario()
        );
        assert_eq!(below, Vec::<String>::new(), "{}", page.scenario());
    }
}
