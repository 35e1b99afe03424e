//! A comparison as a page: the verdict first, then what moved all rows, what is suspected, and every row.

mod tables;

use labrun_analysis::{Comparison, Disturbance, Pair, PairRatio, Verdict};
use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::found::{self, Standing};
use super::{counts, rows, shift};
use crate::chart::{Chart, Forest, Ratio, forest};
use crate::{RenderError, units, words};

/// That of the reports.
const STYLE: &str = include_str!("../../page/style/base.css");

/// Rows that did not change are drawn too where there are no more than so many in all.
const DRAWN: usize = 60;

/// The page of a comparison: one HTML file that needs no network and no script.
pub fn comparison_page(comparison: &Comparison) -> Result<String, RenderError> {
    let [base, candidate] = [&comparison.base, &comparison.candidate];
    let title = format!("{} against {}", candidate.run, base.run);
    let ratios = ratios(comparison)?;
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                main {
                    header {
                        p.eyebrow { (candidate.scenario) " \u{b7} " (words::instant(&base.started)) " and " (words::instant(&candidate.started)) }
                        h1 { (found::verdict(comparison)) "." }
                        p { b.of { (candidate.run) } " against " b.of { (base.run) } ": " (counts(comparison)) "." }
                        (banners(comparison))
                    }
                    (in_common(comparison))
                    (tables::went_wrong(comparison))
                    (tables::worse(comparison))
                    (ratios)
                    (tables::every(comparison))
                    (tables::lost(comparison))
                    (method(comparison))
                    (tables::runs(comparison))
                }
            }
        }
    };
    Ok(page.into_string())
}

/// What a reader has to know first.
fn banners(comparison: &Comparison) -> Markup {
    let sides = [&comparison.base, &comparison.candidate];
    let disturbed = sides.into_iter().filter_map(|side| {
        let said = side.disturbance.as_ref().and_then(Disturbance::said)?;
        Some(format!("{}: {said}: what differs may be that", side.run))
    });
    html! {
        @if let Some(why) = comparison.undecided() {
            p.banner role="note" { strong { "Nothing is decided. " } (why) "." }
        }
        @for why in &comparison.incomparable {
            p.banner role="note" { strong { "Compared all the same. " } (words::sentence(why)) }
        }
        @for said in disturbed {
            p.banner role="note" { strong { "Disturbed. " } (said) "." }
        }
    }
}

fn in_common(comparison: &Comparison) -> Markup {
    html! {
        @if !comparison.shifts.is_empty() {
            section {
                h2 { "What moved all rows alike" }
                @for one in &comparison.shifts { p { (words::sentence(&shift::in_common(one, comparison))) } }
            }
        }
    }
}

/// The forest of what changed, and of all others where they are few.
fn ratios(comparison: &Comparison) -> Result<Markup, RenderError> {
    let worse = found::worse(comparison);
    let of = |standing| -> Vec<Ratio> {
        let own = worse.iter().filter(move |(own, _)| *own == standing);
        own.filter_map(|(_, pair)| ratio(pair, pair.ratio?))
            .collect()
    };
    let compared = rows::compared(comparison);
    let with = |wanted: &[Verdict]| -> Vec<Ratio> {
        let own = compared
            .iter()
            .filter(|(_, ratio)| wanted.contains(&ratio.verdict));
        own.filter_map(|(pair, own)| ratio(pair, *own)).collect()
    };
    let mut groups: Vec<(String, Vec<Ratio>)> = vec![
        ("Worse, confirmed".to_owned(), of(Standing::Confirmed)),
        ("Worse, suspected".to_owned(), of(Standing::Suspected)),
        ("Worse, refuted".to_owned(), of(Standing::Refuted)),
        ("Better".to_owned(), with(&[Verdict::Better])),
    ];
    if compared.len() <= DRAWN {
        groups.push(("Not decided".to_owned(), with(&[Verdict::Inconclusive])));
        groups.push(("Equivalent".to_owned(), with(&[Verdict::Equivalent])));
    }
    groups.retain(|(_, ratios)| !ratios.is_empty());
    let chart = Chart {
        id: "ratios".to_owned(),
        title: "The ratio of each row that changed".to_owned(),
        technologies: &[],
    };
    let drawn = forest(
        &chart,
        &Forest {
            of: "candidate / base",
            groups,
            margin: comparison.margin,
            equivalence: comparison.margin,
        },
    )?;
    Ok(html! {
        @if !drawn.is_empty() {
            section {
                h2 { "Ratios" }
                p.note { "Candidate / base with the 95% interval, after what all rows have in common. The band is what counts as the same." }
                figure.scroll tabindex="0" { (PreEscaped(drawn)) }
            }
        }
    })
}

/// What is counted is the same or it is not: it has no place on an axis of measured ratios.
fn ratio(pair: &Pair, ratio: PairRatio) -> Option<Ratio> {
    let own = ratio.own.map(|own| (own.value, own.ci));
    let (value, ci) = own.or(ratio.value.map(|value| (value, ratio.ci)))?;
    let drawn = !pair.row.metric.is_exact() && value.is_finite() && value > 0.0;
    drawn.then(|| Ratio {
        name: pair.row.to_string(),
        value,
        ci,
        verdict: ratio.verdict,
        said: format!(
            "{} {}",
            rows::own(pair, ratio).text,
            rows::interval(pair, ratio).text
        ),
        word: words::verdict(pair.unit, ratio.verdict),
    })
}

fn method(comparison: &Comparison) -> Markup {
    let margin = units::percent(comparison.margin).replace('%', " %");
    html! {
        section {
            h2 { "How it decides" }
            p {
                "A row is worse or better if the whole 95% interval of its ratio, after what all rows have in common, lies more than " (margin)
                " from 1, and equivalent if the whole 90% interval lies within. Two runs one after another only suspect: of hundreds of rows some are worse by chance. "
                "A suspect is confirmed by a replay of the two, or by a second run of the candidate. What is counted (sizes, checks) is confirmed at once."
            }
            p { code { "labrun replay run:BASE run:CANDIDATE --suspects" } " replays what is suspected; " code { "labrun compare BASE CANDIDATE --confirm RUN" } " takes that run." }
        }
    }
}
