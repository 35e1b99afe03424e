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
    labrun_render::page(&made.run, &made.summary).expect("a page")
}

/// Follows the tags, and keeps what is wrong and what a reader sees.
#[derive(Default)]
pub struct Follow {
    open: RefCell<Vec<String>>,
    pub wrong: RefCell<Vec<String>>,
    text: RefCell<String>,
    pub rows: RefCell<usize>,
}

const VOID: [&str; 5] = ["meta", "br", "link", "col", "input"];

/// What ends an element whose end tag may be left out: the next of these, or the end of the table.
const ENDS: [(&str, &[&str]); 5] = [
    ("p", &["p", "td", "th", "tr", "tbody"]),
    ("td", &["td", "th", "tr", "tbody"]),
    ("th", &["td", "th", "tr", "tbody"]),
    ("tr", &["tr", "tbody"]),
    ("tbody", &["tbody"]),
];

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
        self.imply(&name, tag.kind);
        if tag.kind == TagKind::EndTag {
            let last = self.open.borrow_mut().pop();
            if last.as_deref() != Some(&*name) {
                let found = format!("{line}: </{name}> closes {last:?}");
                self.wrong.borrow_mut().push(found);
            }
            self.ended(&name);
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

    /// Ends what a tag ends without saying so.
    fn imply(&self, name: &str, kind: TagKind) {
        loop {
            let last = self.open.borrow().last().cloned();
            let ends = ENDS.iter().find(|(open, _)| Some(*open) == last.as_deref());
            let Some((open, by)) = ends else { return };
            let ended = match kind {
                TagKind::StartTag => by.contains(&name),
                TagKind::EndTag => {
                    ["tr", "tbody", "thead", "table"].contains(&name) && *open != name
                }
            };
            if !ended {
                return;
            }
            self.open.borrow_mut().pop();
            self.ended(open);
        }
    }

    /// What a reader sees of the end of an element.
    fn ended(&self, name: &str) {
        if [
            "p", "tr", "h1", "h2", "h3", "li", "caption", "summary", "text",
        ]
        .contains(&name)
        {
            self.text.borrow_mut().push('\n');
        } else if ["td", "th", "dt"].contains(&name) {
            self.text.borrow_mut().push_str(" | ");
        }
    }

    fn words(&self, text: &str) {
        let open = self.open.borrow();
        if open.iter().any(|t| t == "style" || t == "script") {
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

/// A line of the table of all rows.
pub struct Line {
    /// `0-12`: of the first run the row with this number.
    pub row: String,
    /// Its median, as scripts read it.
    pub value: f64,
    /// What a reader sees in its cells.
    pub cells: Vec<String>,
}

/// The lines of the table of all rows, in their order.
pub fn lines(html: &str) -> Vec<Line> {
    let table = html
        .split("<table id=\"every\">")
        .nth(1)
        .unwrap_or_default();
    let table = table.split("</table>").next().unwrap_or_default();
    let groups = table.split("<tr class=q>").skip(1);
    groups.flat_map(group).collect()
}

/// The lines below a question, each with it as the page's script has them: workload and question behind
/// the isolation, and the run where there are several.
fn group(group: &str) -> Vec<Line> {
    let mut rows = group.split("<tr id=row-");
    let head = cells(rows.next().expect("a head"));
    let [workload, question] = &head[..] else {
        panic!("other cells: {head:?}")
    };
    let line = |row: &str| {
        let (tag, rest) = row.split_once('>').expect("a whole tag");
        let words: Vec<&str> = tag.split(' ').collect();
        let [id, value] = words[..] else {
            panic!("other attributes: {tag}")
        };
        let value = value.strip_prefix("data-value=").expect("a value");
        let (first, others) = rest.split_once("<td").expect("several cells");
        let parts: Vec<&str> = first.splitn(3, "<p>").collect();
        let own = parts.get(2).map(|own| format!(", {}", plain(own)));
        let mut cells = cells(&format!("{}<td{others}", parts[..2].join("<p>")));
        let place = cells.len() - 8;
        cells.insert(place, workload.clone());
        cells.insert(place + 1, question.clone() + &own.unwrap_or_default());
        Line {
            row: id.to_owned(),
            value: value.parse().expect("a number"),
            cells,
        }
    };
    rows.map(line).collect()
}

/// The words of the cells of a line.
fn cells(line: &str) -> Vec<String> {
    let line = line.split("<tbody>").next().unwrap_or_default();
    let cells = line.replace("<th", "<td");
    cells.split("<td").skip(1).map(words_of).collect()
}

/// The words behind the rest of a tag, without the tags among them.
fn words_of(cell: &str) -> String {
    let (_, words) = cell.split_once('>').expect("a whole tag");
    let parts = words.split('<').enumerate();
    let parts = parts.map(|(i, part)| {
        if i == 0 {
            part
        } else {
            part.split_once('>').map_or("", |(_, t)| t)
        }
    });
    plain(&parts.collect::<Vec<_>>().join(" "))
}

/// Words as they are without what escapes them.
fn plain(words: &str) -> String {
    let words = words
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"");
    words.replace("&amp;", "&").trim().to_owned()
}

/// The page without its scripts, and without the files that it holds: what may hold any letters.
pub fn without_scripts(html: &str) -> String {
    let parts = html.split("<script").enumerate();
    let parts = parts.map(|(i, part)| match i {
        0 => part,
        _ => part.split_once("</script>").map_or("", |(_, rest)| rest),
    });
    let text: String = parts.collect();
    let parts = text.split("href=\"data:").enumerate();
    let parts = parts.map(|(i, part)| match i {
        0 => part,
        _ => part.split_once('"').map_or("", |(_, rest)| rest),
    });
    parts.collect()
}
