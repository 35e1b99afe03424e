//! Reading a page as a browser tokenises it.

use std::cell::RefCell;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{
    BufferQueue, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};

use super::Made;

/// The page of a made-up run.
pub fn of(made: &Made) -> String {
    labrun_render::page(&made.run, &made.samples, &made.summary).expect("a page")
}

/// Follows the tags, and keeps what is wrong and what a reader sees.
#[derive(Default)]
pub struct Follow {
    open: RefCell<Vec<String>>,
    pub wrong: RefCell<Vec<String>>,
    text: RefCell<String>,
    pub rows: RefCell<usize>,
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
        let raw = match name.as_str() {
            "style" => Some(RawKind::Rawtext),
            "script" => Some(RawKind::ScriptData),
            _ => None,
        };
        self.open.borrow_mut().push(name);
        raw.map_or(TokenSinkResult::Continue, TokenSinkResult::RawData)
    }

    fn words(&self, text: &str) {
        if self
            .open
            .borrow()
            .iter()
            .any(|t| t == "style" || t == "script")
        {
            return;
        }
        self.text.borrow_mut().push_str(text);
    }
}

pub fn follow(html: &str) -> Follow {
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

pub fn read(html: &str) -> String {
    let followed = follow(html);
    let text = followed.text.borrow();
    let lines: Vec<&str> = text
        .lines()
        .map(str::trim)
        .filter(|l| !l.is_empty())
        .collect();
    lines.join("\n")
}
