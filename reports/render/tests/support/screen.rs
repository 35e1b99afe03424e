//! Reading the first screen.

use labrun_analysis::summarise;
use labrun_record::Row;

use super::Made;
use super::reader::{follow, read};

/// What stands between two marks of a page.
pub fn between<'a>(html: &'a str, start: &str, end: &str) -> &'a str {
    let (_, rest) = html.split_once(start).unwrap_or_default();
    rest.split_once(end).map_or("", |(inside, _)| inside)
}

/// The cards of the first run, each line by line.
pub fn cards(html: &str) -> Vec<Vec<String>> {
    let all = between(html, "<ul class=\"cards\">", "</ul>");
    let each = all.split("</li>").filter(|card| card.contains("<li"));
    let lines = |card: &str| read(card).lines().map(str::to_owned).collect();
    each.map(lines).collect()
}

/// What each card is about.
pub fn heads(html: &str) -> Vec<String> {
    cards(html).iter().map(|card| card[0].clone()).collect()
}

/// The rows that a piece shows the medians of, by their place, with the number of the files.
pub fn medians(piece: &str) -> Vec<(usize, f64)> {
    let each = piece.split(" data-row=\"0-").skip(1);
    let median = |rest: &str| {
        let (row, rest) = rest.split_once('"')?;
        let (value, _) = rest.strip_prefix(" data-value=\"")?.split_once('"')?;
        Some((
            row.parse().expect("a place"),
            value.parse().expect("a number"),
        ))
    };
    each.filter_map(median).collect()
}

/// The figure and its table.
pub fn picture(html: &str) -> &str {
    between(html, "<figure class=\"best\">", "</figure>")
}

/// Lanes of the picture.
pub fn lanes(html: &str) -> usize {
    picture(html).matches("<th scope=\"row\">").count()
}

/// The claims of the strip: what became of each, and its words.
pub fn strip(html: &str) -> Vec<(String, String)> {
    let text = read(between(
        html,
        "aria-label=\"Claims in circulation\">",
        "</ul>",
    ));
    let lines = text.lines().filter_map(|line| line.split_once(" \u{201c}"));
    lines
        .map(|(verdict, words)| (verdict.to_owned(), words.to_owned()))
        .collect()
}

pub fn well_formed(html: &str) {
    assert_eq!(*follow(html).wrong.borrow(), Vec::<String>::new());
}

/// Leaves the rows that `wanted` takes.
pub fn keep(made: &mut Made, wanted: impl Fn(&Row) -> bool) {
    let places: Vec<usize> = (0..made.run.rows.len())
        .filter(|place| wanted(&made.run.rows[*place]))
        .collect();
    made.samples.retain(|sample| places.contains(&sample.row));
    for sample in &mut made.samples {
        sample.row = places
            .iter()
            .position(|place| *place == sample.row)
            .expect("kept");
    }
    made.run.rows.retain(|row| wanted(row));
    made.run.parts.clear();
    made.summary = summarise(&made.run, &made.samples);
}
