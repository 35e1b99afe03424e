//! What a check comes to, for people and for others' tools: lines, Markdown, `JUnit`, annotations.

use std::fmt::Write as _;

use labrun_history::judge::{Conclusion, Direction, EnvironmentShift, Replay};
use labrun_history::{Check, Closed, FROM_ZERO, Finding, Suspected};
use serde::Serialize;

/// GitHub takes so many bytes of a step summary.
const SUMMARY_BYTES: usize = 1 << 20;

/// GitHub shows ten annotations of a kind.
const ANNOTATIONS: usize = 9;

/// Series of a group that are named where the group is told.
const MEMBERS: usize = 3;

/// What `--json` prints.
#[derive(Serialize)]
pub(super) struct Printed<'a> {
    /// The check.
    #[serde(flatten)]
    pub check: &'a Check,
    /// Regressions that were confirmed before, and stand.
    pub open: &'a [Finding],
}

/// The lines on a screen.
pub(super) fn lines(check: &Check, open: &[Finding]) -> Vec<String> {
    let mut lines = vec![format!("night {}", check.night), counts(check)];
    lines.extend(check.environment.as_ref().map(shift));
    lines.extend(
        check
            .confirmed
            .iter()
            .map(|one| format!("CONFIRMED {}", finding(one))),
    );
    lines.extend(
        check
            .suspected
            .iter()
            .map(|one| format!("{} {}", word(one), suspected(one))),
    );
    lines.extend(
        open.iter()
            .map(|one| format!("still open: {}", finding(one))),
    );
    lines.extend(
        check
            .closed
            .iter()
            .map(|one| format!("closed: {}", closed(one))),
    );
    let ended = check.ended.iter();
    lines.extend(ended.map(|one| format!("not measured any more: {one}")));
    if check.confirmed.is_empty() && check.environment.is_none() && check.judged > 0 {
        lines.push("nothing is confirmed".to_owned());
    }
    lines
}

fn counts(check: &Check) -> String {
    let mut counts = format!("{} series judged", check.judged);
    if check.no_baseline > 0 {
        let _ = write!(counts, ", {} without a baseline yet", check.no_baseline);
    }
    if !check.ended.is_empty() {
        let _ = write!(
            counts,
            ", {} that were measured the night before are not",
            check.ended.len()
        );
    }
    for shift in check
        .shifts
        .iter()
        .filter(|shift| (**shift - 1.0).abs() > 0.005)
    {
        let _ = write!(
            counts,
            "; all were {shift:.3} times the usual, which was taken out"
        );
    }
    counts
}

fn shift(shift: &EnvironmentShift) -> String {
    let controls: Vec<String> = shift
        .controls
        .iter()
        .map(|one| format!("{} {:.2} times the usual", one.name, one.ratio))
        .collect();
    let why = match (controls.as_slice(), shift.equivalent.len()) {
        ([], many) => format!("{many} suspects came out the same when they were replayed"),
        (controls, _) => controls.join(", "),
    };
    format!("environment-shift: the machine was another this night: {why}")
}

fn finding(one: &Finding) -> String {
    let interval = one.interval.map_or_else(
        || " (two nights in a row, without a replay)".to_owned(),
        |[low, high]| match one.ratio {
            FROM_ZERO | 0.0 => String::new(),
            _ => format!(" [{}, {}]", times(low), times(high)),
        },
    );
    let chance = match (one.stands, one.interval) {
        (false, Some(_)) => ", which among so many series may be chance",
        _ => "",
    };
    let commits = match (&one.last_good, &one.first_bad) {
        (Some(good), Some(bad)) if good != bad => format!(", between the commits {good} and {bad}"),
        (_, Some(bad)) => format!(", commit {bad}"),
        _ => String::new(),
    };
    let changed = match one.changed.join("; ") {
        none if none.is_empty() => none,
        some => format!("; changed: {some}"),
    };
    let (label, word, since) = (&one.label, &one.word, day(&one.since));
    let members: Vec<String> = one
        .members
        .iter()
        .take(MEMBERS)
        .map(|one| format!("{} {}", one.label, multiple(one.ratio)))
        .collect();
    let members = match members.join("; ") {
        none if none.is_empty() => none,
        some => format!("; the most: {some}"),
    };
    format!(
        "{label}: {}, {word}{interval}{chance}, since {since}{commits}{changed}{members}",
        multiple(one.ratio)
    )
}

fn closed(one: &Closed) -> String {
    let (found, since) = (day(&one.night), day(&one.since));
    format!(
        "{}: confirmed on {found}, there no more since {since}",
        one.label
    )
}

/// What a value is of what it was before.
fn multiple(ratio: f64) -> String {
    match ratio {
        FROM_ZERO => "not 0 any more".to_owned(),
        0.0 => "now 0".to_owned(),
        _ => format!("{} times", times(ratio)),
    }
}

/// A ratio, with three decimals, or so many that it is not told to be 1 where it is not: of what is counted
/// a single byte counts.
fn times(ratio: f64) -> String {
    let away = (ratio - 1.0).abs();
    if away == 0.0 || away >= 0.0005 {
        return format!("{ratio:.3}");
    }
    let decimals = (1.0 - away.log10().floor()).min(12.0) as usize;
    format!("{ratio:.decimals$}")
}

fn word(one: &Suspected) -> &'static str {
    match one.conclusion {
        Conclusion::Dismissed => "dismissed",
        Conclusion::Environment => "environment",
        _ => "suspect",
    }
}

fn suspected(one: &Suspected) -> String {
    let replay = match one.replay {
        Replay::Confirmed { ratio, .. } => format!("replayed: {} times", times(ratio)),
        Replay::Equivalent => "replayed: the same".to_owned(),
        Replay::Inconclusive => "replayed: not decided".to_owned(),
        Replay::NoOldBuild => "not replayed: no old build".to_owned(),
        Replay::NotReplayed => "not replayed".to_owned(),
    };
    let (label, word) = (&one.label, &one.word);
    // A count has no spread, and nothing is a multiple of zero.
    if one.sigmas.abs() >= f64::MAX {
        return format!("{label}: another count, {word}; {replay}");
    }
    let (ratio, sigmas) = (times(one.ratio), one.sigmas.abs());
    format!("{label}: {ratio} times, {word} by {sigmas:.1} standard deviations; {replay}")
}

/// `2026-11-28` of `20261128T134954Z-...`.
fn day(night: &str) -> String {
    match (night.get(..4), night.get(4..6), night.get(6..8)) {
        (Some(year), Some(month), Some(day)) => format!("{year}-{month}-{day}"),
        _ => night.to_owned(),
    }
}

/// The same as Markdown, as long as a step summary may be.
pub(super) fn markdown(check: &Check, open: &[Finding]) -> String {
    let mut text = format!("## Night {}\n\n{}.\n", escaped(&check.night), counts(check));
    if let Some(environment) = &check.environment {
        let _ = writeln!(text, "\n**{}**", escaped(&shift(environment)));
    }
    let mut section = |title: &str, rows: Vec<String>| {
        if rows.is_empty() {
            return;
        }
        let _ = write!(text, "\n### {title}\n\n");
        let all = rows.len();
        for (at, row) in rows.into_iter().enumerate() {
            let line = format!("- {}\n", escaped(&row));
            if text.len() + line.len() + 64 > SUMMARY_BYTES {
                let _ = writeln!(text, "- and {} more", all - at);
                break;
            }
            text.push_str(&line);
        }
    };
    section("Confirmed", check.confirmed.iter().map(finding).collect());
    section("Open since before", open.iter().map(finding).collect());
    let told = |one: &Suspected| format!("{}: {}", word(one), suspected(one));
    section("Closed", check.closed.iter().map(closed).collect());
    section("Not confirmed", check.suspected.iter().map(told).collect());
    section("Not measured any more", check.ended.clone());
    text
}

/// What Markdown or HTML would take for its own stays as it is.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '\n' | '\r' => out.push(' '),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' => {
                out.push('\\');
                out.push(c);
            }
            other => out.push(other),
        }
    }
    out
}

/// A test for the night, and one for each series that is confirmed to be worse or only suspected.
pub(super) fn junit(check: &Check) -> String {
    let xml = |text: &str| -> String {
        let plain: String = text.chars().filter(|c| !c.is_control()).collect();
        let plain = plain.replace('&', "&amp;").replace('<', "&lt;");
        plain.replace('>', "&gt;").replace('"', "&quot;")
    };
    let worse = check.confirmed.iter();
    let worse: Vec<&Finding> = worse
        .filter(|one| one.direction == Direction::Worse)
        .collect();
    let (night, suspected_ones) = (xml(&check.night), &check.suspected);
    let tests = 1 + worse.len() + suspected_ones.len();
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"labrun track check\" tests=\"{tests}\" \
         failures=\"{}\" skipped=\"{}\">\n  <testcase classname=\"labrun\" name=\"{night}\">\n    \
         <system-out>{}</system-out>\n  </testcase>\n",
        worse.len(),
        suspected_ones.len(),
        xml(&counts(check))
    );
    for one in worse {
        let (name, why) = (xml(&one.label), xml(&finding(one)));
        let _ = write!(
            text,
            "  <testcase classname=\"labrun\" name=\"{name}\">\n    <failure message=\"{why}\"/>\n  </testcase>\n"
        );
    }
    for one in suspected_ones {
        let (name, why) = (
            xml(&one.label),
            xml(&format!("{}: {}", word(one), suspected(one))),
        );
        let _ = write!(
            text,
            "  <testcase classname=\"labrun\" name=\"{name}\">\n    <skipped message=\"{why}\"/>\n  </testcase>\n"
        );
    }
    text.push_str("</testsuite>\n");
    text
}

/// GitHub's annotations: what is confirmed to be worse, the worst first.
pub(super) fn annotations(check: &Check) -> Vec<String> {
    let data = |text: &str| {
        let text = text.replace('%', "%25").replace('\r', "%0D");
        text.replace('\n', "%0A")
    };
    let away = |one: &&Finding| one.ratio.ln().abs();
    let mut worse: Vec<&Finding> = check.confirmed.iter().collect();
    worse.retain(|one| one.direction == Direction::Worse);
    worse.sort_by(|a, b| away(b).total_cmp(&away(a)));
    let shown = worse.iter().take(ANNOTATIONS);
    let mut lines: Vec<String> = shown
        .map(|one| {
            format!(
                "::error title=labrun: confirmed regression::{}",
                data(&finding(one))
            )
        })
        .collect();
    if worse.len() > ANNOTATIONS {
        lines.push(format!(
            "::error title=labrun::and {} more",
            worse.len() - ANNOTATIONS
        ));
    }
    let environment = check.environment.as_ref();
    lines.extend(environment.map(|one| format!("::warning title=labrun::{}", data(&shift(one)))));
    lines
}

#[cfg(test)]
mod tests {
    use super::times;

    #[test]
    fn what_differs_is_not_told_to_be_the_same() {
        for (ratio, said) in [
            (1.0, "1.000"),
            (1.0519, "1.052"),
            (0.9991, "0.999"),
            (1.0 + 1.0 / 416_432.0, "1.0000024"),
            (1.0 - 1.0 / 416_432.0, "0.9999976"),
            (1.000_49, "1.00049"),
            (1.0 + 1e-15, "1.000000000000"),
        ] {
            assert_eq!(times(ratio), said, "{ratio:e}");
        }
    }
}
