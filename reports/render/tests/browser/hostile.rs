//! Text from outside stays text: no script of it runs, nothing of it is lost, and it tears nothing.

use labrun_analysis::summarise;

use crate::Test;
use crate::case::Case;
use crate::layout::assert_fits;
use crate::page::Page;
use crate::support::{self, Made};

pub(crate) const TESTS: [Test; 2] = [
    ("text_from_outside_stays_text", stays_text),
    (
        "text_from_outside_stays_text_in_a_replay",
        stays_text_in_a_replay,
    ),
];

/// What would set `window.hit` if any of it were taken for more than text.
const MARKUP: [&str; 5] = [
    "<script>window.hit=1</script>",
    "</script><script>window.hit=2</script>",
    "<img src=x onerror=window.hit=3>",
    "\" onmouseover=window.hit=4 x='",
    "]]></style><svg onload=window.hit=5>",
];

/// What turns around, is wide, looks like a formula, or has no place to break.
const ODD: [&str; 5] = [
    "\u{202e}\u{645}\u{631}\u{62d}\u{628}\u{627} \u{628}\u{627}\u{644}\u{639}\u{627}\u{644}\u{645}",
    "\u{1f680}\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}\u{1f1ea}\u{1f1fa}",
    "=HYPERLINK(\"http://example.com\";\"x\")",
    "a&b&amp;c %3Cscript%3E {{x}} ${x} \\u003c",
    LONG,
];

/// 200 letters without a place to break.
const LONG: &str = "wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww\
wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww";

fn all_words() -> impl Iterator<Item = &'static str> {
    MARKUP.into_iter().chain(ODD)
}

/// A run in which everything that has a name has one of these.
fn hostile(mut made: Made) -> Made {
    let words: Vec<&str> = all_words().collect();
    let mut names: Vec<String> = made
        .run
        .rows
        .iter()
        .map(|row| row.isolation.clone())
        .collect();
    names.dedup();
    let renamed = |name: &str| {
        let (technology, configuration) = name.split_once('/').unwrap_or((name, ""));
        let place = names
            .iter()
            .position(|other| other == name)
            .unwrap_or_default();
        let (before, after) = (
            words[place % words.len()],
            words[(place * 3 + 1) % words.len()],
        );
        format!("{technology}{before}/{configuration}{after}")
    };
    let run = &mut made.run;
    for row in &mut run.rows {
        row.isolation = renamed(&row.isolation);
    }
    for isolation in &mut run.isolations {
        isolation.name = renamed(&isolation.name);
        isolation.version = Some(words.concat());
        isolation.reason = isolation.reason.as_ref().map(|_| words.concat());
        for setting in &mut isolation.settings {
            setting.name = words.concat();
            setting.value = words.concat();
            setting.reason = words.concat();
        }
    }
    for reference in &mut run.references {
        reference.isolation = renamed(&reference.isolation);
    }
    run.question = words.concat();
    run.machine.cpu = words.concat();
    run.machine.host = words.concat();
    run.command = words.iter().map(|word| (*word).to_owned()).collect();
    for artifact in &mut run.artifacts {
        artifact.toolchain = words.concat();
        artifact.path = words.concat().into();
    }
    for sample in &mut made.samples {
        sample.reason = sample.reason.as_ref().map(|_| words.concat());
    }
    made.summary = summarise(&made.run, &made.samples);
    made
}

fn stays_text(case: &Case<'_>) {
    is_harmless(case, &hostile(support::few_of_all()));
}

fn stays_text_in_a_replay(case: &Case<'_>) {
    let mut made = support::replayed::commits();
    let words = all_words().collect::<String>();
    made.run.question.clone_from(&words);
    made.run.machine.cpu.clone_from(&words);
    for sample in &mut made.samples {
        sample.reason = sample.reason.as_ref().map(|_| words.clone());
    }
    made.summary = summarise(&made.run, &made.samples);
    is_harmless(case, &made);
}

fn is_harmless(case: &Case<'_>, made: &Made) {
    let page = Page::of(made);
    let tab = case.tab();
    for width in [360, 1280] {
        tab.errors();
        tab.wide(width, 900);
        tab.open(&page.address);
        assert_fits(&tab, width);
        // Pointing at things and going through them is what a reader does.
        let hit: Option<u32> = tab.run(
            "for (const one of document.querySelectorAll('*')) {
              for (const name of ['mouseover', 'focusin', 'click']) {
                if (name !== 'click' || one.tagName !== 'A') one.dispatchEvent(new Event(name, { bubbles: true }));
              }
            }
            return window.hit ?? null;",
            &[],
        );
        assert_eq!(hit, None, "text ran as a script");
        let brought: Vec<String> = tab.run(
            "return [...document.querySelectorAll('img, iframe, object, embed, link[href], script[src]')].map((one) => one.outerHTML);",
            &[],
        );
        assert_eq!(brought, Vec::<String>::new());
        assert_eq!(tab.errors(), Vec::<String>::new());
        let text: String = tab.run("return document.body.textContent;", &[]);
        for word in all_words() {
            assert!(text.contains(word), "{word} is not there as it was");
        }
    }
}
