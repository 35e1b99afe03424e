//! Words contrast with what is behind them, in charts too, which axe-core leaves out.

use crate::Test;
use crate::case::Case;
use crate::page::Page;
use crate::support;

pub(crate) const TESTS: [Test; 2] = [
    ("words_contrast_in_light_and_dark", |case| {
        contrasts(case, case.whole());
    }),
    (
        "words_of_a_calibration_contrast_in_light_and_dark",
        |case| {
            contrasts(case, &Page::of(&support::replayed::calibration()));
        },
    ),
];

fn contrasts(case: &Case<'_>, page: &Page) {
    let tab = case.tab();
    for dark in [false, true] {
        tab.dark(dark);
        tab.open(&page.address);
        let (is_dark, low): (bool, Vec<String>) = tab.run(include_str!("js/contrast.js"), &[]);
        assert_eq!(is_dark, dark, "the ground follows the reader's system");
        assert_eq!(low, Vec::<String>::new(), "dark: {dark}");
    }
}
