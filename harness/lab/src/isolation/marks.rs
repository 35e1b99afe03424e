//! The phases of a launch: contiguous spans that sum to its total.

use crate::clock::now_ns;

/// Instants on the one clock, each the end of a phase and the beginning of the next.
pub(in crate::isolation) struct Marks {
    began_ns: u64,
    ends: Vec<(&'static str, u64)>,
}

impl Marks {
    /// The clock starts.
    pub(in crate::isolation) fn begin() -> Self {
        let ends = Vec::with_capacity(4);
        Self {
            began_ns: now_ns(),
            ends,
        }
    }

    /// A phase ends, and the next begins.
    pub(in crate::isolation) fn end(&mut self, phase: &'static str) {
        self.ends.push((phase, now_ns()));
    }

    /// The same at an instant that another process has noted on the same clock.
    pub(in crate::isolation) fn end_at(&mut self, phase: &'static str, at_ns: u64) {
        let last_ns = self
            .ends
            .last()
            .map_or(self.began_ns, |(_, end_ns)| *end_ns);
        self.ends.push((phase, at_ns.clamp(last_ns, now_ns())));
    }

    /// The total until the output was held, and the spans that sum to it.
    pub(in crate::isolation) fn until(&self, held_ns: u64) -> (u64, Vec<(String, u64)>) {
        let mut last_ns = self.began_ns;
        let mut phases = Vec::with_capacity(self.ends.len() + 1);
        for (phase, end_ns) in self.ends.iter().chain([&("call", held_ns)]) {
            let end_ns = (*end_ns).min(held_ns);
            phases.push(((*phase).to_owned(), end_ns - last_ns));
            last_ns = end_ns;
        }
        (held_ns - self.began_ns, phases)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phases_sum_to_the_total_even_if_the_output_outran_an_answer() {
        let marks = Marks {
            began_ns: 100,
            ends: vec![("create", 130), ("start", 190)],
        };
        assert_eq!(
            marks.until(250).1.iter().map(|(_, ns)| ns).sum::<u64>(),
            150
        );
        let (total, phases) = marks.until(170);
        assert_eq!(total, 70);
        assert_eq!(
            phases,
            [
                ("create".into(), 30),
                ("start".into(), 40),
                ("call".into(), 0)
            ]
        );
    }

    #[test]
    fn an_instant_noted_elsewhere_lies_between_the_phase_before_and_now() {
        let mut marks = Marks::begin();
        marks.end("create");
        let (_, created_ns) = marks.ends[0];
        marks.end_at("early", 0);
        marks.end_at("late", u64::MAX);
        let ends: Vec<u64> = marks.ends.iter().map(|(_, end_ns)| *end_ns).collect();
        assert_eq!(ends[1], created_ns);
        assert!(ends[2] >= created_ns && ends[2] <= now_ns());
    }
}
