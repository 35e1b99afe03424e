//! The page of a made-up run: its text as a golden file, its shape, its size, its safety.

mod support;

use std::cell::RefCell;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{
    BufferQueue, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};
use labrun_render::{RenderError, Section, page, pages};
use support::{Made, few, made};

fn of(made: &Made) -> String {
    page(&made.run, &made.samples, &made.summary).expect("a page")
}

/// Follows the tags, and keeps what is wrong and what a reader sees.
#[derive(Default)]
struct Follow {
    open: RefCell<Vec<String>>,
    wrong: RefCell<Vec<String>>,
    text: RefCell<String>,
    rows: RefCell<usize>,
}

const VOID: [&str; 3] = ["meta", "br", "link"];

impl TokenSink for Follow {
    type Handle = ();

    fn process_token(&self, token: Token, line: u64) -> TokenSinkResult<()> {
        match token {
            Token::TagToken(tag) => return self.tag(&tag, line),
            Token::CharacterTokens(text) => self.words(&text),
            Token::ParseError(what) => self.wrong.borrow_mut().push(format!("{line}: {what}")),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

impl Follow {
    fn tag(&self, tag: &html5ever::tokenizer::Tag, line: u64) -> TokenSinkResult<()> {
        let name = tag.name.to_string();
        if tag.kind == TagKind::EndTag {
            let last = self.open.borrow_mut().pop();
            if last.as_deref() != Some(&*name) {
                let found = format!("{line}: </{name}> closes {last:?}");
                self.wrong.borrow_mut().push(found);
            }
            if [
                "p", "tr", "h1", "h2", "h3", "li", "caption", "summary", "text",
            ]
            .contains(&&*name)
            {
                self.text.borrow_mut().push('\n');
            } else if ["td", "th", "dt"].contains(&&*name) {
                self.text.borrow_mut().push_str(" | ");
            }
            return TokenSinkResult::Continue;
        }
        *self.rows.borrow_mut() += usize::from(name == "tr");
        if tag.self_closing || VOID.contains(&&*name) {
            return TokenSinkResult::Continue;
        }
        let raw = name == "style";
        self.open.borrow_mut().push(name);
        if raw {
            TokenSinkResult::RawData(RawKind::Rawtext)
        } else {
            TokenSinkResult::Continue
        }
    }

    fn words(&self, text: &str) {
        if self.open.borrow().iter().any(|t| t == "style") {
            return;
        }
        self.text.borrow_mut().push_str(text);
    }
}

fn follow(html: &str) -> Follow {
    let input = BufferQueue::default();
    input.push_back(StrTendril::from(html));
    let tokenizer = Tokenizer::new(
        Follow::default(),
        TokenizerOpts {
            exact_errors: true,
            ..TokenizerOpts::default()
        },
    );
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    let followed = tokenizer.sink;
    if !followed.open.borrow().is_empty() {
        let left = format!("never closed: {:?}", followed.open.borrow());
        followed.wrong.borrow_mut().push(left);
    }
    followed
}

#[test]
fn what_a_reader_reads() {
    let followed = follow(&of(&few()));
    let text = followed.text.borrow();
    let lines: Vec<&str> = text
        .lines()
        .map(str::trim)
        .filter(|l| !l.is_empty())
        .collect();
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn it_is_well_formed_and_has_every_row() {
    let made = made(10);
    let followed = follow(&of(&made));
    assert_eq!(*followed.wrong.borrow(), Vec::<String>::new());
    assert!(*followed.rows.borrow() > made.run.rows.len());
    let body_rows = of(&made).matches("<th scope=\"row\">").count();
    assert!(body_rows > made.run.rows.len());
}

#[test]
fn it_loads_nothing() {
    let html = of(&made(10));
    for forbidden in [
        "http://", "https://", "<script", "<link", "<img", "@import", "url(", "src=",
    ] {
        assert!(!html.contains(forbidden), "{forbidden}");
    }
}

#[test]
fn it_is_under_two_megabytes_at_its_largest() {
    let html = of(&support::largest());
    assert!(html.len() < 2_000_000, "{} bytes", html.len());
}

#[test]
fn the_same_run_gives_the_same_page() {
    assert_eq!(of(&few()), of(&few()));
}

fn section(made: &Made) -> Section<'_> {
    Section {
        run: &made.run,
        samples: &made.samples,
        summary: &made.summary,
    }
}

#[test]
fn ids_are_unique_and_labels_point_at_them() {
    let (one, two) = (few(), few());
    let html = pages(&[section(&one), section(&two)]).expect("a page");
    let mut ids: Vec<&str> = html
        .split(" id=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect();
    let labels = html
        .split("aria-labelledby=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next());
    for label in labels.flat_map(str::split_whitespace) {
        assert!(ids.contains(&label), "{label}");
    }
    let all = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), all);
}

#[test]
fn everything_is_escaped() {
    let mut made = few();
    let evil = "<b onload=\"x\">&'</b></svg></style>";
    made.run.question = evil.into();
    made.run.command = vec!["labrun".into(), evil.into()];
    for row in &mut made.summary.results {
        row.row.workload = evil.into();
        row.row.isolation = format!("{evil}/{evil}");
        row.reason = row.reason.as_ref().map(|_| evil.into());
    }
    let html = of(&made);
    assert!(
        !html.contains("<b onload") && !html.contains("onload=\"x\""),
        "not escaped"
    );
    assert_eq!(*follow(&html).wrong.borrow(), Vec::<String>::new());
}

#[test]
fn marks_are_where_they_must_be() {
    let mut made = few();
    assert!(!of(&made).contains("Indicative."));
    made.run.indicative = true;
    made.run.interrupted = Some("Ctrl-C".into());
    made.run.machine.emulated = true;
    made.summary = labrun_analysis::summarise(&made.run, &made.samples);
    let html = of(&made);
    for mark in [
        "Indicative.",
        "Incomplete.",
        "Emulated.",
        "\u{b7} indicative",
        "\u{b7} emulated",
    ] {
        assert!(html.contains(mark), "{mark}");
    }
}

#[test]
fn a_run_without_a_sample_still_has_its_page() {
    let mut made = few();
    made.samples.clear();
    made.summary = labrun_analysis::summarise(&made.run, &made.samples);
    let html = of(&made);
    assert!(html.contains("Nothing was measured."));
    assert_eq!(*follow(&html).wrong.borrow(), Vec::<String>::new());
}

#[test]
fn the_summary_of_another_run_is_refused() {
    let (one, mut other) = (few(), few());
    other.summary.results.pop();
    let refused = page(&one.run, &one.samples, &other.summary);
    assert!(matches!(refused, Err(RenderError::Mismatch { .. })));
}
