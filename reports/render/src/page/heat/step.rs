//! The steps of the matrix's scale: how many times better or worse than the reference, in decades, and
//! finer near to it.

use labrun_record::Better;

/// Where each step away from "the same" begins, in times. The script reads them from the page.
pub(super) const EDGES: [f64; 5] = [1.05, 2.0, 10.0, 100.0, 1000.0];

/// What is within the first edge, or not told apart.
pub(super) const SAME: &str = "h0";

const BETTER: [&str; EDGES.len() + 1] = [SAME, "hb1", "hb2", "hb3", "hb4", "hb5"];
const WORSE: [&str; EDGES.len() + 1] = [SAME, "hw1", "hw2", "hw3", "hw4", "hw5"];

/// The class of a ratio `row / reference`. None for what is no ratio of two amounts: a slope can be
/// nothing, or less.
pub(super) fn step(ratio: f64, better: Better) -> Option<&'static str> {
    if !ratio.is_finite() || ratio <= 0.0 {
        return None;
    }
    let times = if ratio >= 1.0 { ratio } else { 1.0 / ratio };
    let place = EDGES.iter().filter(|edge| times >= **edge).count();
    let is_worse = (ratio >= 1.0) == (better == Better::Lower);
    Some(if is_worse { WORSE } else { BETTER }[place])
}

/// The scale from the best to the worst: a class and its words.
pub(super) fn scale() -> Vec<(&'static str, String)> {
    let last = EDGES.len();
    let words = |place: usize| match place {
        place if place == last => format!("over {}\u{d7}", EDGES[last - 1]),
        place => format!("{}\u{2013}{}\u{d7}", EDGES[place - 1], EDGES[place]),
    };
    let side = |classes: [&'static str; EDGES.len() + 1]| {
        let steps = (1..classes.len()).map(move |place| (classes[place], words(place)));
        steps.collect::<Vec<_>>()
    };
    let mut scale = side(BETTER);
    scale.reverse();
    scale.push((SAME, format!("within {}\u{d7}", EDGES[0])));
    scale.extend(side(WORSE));
    scale
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_alike_on_both_sides() {
        for (ratio, class) in [
            (1.0, "h0"),
            (1.049, "h0"),
            (1.05, "hw1"),
            (2.0, "hw2"),
            (9.99, "hw2"),
            (10.0, "hw3"),
            (100.0, "hw4"),
            (1060.0, "hw5"),
            (1e300, "hw5"),
            (0.96, "h0"),
            (0.5, "hb2"),
            (0.01, "hb4"),
            (1e-300, "hb5"),
        ] {
            assert_eq!(step(ratio, Better::Lower), Some(class), "{ratio}");
        }
    }

    #[test]
    fn more_is_better_turns_the_sides_and_nothing_else() {
        for ratio in [0.001, 0.4, 0.7, 0.99, 1.2, 3.0, 50.0, 5000.0] {
            let lower = step(ratio, Better::Lower).expect("a step");
            let higher = step(ratio, Better::Higher).expect("a step");
            let turned = match &lower[..2] {
                "hb" => lower.replace("hb", "hw"),
                _ => lower.replace("hw", "hb"),
            };
            assert_eq!(higher, turned, "{ratio}");
        }
    }

    #[test]
    fn what_is_no_ratio_of_amounts_has_no_step() {
        for ratio in [0.0, -3.0, f64::INFINITY, f64::NAN] {
            assert_eq!(step(ratio, Better::Lower), None, "{ratio}");
        }
    }

    #[test]
    fn the_scale_names_each_step_once() {
        let scale = scale();
        assert_eq!(scale.len(), 11);
        assert_eq!(scale[0], ("hb5", "over 1000\u{d7}".to_owned()));
        assert_eq!(scale[4], ("hb1", "1.05\u{2013}2\u{d7}".to_owned()));
        assert_eq!(scale[5].0, "h0");
        assert_eq!(scale[10].0, "hw5");
    }
}
