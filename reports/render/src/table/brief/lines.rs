//! The lines of the questions: isolation, start, bar, median, interval, and the ratio in words.

use labrun_analysis::{RowSummary, Summary, Verdict};
use labrun_record::Unit;

use super::bar::Axis;
use super::detail::{Shown, ShownVariant};
use super::question::Entry;
use crate::chart::technology_ink;
use crate::table::unmeasured::wrapped;
use crate::words::distinct;
use crate::{shown, units};

/// Letters of a name that there is room for.
const NAME: usize = 30;

/// A bar has so many letters at least, or there is none, and at most.
const BAR: [usize; 2] = [6, 24];

/// Codes of the terminal's colours by those of the page.
const COLOURS: [&str; 8] = ["0", "34", "33", "32", "35", "36", "94", "91"];

/// All questions, one after another; those of a metric have the same columns and the same axis.
pub(super) fn lines(summary: &Summary, shown: &[Shown<'_>], width: usize, colour: bool) -> String {
    let technologies = distinct(summary.results.iter().map(RowSummary::technology));
    let mut text = String::new();
    let mut axis_said = None;
    for one in shown {
        let metric = one.question.metric;
        let of_metric = shown.iter().filter(|one| one.question.metric == metric);
        let entries = of_metric.flat_map(|one| one.variants.iter().flat_map(|of| &of.entries));
        let entries: Vec<&Entry<'_>> = entries.copied().collect();
        let look = Look {
            layout: Layout::of(&entries, width),
            axis: Axis::over(
                base(metric.unit()),
                entries.iter().filter_map(|entry| entry.row.median()),
            ),
            technologies: &technologies,
            width,
            colour,
        };
        let says_axis = axis_said != Some(metric);
        text.push_str(&look.title(one, says_axis));
        axis_said = Some(metric);
        for variant in &one.variants {
            if one.question.variants.len() > 1 {
                text.push_str(&look.heading(variant));
            }
            for entry in &variant.entries {
                text.push_str(&look.line(entry));
            }
        }
    }
    text
}

/// Letters of each column; 0 where there is none.
struct Layout {
    name: usize,
    start: usize,
    bar: usize,
    median: usize,
    interval: usize,
    beside: usize,
    ratio: usize,
    /// Whether the name stands above the rest.
    is_narrow: bool,
}

impl Layout {
    fn of(entries: &[&Entry<'_>], width: usize) -> Self {
        let widest = |text: &dyn Fn(&Entry<'_>) -> usize| {
            let texts = entries.iter().map(|entry| text(entry));
            texts.max().unwrap_or(0)
        };
        let letters = |text: &str| text.chars().count();
        let mut layout = Self {
            name: widest(&|entry| letters(&name(entry))),
            start: widest(&|entry| letters(entry.start)),
            bar: 0,
            median: widest(&|entry| letters(&median(entry.row))),
            interval: widest(&|entry| letters(&shown::bare_interval(entry.row))),
            beside: widest(&|entry| letters(&beside(entry))),
            ratio: widest(&|entry| letters(&ratio(entry))),
            is_narrow: false,
        };
        let columns = [
            layout.name,
            layout.start,
            layout.median,
            layout.interval,
            layout.beside,
            layout.ratio,
        ];
        let columns = columns.into_iter().filter(|letters| *letters > 0);
        let taken: usize = columns.map(|letters| letters + 2).sum();
        layout.is_narrow = taken > width;
        let [least, most] = BAR;
        let left = width.saturating_sub(taken + 2);
        if left >= least {
            layout.bar = left.min(most);
        }
        layout
    }
}

/// How the lines of a metric look.
struct Look<'a> {
    layout: Layout,
    axis: Option<Axis>,
    technologies: &'a [&'a str],
    width: usize,
    colour: bool,
}

impl Look<'_> {
    fn title(&self, of: &Shown<'_>, says_axis: bool) -> String {
        let mut said = vec![of.question.title.clone()];
        if let ([_], [only]) = (&of.question.variants[..], &of.variants[..]) {
            said.extend(Some(only.said.to_owned()).filter(|said| !said.is_empty()));
        }
        said.extend(launches(of));
        if let Some(axis) = self.axis.filter(|_| says_axis && self.layout.bar > 0) {
            let begins = units::value(axis.begins(), of.question.metric.unit());
            // A power has no decimals that anybody would read.
            let begins = begins.replace(".00 ", " ").replace(".0 ", " ");
            said.push(format!("log bars from {begins}"));
        }
        if of.hidden > 0 {
            said.push(format!("{} more", units::plural(of.hidden, "variant")));
        }
        let text = wrapped(&said.join(" \u{b7} "), Some(self.width), "  ");
        self.painted(&text, "1") + "\n"
    }

    fn heading(&self, variant: &ShownVariant<'_>) -> String {
        let own = [variant.name, variant.said];
        let own: Vec<&str> = own.into_iter().filter(|own| !own.is_empty()).collect();
        wrapped(
            &format!(" {}", own.join(" \u{b7} ")),
            Some(self.width),
            "   ",
        ) + "\n"
    }

    fn line(&self, entry: &Entry<'_>) -> String {
        let Layout {
            name: names,
            start,
            bar,
            median: medians,
            interval,
            beside: besides,
            ratio: ratios,
            is_narrow,
        } = self.layout;
        let mut cells = Vec::new();
        if start > 0 {
            cells.push(format!("{:start$}", entry.start));
        }
        if bar > 0 {
            let drawn = self.axis.zip(entry.row.median());
            let drawn = drawn.map(|(axis, median)| axis.bar(median, bar));
            let drawn = format!("{:bar$}", drawn.unwrap_or_default());
            let ink = technology_ink(entry.row.technology(), self.technologies);
            cells.push(self.painted(&drawn, COLOURS[usize::from(ink) % COLOURS.len()]));
        }
        cells.push(format!("{:>medians$}", median(entry.row)));
        cells.push(format!("{:>interval$}", shown::bare_interval(entry.row)));
        if besides > 0 {
            cells.push(format!("{:>besides$}", beside(entry)));
        }
        if ratios > 0 {
            let text = format!("{:>ratios$}", ratio(entry));
            cells.push(match verdict_colour(entry) {
                Some(code) => self.painted(&text, code),
                None => text,
            });
        }
        let (name, cells) = (name(entry), cells.join("  "));
        let line = if is_narrow {
            format!("  {name}\n    {cells}")
        } else {
            format!("  {name:names$}  {cells}")
        };
        line.trim_end().to_owned() + "\n"
    }

    fn painted(&self, text: &str, code: &str) -> String {
        if self.colour && !text.trim().is_empty() {
            format!("\x1b[{code}m{text}\x1b[0m")
        } else {
            text.to_owned()
        }
    }
}

/// What the beginning of an axis is a power of.
fn base(unit: Unit) -> f64 {
    match unit {
        Unit::Bytes | Unit::BytesPerSecond => 2.0,
        Unit::Ns | Unit::PerSecond | Unit::Count => 10.0,
    }
}

/// `n 10`, or from where to where.
fn launches(of: &Shown<'_>) -> Option<String> {
    if of.question.metric.is_exact() {
        return None;
    }
    let entries = of.variants.iter().flat_map(|variant| &variant.entries);
    let counts = entries.filter_map(|entry| Some(entry.row.numbers.as_ref()?.n));
    let [least, most] = counts.fold([usize::MAX, 0], |[least, most], n| {
        [least.min(n), most.max(n)]
    });
    Some(if least == most {
        format!("n {least}")
    } else {
        format!("n {least} to {most}")
    })
}

/// The name; one that has no room is cut.
fn name(entry: &Entry<'_>) -> String {
    if entry.name.chars().count() <= NAME {
        return entry.name.clone();
    }
    let kept = entry.name.chars().take(NAME - 1);
    kept.chain(['\u{2026}']).collect()
}

fn median(row: &RowSummary) -> String {
    row.median()
        .map_or_else(String::new, |median| units::value(median, row.unit))
}

/// What stands beside it, with its interval; or what became of it.
fn beside(entry: &Entry<'_>) -> String {
    match entry.beside {
        None => String::new(),
        Some(row) if row.median().is_none() => row.outcome.to_string(),
        Some(row) => format!("{} {}", median(row), shown::bare_interval(row)),
    }
}

/// `11.2× slower`; what others are compared with is called so.
fn ratio(entry: &Entry<'_>) -> String {
    match entry.row.ratio() {
        None if entry.is_reference => "reference".to_owned(),
        None => String::new(),
        Some(ratio) => shown::short(entry.row, ratio),
    }
}

fn verdict_colour(entry: &Entry<'_>) -> Option<&'static str> {
    match entry.row.ratio()?.verdict {
        Verdict::Better => Some("32"),
        Verdict::Worse => Some("31"),
        Verdict::Equivalent | Verdict::Inconclusive => Some("2"),
    }
}
