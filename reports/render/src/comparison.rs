//! Two runs on a terminal: what changed first, then what did not, then the counts.

use labrun_analysis::{Comparison, Pair, Verdict};

use crate::{units, words};

/// What a terminal shows of a comparison: each row that was compared, with both
/// medians, the ratio and its interval, and the verdict; rows that changed come
/// first. The last line counts the verdicts.
pub fn comparison(comparison: &Comparison, width: Option<usize>) -> String {
    let mut compared: Vec<&Pair> = comparison
        .rows
        .iter()
        .filter(|pair| pair.ratio.is_some())
        .collect();
    compared.sort_by_key(|pair| pair.ratio.map_or(4, |ratio| rank(ratio.verdict)));
    let mut text = format!(
        "{} against {}\n\n",
        comparison.candidate.run, comparison.base.run
    );
    let lines: Vec<[String; 4]> = compared.iter().filter_map(|pair| line(pair)).collect();
    let widest = |column: usize| lines.iter().map(|l| l[column].chars().count()).max();
    let [first, second, third] = [0, 1, 2].map(|column| widest(column).unwrap_or(0));
    for [verdict, ratio, medians, row] in &lines {
        let line = format!("{verdict:first$}  {ratio:>second$}  {medians:>third$}  {row}");
        text.push_str(&cut(&line, width));
        text.push('\n');
    }
    let counts = comparison.counts;
    let closing = format!(
        "\n{} worse, {} better, {} equivalent (within {:.0} %), {} inconclusive, {} not compared, {} in one run only",
        counts.worse,
        counts.better,
        counts.equivalent,
        comparison.margin * 100.0,
        counts.inconclusive,
        counts.not_compared,
        counts.only_in_base + counts.only_in_candidate,
    );
    text + &closing
}

fn rank(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::Worse => 0,
        Verdict::Better => 1,
        Verdict::Inconclusive => 2,
        Verdict::Equivalent => 3,
    }
}

fn line(pair: &Pair) -> Option<[String; 4]> {
    let ratio = pair.ratio?;
    let interval = match ratio.ci {
        _ if pair.row.metric.is_exact() => "exact".to_owned(),
        Some([low, high]) => format!("[{low:.3}, {high:.3}]"),
        None => "no interval".to_owned(),
    };
    let median = |side: Option<f64>| side.map_or_else(String::new, |v| units::value(v, pair.unit));
    Some([
        words::verdict(pair.unit, ratio.verdict).to_owned(),
        match ratio.value {
            Some(value) => format!("{value:.3} {interval}"),
            None => interval,
        },
        format!(
            "{} -> {}",
            median(pair.base.median),
            median(pair.candidate.median)
        ),
        pair.row.to_string(),
    ])
}

/// A line that fits: what is cut off is only the end of a row's name.
fn cut(line: &str, width: Option<usize>) -> String {
    match width {
        Some(width) if line.chars().count() > width => line
            .chars()
            .take(width.saturating_sub(1))
            .chain(['\u{2026}'])
            .collect(),
        _ => line.to_owned(),
    }
}
