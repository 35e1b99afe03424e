//! Latency under load: by percentile, and against the rate where rows have several.

use labrun_analysis::{RowSummary, share_of};
use labrun_record::Metric;
use maud::{Markup, PreEscaped, html};

use super::What;
use crate::RenderError;
use crate::chart::{self, Chart, Line, Panel, Tail, TailPanel};
use crate::facets::{Facets, facet, named};
use crate::page::figure::{Figure, number};
use crate::words::{self, distinct};

/// Lines of a panel at most: those that are best, of many one of each technology.
const LINES: usize = 12;

/// Rows that differ in their rate and their percentile alone.
struct Case<'a> {
    name: String,
    rows: Vec<&'a RowSummary>,
}

/// The charts of a latency; none of another metric.
pub(super) fn figures(what: &What<'_>, rows: &[&RowSummary]) -> Result<Vec<Markup>, RenderError> {
    let mut figures = Vec::new();
    if what.metric != Metric::Latency {
        return Ok(figures);
    }
    let mut rates = distinct(rows.iter().filter_map(|row| facet(row, "rate")));
    rates.sort_by(|a, b| amount(a).total_cmp(&amount(b)));
    let mut percentiles = distinct(rows.iter().filter_map(|row| facet(row, "percentile")));
    percentiles.sort_by(|a, b| share(a).total_cmp(&share(b)));
    let cases = cases(rows, &rates);
    let told = told(rows);
    let all = distinct(rows.iter().map(|row| named(row, &told))).len();
    let more = match all - cases.len() {
        0 => String::new(),
        more => format!(" The best of each technology; {more} more are in the table of every row."),
    };
    let panels = tails(&cases, &rates);
    if !panels.is_empty() {
        let chart = what.chart("tail", "latency by percentile");
        let description = format!(
            "How long the slowest half, tenth, hundredth of the requests took, and so on to as few as there were requests for, on two logarithmic axes, by the rate at which they were due. Lower is faster.{more}"
        );
        let svg = chart::tail(&chart, &description, &panels)?;
        figures.push(figure(
            &chart,
            &description,
            svg,
            table(what, &cases, &rates, &percentiles),
        ));
    }
    if rates.len() > 1 {
        let chart = what.chart("rates", "latency against the rate");
        let description = format!(
            "The quantile at the rates {} on a logarithmic axis, a panel for each percentile. A line that rises is near its limit. Lower is faster.{more}",
            rates.join(", ")
        );
        let panels: Vec<Panel<'_>> = percentiles
            .iter()
            .map(|percentile| against(&cases, percentile, &rates))
            .filter(|panel| !panel.lines.is_empty())
            .collect();
        if !panels.is_empty() {
            let svg = chart::rates(&chart, &description, &rates, &panels)?;
            figures.push(figure(
                &chart,
                &description,
                svg,
                table(what, &cases, &rates, &percentiles),
            ));
        }
    }
    Ok(figures)
}

fn figure(chart: &Chart<'_>, description: &str, svg: String, numbers: Markup) -> Markup {
    let figure = Figure {
        chart,
        description,
        legend: html! {},
        drawn: html! { (PreEscaped(svg)) },
        numbers,
    };
    figure.markup()
}

/// What tells cases apart beside their isolation.
fn told<'a>(rows: &[&'a RowSummary]) -> Vec<&'a str> {
    Facets::of(rows, false).varying(&["rate", "percentile"])
}

/// The cases, the fastest at the highest rate first; of many one of each technology.
fn cases<'a>(rows: &[&'a RowSummary], rates: &[&str]) -> Vec<Case<'a>> {
    let told = told(rows);
    let names = distinct(rows.iter().map(|row| named(row, &told)));
    let mut cases: Vec<Case<'_>> = names
        .into_iter()
        .map(|name| {
            let own = rows.iter().copied();
            let rows = own.filter(|row| named(row, &told) == name).collect();
            Case { name, rows }
        })
        .collect();
    let highest = |case: &Case<'a>| {
        let place = |row: &RowSummary| {
            rates
                .iter()
                .position(|rate| facet(row, "rate") == Some(rate))
        };
        let own = case.rows.iter().copied();
        own.max_by_key(|row| (place(row), facet(row, "percentile") == Some("p99")))
    };
    cases.sort_by(|a, b| match (highest(a), highest(b)) {
        (Some(a), Some(b)) => words::better_first(a, b),
        _ => std::cmp::Ordering::Equal,
    });
    if cases.len() > LINES {
        let mut seen = Vec::new();
        cases.retain(|case| {
            let technology = case.technology();
            let is_new = !seen.contains(&technology);
            seen.push(technology);
            is_new
        });
        cases.truncate(LINES);
    }
    cases
}

impl<'a> Case<'a> {
    fn technology(&self) -> &'a str {
        self.rows.first().map_or("", |row| row.technology())
    }

    fn row(&self, rate: Option<&str>, percentile: &str) -> Option<&'a RowSummary> {
        let is_it = |row: &&RowSummary| {
            facet(row, "rate") == rate && facet(row, "percentile") == Some(percentile)
        };
        self.rows.iter().copied().find(is_it)
    }

    /// How long the slowest requests took at a rate: what the summary has of them, or else the
    /// percentiles that are rows.
    fn tail(&self, rate: Option<&str>) -> Option<Tail<'a>> {
        let own = self.rows.iter().filter(|row| facet(row, "rate") == rate);
        let own: Vec<&RowSummary> = own.copied().collect();
        let known = own.iter().filter_map(|row| row.numbers.as_ref());
        let known = known
            .map(|numbers| &numbers.tail)
            .find(|tail| !tail.is_empty());
        let points = known.cloned().unwrap_or_else(|| {
            let point =
                |row: &&RowSummary| Some([1.0 - share(facet(row, "percentile")?), row.median()?]);
            let mut points: Vec<[f64; 2]> = own.iter().filter_map(point).collect();
            points.sort_by(|a, b| b[0].total_cmp(&a[0]));
            points
        });
        (points.len() > 1).then(|| Tail {
            name: self.name.clone(),
            technology: self.technology(),
            points,
        })
    }
}

fn tails<'a>(cases: &[Case<'a>], rates: &[&str]) -> Vec<TailPanel<'a>> {
    let rates: Vec<Option<&str>> = if rates.is_empty() {
        vec![None]
    } else {
        rates.iter().copied().map(Some).collect()
    };
    let panel = |rate: Option<&str>| TailPanel {
        name: rate.map(|rate| format!("rate {rate}")).unwrap_or_default(),
        lines: cases.iter().filter_map(|case| case.tail(rate)).collect(),
    };
    let panels = rates.into_iter().map(panel);
    panels.filter(|panel| !panel.lines.is_empty()).collect()
}

fn against<'a>(cases: &[Case<'a>], percentile: &str, rates: &[&str]) -> Panel<'a> {
    let line = |case: &Case<'a>| {
        let places = rates.iter().enumerate();
        let points =
            places.filter_map(|(place, rate)| Some((place, case.row(Some(rate), percentile)?)));
        Line {
            name: case.name.clone(),
            points: points.collect(),
        }
    };
    let lines = cases.iter().map(line);
    Panel {
        name: percentile.to_owned(),
        lines: lines.filter(|line| !line.points.is_empty()).collect(),
    }
}

/// Every quantile: a line for each case and percentile, a column for each rate.
fn table(what: &What<'_>, cases: &[Case<'_>], rates: &[&str], percentiles: &[&str]) -> Markup {
    let columns: Vec<Option<&str>> = if rates.is_empty() {
        vec![None]
    } else {
        rates.iter().copied().map(Some).collect()
    };
    html! {
        thead { tr {
            th scope="col" { "isolation" } th scope="col" { "percentile" }
            @for rate in &columns { th.number scope="col" { (rate.map_or("latency".to_owned(), |rate| format!("at {rate}"))) } }
        } }
        tbody {
            @for case in cases { @for percentile in percentiles {
                tr {
                    th scope="row" { (case.name) } td { (percentile) }
                    @for rate in &columns {
                        @match case.row(*rate, percentile) {
                            Some(row) => { (number(what.view, row)) }
                            None => { td.number { "no such row" } }
                        }
                    }
                }
            } }
        }
    }
}

/// The number that a rate begins with: `75%`, `20000`.
fn amount(rate: &str) -> f64 {
    let end = rate
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(rate.len());
    rate[..end].parse().unwrap_or(f64::INFINITY)
}

/// The share of requests that a percentile does not leave out.
fn share(percentile: &str) -> f64 {
    share_of(percentile).unwrap_or_default()
}
