//! Words contrast with what is behind them, in charts too, which axe-core leaves out.

use crate::Test;
use crate::case::Case;
use crate::page::Page;
use crate::support::{self, Made};

pub(crate) const TESTS: [Test; 2] = [
    ("words_contrast_in_light_and_dark", |case| {
        contrasts(case, &support::all(10));
    }),
    (
        "words_of_a_calibration_contrast_in_light_and_dark",
        |case| {
            contrasts(case, &support::replayed::calibration());
        },
    ),
];

fn contrasts(case: &Case<'_>, made: &Made) {
    let page = Page::of(made);
    let tab = case.tab();
    for dark in [false, true] {
        tab.dark(dark);
        tab.open(&page.address);
        let (is_dark, low): (bool, Vec<String>) = tab.run(include_str!("js/contrast.js"), &[]);
        assert_eq!(is_dark, dark, "the ground follows the reader's system");
        assert_eq!(low, Vec::<String>::new(), "dark: {dark}");
    }
}
