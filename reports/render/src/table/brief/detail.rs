//! How much of each question is shown, so that all of them have room on a screen.

use super::question::{Entry, Question, Variant};
use crate::words::distinct;

/// Which rows of a variant are shown; its reference is in any case. Rows of different starts answer
/// different questions, so the best of one never stands for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Detail {
    /// The best at each start.
    Best,
    /// The best of each technology at the first start, and the best at each other.
    Technologies,
    /// The best of each technology at each start.
    Starts,
    /// All, controls too.
    All,
}

impl Detail {
    fn said(self, variant: &Variant<'_>) -> &'static str {
        let has_starts = variant.entries.iter().any(|entry| !entry.start.is_empty());
        match (self, has_starts) {
            (Self::Best, false) => "the best",
            (Self::Best, true) => "the best at each start",
            (Self::Technologies, true) => "best of each technology and later start",
            (Self::Technologies | Self::Starts, false) => "best of each technology",
            (Self::Starts, true) => "best of each technology and start",
            (Self::All, _) => "",
        }
    }
}

/// A question with those of its variants that are shown.
pub(super) struct Shown<'a> {
    pub question: &'a Question<'a>,
    pub variants: Vec<ShownVariant<'a>>,
    /// How many of its variants are not.
    pub hidden: usize,
}

/// A variant with those of its rows that are shown.
pub(super) struct ShownVariant<'a> {
    pub name: &'a str,
    pub entries: Vec<&'a Entry<'a>>,
    /// Which those are, where they are not all.
    pub said: &'static str,
}

impl Shown<'_> {
    /// How many rows are shown, those that stand beside others too.
    pub(super) fn rows(&self) -> usize {
        let entries = self.variants.iter().flat_map(|variant| &variant.entries);
        let beside = |entry: &Entry<'_>| entry.beside.is_some_and(|row| row.median().is_some());
        entries.map(|entry| 1 + usize::from(beside(entry))).sum()
    }
}

/// From what to what a variant is raised, one after another, each of every variant in their order.
const STEPS: [(Option<Detail>, Detail); 5] = [
    (Some(Detail::Best), Detail::Technologies),
    (None, Detail::Best),
    (Some(Detail::Best), Detail::Technologies),
    (Some(Detail::Technologies), Detail::Starts),
    (Some(Detail::Starts), Detail::All),
];

/// A title of more letters takes two lines, with what is said behind it.
const LONG: usize = 40;

/// As much of each question as has room in so many lines: the best row of the first variant of each
/// in any case.
pub(super) fn within<'a>(questions: &'a [Question<'a>], room: usize) -> Vec<Shown<'a>> {
    let first = |(place, _): (usize, &Variant<'_>)| (place == 0).then_some(Detail::Best);
    let details = questions
        .iter()
        .map(|of| of.variants.iter().enumerate().map(first).collect());
    let mut details: Vec<Vec<Option<Detail>>> = details.collect();
    let long = |of: &&Question<'_>| of.title.chars().count() > LONG;
    let titles = questions.len() + questions.iter().filter(long).count();
    let begun = questions
        .iter()
        .filter_map(|of| Some(cost(of, of.variants.first()?, Some(Detail::Best))));
    let mut taken = titles + begun.sum::<usize>();
    for (from, to) in STEPS {
        for (question, details) in questions.iter().zip(&mut details) {
            for (variant, detail) in question.variants.iter().zip(details) {
                let before = cost(question, variant, from);
                let more = cost(question, variant, Some(to)).saturating_sub(before);
                if *detail == from && taken + more <= room {
                    *detail = Some(to);
                    taken += more;
                }
            }
        }
    }
    let shown = questions.iter().zip(&details);
    shown
        .map(|(question, details)| Shown::new(question, details))
        .collect()
}

/// Lines that a variant takes.
fn cost(question: &Question<'_>, variant: &Variant<'_>, detail: Option<Detail>) -> usize {
    let heading = usize::from(question.variants.len() > 1);
    detail.map_or(0, |detail| heading + taken(variant, detail).len())
}

impl<'a> Shown<'a> {
    fn new(question: &'a Question<'a>, details: &[Option<Detail>]) -> Self {
        let variants = question.variants.iter().zip(details);
        let variants = variants.filter_map(|(variant, detail)| {
            let entries = taken(variant, (*detail)?);
            let all = taken(variant, Detail::All).len() == entries.len();
            Some(ShownVariant {
                name: &variant.name,
                said: detail
                    .filter(|_| !all)
                    .map_or("", |detail| detail.said(variant)),
                entries,
            })
        });
        let variants: Vec<ShownVariant<'a>> = variants.collect();
        Self {
            question,
            hidden: question.variants.len() - variants.len(),
            variants,
        }
    }
}

/// The rows of a variant at a detail, the best first.
fn taken<'a>(variant: &'a Variant<'a>, detail: Detail) -> Vec<&'a Entry<'a>> {
    let entries = variant.entries.iter();
    if detail == Detail::All {
        return entries.collect();
    }
    let start = |entry: &Entry<'_>| entry.row.row.start;
    let first = variant.entries.iter().map(start).min().flatten();
    let group = |entry: &&'a Entry<'a>| {
        let is_apart = match detail {
            Detail::Best => false,
            Detail::Technologies => start(entry) == first,
            Detail::Starts | Detail::All => true,
        };
        let technology = Some(entry.row.technology()).filter(|_| is_apart);
        (technology, start(entry))
    };
    // A control is nothing that anybody chooses, unless there is nothing else.
    let is_alone = variant
        .entries
        .iter()
        .all(|entry| entry.row.row.is_control());
    let entries: Vec<&Entry<'_>> = entries
        .filter(|entry| is_alone || !entry.row.row.is_control())
        .collect();
    let groups = distinct(entries.iter().map(group));
    let best = groups
        .into_iter()
        .filter_map(|wanted| entries.iter().position(|one| group(one) == wanted));
    let mut best: Vec<usize> = best.collect();
    // A reference alone says nothing of what is compared with it.
    if best.iter().all(|place| entries[*place].is_reference) {
        best.extend(entries.iter().position(|entry| !entry.is_reference));
    }
    let kept = entries.iter().enumerate();
    let kept = kept.filter(|(place, entry)| entry.is_reference || best.contains(place));
    kept.map(|(_, entry)| *entry).collect()
}
