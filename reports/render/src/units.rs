//! Numbers for people: units and sensible digits.

use labrun_analysis::Interval;
use labrun_record::Unit;

/// A unit to show numbers in: its name, and how much of the file's unit it is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scale {
    /// What is printed behind the number.
    pub name: &'static str,
    /// How many of the file's unit one of these is.
    pub factor: f64,
}

const KIB: f64 = 1024.0;

/// The unit in which `value` has one to three digits before the point.
pub fn scale(value: f64, unit: Unit) -> Scale {
    let (names, step) = match unit {
        Unit::Count => (["", "k", "M", "G"], 1e3),
        Unit::Ns => (["ns", "\u{b5}s", "ms", "s"], 1e3),
        Unit::Bytes => (["B", "KiB", "MiB", "GiB"], KIB),
        Unit::PerSecond => (["/s", "k/s", "M/s", "G/s"], 1e3),
        Unit::BytesPerSecond => (["B/s", "KiB/s", "MiB/s", "GiB/s"], KIB),
    };
    let mut power = 0;
    while power < 3 && value.abs() >= step.powi(power + 1) * 0.9995 {
        power += 1;
    }
    Scale {
        name: names[power as usize],
        factor: step.powi(power),
    }
}

/// The power of ten of the first digit, once rounded to three digits.
fn magnitude(value: f64) -> i32 {
    let value = value.abs();
    if value == 0.0 {
        return 0;
    }
    let power = value.log10().floor() as i32;
    let rounded = (value / 10_f64.powi(power - 2)).round();
    power + i32::from(rounded >= 1000.0)
}

/// Decimals that show `value` with three significant digits, or as many as it takes to
/// tell the ends of `interval` apart, up to five.
fn decimals(value: f64, interval: Option<Interval>) -> usize {
    let three = 2 - magnitude(value);
    let wanted = interval.map_or(three, |[low, high]| {
        let length = high - low;
        let apart = if length > 0.0 {
            -magnitude(length)
        } else {
            three
        };
        three.max(apart)
    });
    let digits = wanted.clamp(0, 4 - magnitude(value).min(4)).unsigned_abs() as usize;
    digits.min(MOST_DECIMALS)
}

/// Decimals that show a count with five significant digits: a thousandth of it matters.
fn five(value: f64) -> usize {
    (4 - magnitude(value).min(4)).unsigned_abs() as usize
}

/// Decimals that anybody would read.
const MOST_DECIMALS: usize = 12;

/// From here on a number has an exponent, and no zeros that nobody would count.
const HUGE: f64 = 1e9;

/// A number with so many decimals.
pub(crate) fn number(value: f64, digits: usize) -> String {
    if value.abs() < HUGE {
        format!("{value:.digits$}")
    } else {
        format!("{value:.2e}")
    }
}

/// A number, its interval with the digits that tell the ends apart, and the unit of both.
/// Bytes below a KiB are whole, and so are counts below 1000.
fn shown(value: f64, ci: Option<Interval>, unit: Unit) -> (String, String, &'static str) {
    let Scale { name, factor } = scale(value, unit);
    let value = value / factor;
    let ends = ci.map(|ends| ends.map(|end| end / factor));
    let digits = match (unit, name) {
        (_, "B" | "") => 0,
        (Unit::Count, _) => decimals(value, ends).max(five(value)),
        _ => decimals(value, ends),
    };
    (number(value, digits), bracketed(ends, digits), name)
}

fn bracketed(ci: Option<Interval>, digits: usize) -> String {
    let ends = |[low, high]: Interval| {
        let [low, high] = [low, high].map(|end| number(end, digits));
        format!("[{low}, {high}]")
    };
    ci.map_or_else(|| "no interval".to_owned(), ends)
}

/// `152 µs`, `1.69 ms`: three significant digits and the unit.
pub fn value(value: f64, unit: Unit) -> String {
    let (number, _, name) = shown(value, None, unit);
    format!("{number} {name}").trim_end().to_owned()
}

/// A duration in nanoseconds, as [`value`].
pub fn duration(ns: f64) -> String {
    value(ns, Unit::Ns)
}

/// `[1.66, 1.72]`, in the unit of `around`; words if there is none.
pub fn bare_interval(ci: Option<Interval>, around: f64, unit: Unit) -> String {
    shown(around, ci, unit).1
}

/// `[1.66, 1.72] ms`, in the unit of `around`; words if there is none.
pub fn interval(ci: Option<Interval>, around: f64, unit: Unit) -> String {
    let (_, ends, name) = shown(around, ci, unit);
    match ci {
        Some(_) => format!("{ends} {name}"),
        None => ends,
    }
}

/// `1.69 ms [1.66, 1.72]`.
pub fn with_interval(median: f64, ci: Option<Interval>, unit: Unit) -> String {
    let (number, ends, name) = shown(median, ci, unit);
    match ci {
        Some(_) => format!("{number} {name} {ends}"),
        None => format!("{number} {name} ({ends})"),
    }
}

/// `11.2`, `0.152`, `1060`: a ratio, three significant digits.
pub fn ratio(value: f64) -> String {
    number(value, decimals(value, None))
}

/// `[10.9, 11.5]`: a ratio's interval with the digits that tell its ends apart.
pub fn ratio_interval(ci: Option<Interval>, around: f64) -> String {
    bracketed(ci, decimals(around, ci))
}

/// `1 234 567` bytes as `1.18 MiB`.
pub fn bytes(count: u64) -> String {
    value(count as f64, Unit::Bytes)
}

/// `5%`, `0.1%`: a share of a margin, without zeros that say nothing.
pub(crate) fn percent(share: f64) -> String {
    format!("{}%", (share * 1000.0).round() / 10.0)
}

/// `1 row`, `3 rows`.
pub fn plural(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_digits_and_a_unit() {
        for (ns, shown) in [
            (0.0, "0.00 ns"),
            (9.7e3, "9.70 \u{b5}s"),
            (152_300.0, "152 \u{b5}s"),
            (999_800.0, "1.00 ms"),
            (1_690_000.0, "1.69 ms"),
            (34.06e6, "34.1 ms"),
            (178.4e6, "178 ms"),
            (1.25e9, "1.25 s"),
        ] {
            assert_eq!(duration(ns), shown);
        }
    }

    #[test]
    fn intervals_show_as_many_digits_as_tell_their_ends_apart() {
        assert_eq!(
            with_interval(1.69e6, Some([1.66e6, 1.72e6]), Unit::Ns),
            "1.69 ms [1.66, 1.72]"
        );
        assert_eq!(
            with_interval(152e3, Some([151.7e3, 152.4e3]), Unit::Ns),
            "152.0 \u{b5}s [151.7, 152.4]"
        );
        assert_eq!(
            interval(Some([940e3, 1.1e6]), 1.0e6, Unit::Ns),
            "[0.94, 1.10] ms"
        );
        assert_eq!(interval(None, 1.0, Unit::Ns), "no interval");
        assert_eq!(ratio_interval(Some([10.94, 11.51]), 11.2), "[10.9, 11.5]");
        assert_eq!(ratio(1060.0), "1060");
    }

    #[test]
    fn what_nobody_would_count_has_an_exponent() {
        assert_eq!(duration(1e308), "1.00e299 s");
        assert_eq!(duration(5e-324), "0.000000000000 ns");
        assert_eq!(value(f64::MAX, Unit::Count), "1.80e299 G");
        assert_eq!(ratio_interval(Some([1.0, 1e300]), 1e300), "[1, 1.00e300]");
    }

    #[test]
    fn bytes_are_binary() {
        assert_eq!(bytes(900), "900 B");
        assert_eq!(bytes(1_234_567), "1.18 MiB");
        assert_eq!(
            with_interval(36.2, Some([-268.4, 361.0]), Unit::Bytes),
            "36 B [-268, 361]"
        );
        assert_eq!(
            with_interval(3.0 * KIB, Some([2048.0, 4096.0]), Unit::Bytes),
            "3.00 KiB [2.00, 4.00]"
        );
    }

    #[test]
    fn rates_are_decimal_and_bytes_in_a_second_binary() {
        assert_eq!(value(126_400.0, Unit::PerSecond), "126 k/s");
        assert_eq!(value(97.2, Unit::PerSecond), "97.2 /s");
        assert_eq!(
            value(3.5 * KIB * KIB * KIB, Unit::BytesPerSecond),
            "3.50 GiB/s"
        );
    }
}
