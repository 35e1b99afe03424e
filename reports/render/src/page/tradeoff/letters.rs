//! The letters of technologies, so that marks are told apart by more than their colour.

use maud::{Markup, html};

use super::picture::Picture;
use crate::board::Board;
use crate::chart::tier_ink;
use crate::words::distinct;

/// A letter for each technology of a run.
pub(super) struct Letters<'a>(Vec<(&'a str, char)>);

/// What stands for a technology when every letter and digit is taken.
const OTHER: char = '\u{b7}';

impl<'a> Letters<'a> {
    /// Of each technology the first letter of its name that none before it has, else any that is free.
    pub(super) fn of(board: &Board<'a>) -> Self {
        let lines = board.lines.iter().filter(|line| !line.is_control);
        let mut letters: Vec<(&str, char)> = Vec::new();
        for line in lines {
            if letters.iter().any(|known| known.0 == line.technology) {
                continue;
            }
            let is_free = |letter: &char| letters.iter().all(|known| known.1 != *letter);
            let own = line.technology.chars().filter(char::is_ascii_alphanumeric);
            let any = ('A'..='Z').chain('0'..='9');
            let mut wanted = own.map(|letter| letter.to_ascii_uppercase()).chain(any);
            let letter = wanted.find(is_free).unwrap_or(OTHER);
            letters.push((line.technology, letter));
        }
        Self(letters)
    }

    /// That of a technology.
    pub(super) fn letter(&self, technology: &str) -> char {
        let found = self.0.iter().find(|known| known.0 == technology);
        found.map_or(OTHER, |known| known.1)
    }

    /// Tiers by colour, each with its technologies that are on a picture, by letter.
    pub(super) fn legend(&self, pictures: &[Picture<'_>]) -> Markup {
        let points = || pictures.iter().flat_map(|picture| &picture.points);
        let mut tiers = distinct(points().map(|point| point.line.tier));
        tiers.sort_unstable();
        let drawn = distinct(points().map(|point| (point.line.tier, point.line.technology)));
        html! {
            ul.legend.marks-legend {
                @for tier in tiers {
                    li data-tier=(tier.name()) {
                        span.ring.{ "tier-" (tier_ink(tier)) } {} strong { (tier) ": " }
                        @for (place, (technology, letter)) in self.0.iter()
                            .filter(|known| drawn.contains(&(tier, known.0))).enumerate() {
                            @if place > 0 { ", " }
                            span data-technology=(technology) data-letter=(letter) { b { (letter) } " " (technology) }
                        }
                    }
                }
            }
        }
    }
}
