//! What stands in the figures of a page.

use labrun_analysis::Numbers;
use labrun_record::Metric;

use super::Made;
use super::reader::of;

/// The page without its scripts, as one who reads no script has it.
pub fn read(made: &Made) -> String {
    let html = of(made);
    let (body, _) = html.split_once("<script").unwrap_or((&html, ""));
    format!("{}</body></html>", body.trim_end_matches("</body></html>"))
}

/// What stands in a figure.
pub fn figure<'a>(html: &'a str, id: &str) -> &'a str {
    let found = html.split_once(&format!("<figure class=\"drawn\" id=\"{id}\""));
    let (_, rest) = found.unwrap_or_else(|| panic!("no figure {id}"));
    rest.split_once("</figure>").map_or(rest, |(own, _)| own)
}

/// The values of an attribute, wherever it is.
pub fn attributes<'a>(html: &'a str, name: &str) -> Vec<&'a str> {
    let mut rest = html;
    let mut values = Vec::new();
    while let Some((_, after)) = rest.split_once(&format!(" {name}=\"")) {
        let (value, more) = after.split_once('"').expect("a quote");
        values.push(value);
        rest = more;
    }
    values
}

pub fn numbers_mut(made: &mut Made, metric: Metric) -> impl Iterator<Item = &mut Numbers> {
    let rows = made.summary.results.iter_mut();
    let own = rows.filter(move |row| row.row.metric == metric);
    own.filter_map(|row| row.numbers.as_mut())
}
