//! A forest plot: the ratio of each row with its interval, on one axis of multiples, with the band
//! beyond which a row is better or worse and the lines within which it is equivalent.

use labrun_analysis::{Interval, Verdict};

use super::Chart;
use super::canvas::{Canvas, Hold, cut, svg};
use super::ink::Ink;
use super::ticks::{decimals, ticks};
use crate::{RenderError, units};

const WIDTH: f64 = 1080.0;
const LEFT: f64 = 376.0;
const RIGHT: f64 = 820.0;
const VALUE: f64 = 988.0;
const LANE: f64 = 18.0;
const HEAD: f64 = 26.0;
const TOP: f64 = 36.0;
/// Letters of a name that there is room for; the table has all of them.
const NAME: usize = 60;
/// From this multiple between the ends on an axis has decades, and no even steps.
const WIDE: f64 = 3.0;

/// The ratio of a row.
pub(crate) struct Ratio {
    pub name: String,
    pub value: f64,
    pub ci: Option<Interval>,
    pub verdict: Verdict,
    /// The ratio and its interval as they are written.
    pub said: String,
    /// The verdict as a reader says it.
    pub word: &'static str,
}

/// Ratios under headings, and what they are held against.
pub(crate) struct Forest {
    /// What is divided by what: `B / A`.
    pub of: &'static str,
    pub groups: Vec<(String, Vec<Ratio>)>,
    /// The share beyond which a row is better or worse.
    pub margin: f64,
    /// The share within which it is equivalent.
    pub equivalence: f64,
}

/// The forest plot; nothing of no ratio.
pub(crate) fn forest(chart: &Chart<'_>, of: &Forest) -> Result<String, RenderError> {
    let all = || of.groups.iter().flat_map(|(_, ratios)| ratios);
    if all().next().is_none() {
        return Ok(String::new());
    }
    let scale = Scale::over(all(), of.equivalence);
    let lanes = all().count();
    let bottom = TOP + lanes as f64 * LANE + of.groups.len() as f64 * HEAD + 6.0;
    let description = format!(
        "The ratio {} of {} as dots with their 95% intervals as bars, on a logarithmic axis around 1. The table has the same numbers.",
        of.of,
        units::plural(lanes, "row")
    );
    svg(chart, &description, (WIDTH, bottom + 8.0), |canvas| {
        band(canvas, &scale, of, bottom);
        let mut y = TOP + 3.0;
        for (name, ratios) in &of.groups {
            canvas.bold((0.0, y + HEAD - 11.0), Hold::Left, 12.0, Ink::Text, name);
            y += HEAD;
            for ratio in ratios {
                lane(canvas, &scale, ratio, y + LANE / 2.0);
                y += LANE;
            }
        }
    })
}

/// The axis with what ratios are held against.
fn band(canvas: &mut Canvas<'_>, scale: &Scale, of: &Forest, bottom: f64) {
    let ends = |margin: f64| [scale.x(1.0 / (1.0 + margin)), scale.x(1.0 + margin)];
    let [low, high] = ends(of.margin);
    canvas.rect((low, TOP), (high - low, bottom - TOP), Ink::Band);
    for (value, label) in &scale.ticks {
        let x = scale.x(*value);
        canvas.path(&[(x, TOP), (x, bottom)], 0.5, Ink::Grid);
        canvas.text((x, TOP - 9.0), Hold::Middle, 12.0, Ink::Muted, label);
    }
    let [left, right] = ends(of.equivalence);
    for x in [left, right] {
        canvas.path(&[(x, TOP - 18.0), (x, bottom)], 1.0, Ink::Reference);
    }
    let label = format!("\u{b1}{}", units::percent(of.equivalence));
    canvas.text(
        (right + 4.0, TOP - 25.0),
        Hold::Left,
        11.0,
        Ink::Muted,
        &label,
    );
    canvas.text((LEFT, TOP - 25.0), Hold::Left, 12.0, Ink::Muted, of.of);
    let one = scale.x(1.0);
    canvas.path(&[(one, TOP), (one, bottom)], 1.5, Ink::Reference);
}

fn lane(canvas: &mut Canvas<'_>, scale: &Scale, ratio: &Ratio, y: f64) {
    let ink = match ratio.verdict {
        Verdict::Better => Ink::Good,
        Verdict::Worse => Ink::Bad,
        Verdict::Equivalent | Verdict::Inconclusive => Ink::Text,
    };
    if let Some([low, high]) = ratio.ci.map(|ends| ends.map(|end| scale.x(end))) {
        canvas.rect((low, y - 1.25), (high - low, 2.5), ink);
    }
    canvas.dot((scale.x(ratio.value), y), 4.0, ink);
    canvas.text(
        (0.0, y),
        Hold::Left,
        12.0,
        Ink::Text,
        &cut(&ratio.name, NAME),
    );
    canvas.text((VALUE, y), Hold::Right, 12.0, Ink::Text, &ratio.said);
    canvas.text((WIDTH - 2.0, y), Hold::Right, 12.0, ink, ratio.word);
}

/// The least multiple that the axis shows, and with it the most.
const LEAST: f64 = 1e-9;

/// A logarithmic axis of multiples with 1 on it.
struct Scale {
    low: f64,
    high: f64,
    ticks: Vec<(f64, String)>,
}

impl Scale {
    /// It holds every interval, and a little more than what is equivalent.
    fn over<'a>(ratios: impl Iterator<Item = &'a Ratio>, equivalence: f64) -> Self {
        let ends = ratios.flat_map(|one| one.ci.unwrap_or([one.value; 2]));
        let usable = ends.filter(|end| *end > 0.0);
        let usable = usable.map(|end| end.clamp(LEAST, 1.0 / LEAST));
        let around = [1.0 / (1.0 + equivalence), 1.0 + equivalence];
        let fold = |[low, high]: [f64; 2], end: f64| [low.min(end), high.max(end)];
        let [low, high] = usable.fold(around, fold);
        let more = (high / low).powf(0.03);
        let (low, high) = (low / more, high * more);
        Self {
            ticks: labels(low, high),
            low,
            high,
        }
    }

    fn x(&self, value: f64) -> f64 {
        let share = (value.max(self.low) / self.low).ln() / (self.high / self.low).ln();
        LEFT + share.clamp(0.0, 1.0) * (RIGHT - LEFT)
    }
}

/// Even steps where the ends are near one another; else 1, 2 and 5 of each decade.
fn labels(low: f64, high: f64) -> Vec<(f64, String)> {
    if high / low < WIDE {
        let even = ticks(low, high, 9);
        let digits = decimals(&even);
        let named = even
            .into_iter()
            .map(|tick| (tick, format!("{tick:.digits$}")));
        return named.collect();
    }
    let decades = (high / low).log10();
    let steps = if decades > 3.0 {
        &[1.0][..]
    } else {
        &[1.0, 2.0, 5.0]
    };
    let (first, last) = (low.log10().floor() as i32, high.log10().ceil() as i32);
    (first..=last)
        .flat_map(|decade| steps.iter().map(move |step| step * 10_f64.powi(decade)))
        .filter(|tick| (low..=high).contains(tick))
        .map(|tick| (tick, units::ratio(tick)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_axis_holds_every_interval_and_what_is_equivalent() {
        let ratio = |value: f64, ci| Ratio {
            name: String::new(),
            value,
            ci,
            verdict: Verdict::Inconclusive,
            said: String::new(),
            word: "",
        };
        let near = [ratio(1.0, Some([0.99, 1.01]))];
        let scale = Scale::over(near.iter(), 0.05);
        assert!(scale.low < 1.0 / 1.05 && scale.high > 1.05 && scale.high < 1.1);
        let far = [ratio(0.3, None), ratio(11.0, Some([10.0, 12.0]))];
        let scale = Scale::over(far.iter(), 0.05);
        assert!(scale.x(0.3) > LEFT && scale.x(12.0) < RIGHT);
        assert!(
            scale
                .ticks
                .iter()
                .any(|(tick, _)| (tick - 10.0).abs() < 1e-9)
        );
    }
}
