//! A setting lives in the page's address: who opens that address sees what the sender saw.

use serde_json::Value;

use crate::Test;
use crate::case::Case;

pub(crate) const TESTS: [Test; 3] = [
    ("an_address_holds_every_setting", holds_settings),
    ("a_link_inside_the_page_keeps_the_settings", keeps_settings),
    (
        "an_address_that_makes_no_sense_is_passed_over",
        passes_over_nonsense,
    ),
];

/// What the controls are set to, and which lines are struck out, hidden or sorted where.
const STATE: &str = include_str!("js/state.js");

/// What is typed into the search stands in the address when the hand rests.
const WRITTEN: &str = "location.hash.includes('rows.find=')";

fn holds_settings(case: &Case<'_>) {
    let page = case.whole();
    let tab = case.tab();
    tab.open(&page.address);
    let before: Value = tab.run(STATE, &[]);
    let controls: usize = tab.run(include_str!("js/set.js"), &[]);
    assert!(controls > 4, "{controls} controls");
    tab.until(WRITTEN);
    let sent: Value = tab.run(STATE, &[]);
    assert_ne!(before, sent, "the controls change something");
    let address = tab.address();
    assert!(address.contains('?'), "{address}");
    let other = case.tab();
    other.open(&address);
    let received: Value = other.run(STATE, &[]);
    assert_same(&sent, &received);
}

fn keeps_settings(case: &Case<'_>) {
    let page = case.whole();
    let tab = case.tab();
    tab.open(&page.address);
    let _: usize = tab.run(include_str!("js/set.js"), &[]);
    tab.until(WRITTEN);
    let before: Value = tab.run(STATE, &[]);
    let () = tab.run("scrollTo(0, 0);", &[]);
    tab.click("nav a[href='#rows']");
    assert!(tab.address().contains("#rows"), "{}", tab.address());
    assert_same(&before, &tab.run(STATE, &[]));
}

fn passes_over_nonsense(case: &Case<'_>) {
    let page = case.small();
    let tab = case.tab();
    tab.errors();
    tab.open(&page.address);
    let plain: Value = tab.run(STATE, &[]);
    for nonsense in [
        "#nowhere",
        "#decide?tier=nothing&sort=none&limit.none=x",
        "#decide?%zz",
        "#%",
        "#rows?sort=%00%00&q=",
        "#decide?tier=<script>window.hit=1</script>",
    ] {
        let other = case.tab();
        other.open(&format!("{}{nonsense}", page.address));
        let hit: bool = other.run("return 'hit' in window;", &[]);
        assert!(!hit, "{nonsense}");
        assert_eq!(other.errors(), Vec::<String>::new(), "{nonsense}");
        let tables: Value = other.run(STATE, &[]);
        assert_eq!(plain["lines"], tables["lines"], "{nonsense}");
    }
}

fn assert_same(sent: &Value, received: &Value) {
    assert_eq!(sent["controls"], received["controls"]);
    let lines = |state: &Value| state["lines"].as_array().expect("lines").clone();
    for (sent, received) in lines(sent).iter().zip(&lines(received)) {
        assert_eq!(sent, received);
    }
    assert_eq!(lines(sent).len(), lines(received).len());
}
