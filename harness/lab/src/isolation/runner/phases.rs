//! From a runner's marks to contiguous phases that sum to the lab's own total.

use labrun_protocol::Mark;

/// What no one claims.
const UNATTRIBUTED: &str = "unattributed";

/// Contiguous spans from `began_ns` to `held_ns`. A mark that lies outside, or
/// goes backwards, is moved to the nearest possible instant: a runner explains the
/// lab's time and never changes it. A phase that comes twice is joined.
pub(crate) fn phases(began_ns: u64, held_ns: u64, marks: &[Mark]) -> Vec<(String, u64)> {
    let mut spans: Vec<(String, u64)> = Vec::with_capacity(marks.len() + 1);
    let mut cursor = began_ns;
    for mark in marks {
        if cursor == held_ns && mark.end_ns > held_ns {
            // All of it came after the output: it is no part of this time.
            break;
        }
        let end = mark.end_ns.clamp(cursor, held_ns.max(cursor));
        add(&mut spans, &mark.phase, end - cursor);
        cursor = end;
    }
    if cursor < held_ns {
        add(&mut spans, UNATTRIBUTED, held_ns - cursor);
    }
    spans
}

fn add(spans: &mut Vec<(String, u64)>, phase: &str, length: u64) {
    match spans.iter_mut().find(|(name, _)| name == phase) {
        Some((_, sum)) => *sum += length,
        None => spans.push((phase.to_owned(), length)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(phase: &str, end_ns: u64) -> Mark {
        Mark {
            phase: phase.to_owned(),
            end_ns,
        }
    }

    #[test]
    fn they_sum_to_the_total_whatever_the_runner_says() {
        for marks in [
            vec![mark("spawn", 110), mark("load", 150), mark("call", 190)],
            vec![mark("spawn", 90), mark("load", 80), mark("call", 900)],
            vec![],
        ] {
            let spans = phases(100, 200, &marks);
            assert_eq!(
                spans.iter().map(|(_, ns)| ns).sum::<u64>(),
                100,
                "{marks:?}"
            );
        }
    }

    #[test]
    fn what_comes_after_the_output_is_no_phase_of_it() {
        let spans = phases(100, 200, &[mark("call", 210), mark("drop", 220)]);
        assert_eq!(spans, [("call".to_owned(), 100)]);
    }

    #[test]
    fn what_no_one_claims_is_named() {
        let spans = phases(100, 200, &[mark("spawn", 160)]);
        assert_eq!(
            spans,
            [("spawn".to_owned(), 60), ("unattributed".to_owned(), 40)]
        );
    }
}
