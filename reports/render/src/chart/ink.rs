//! Colours by role. plotters writes fixed colours; each role is drawn in a colour that
//! is used for nothing else, and that colour then becomes a CSS variable of the page.

use plotters::style::RGBColor;

/// What a mark stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ink {
    /// Words that matter.
    Text,
    /// Words beside them.
    Muted,
    /// Lines to read by.
    Grid,
    /// The page behind.
    Paper,
    /// The reference.
    Reference,
    /// A technology, solid.
    Technology(u8),
    /// A technology, dashed.
    Dashed(u8),
    /// A technology, dotted.
    Dotted(u8),
    /// A phase.
    Phase(u8),
    /// Words on a phase.
    OnPhase(u8),
}

/// How many technologies have a colour of their own.
pub(crate) const TECHNOLOGIES: u8 = 8;
/// How many phases have a colour of their own.
pub(crate) const PHASES: u8 = 10;

impl Ink {
    /// Every ink.
    fn all() -> impl Iterator<Item = Self> {
        use Ink::{
            Dashed, Dotted, Grid, Muted, OnPhase, Paper, Phase, Reference, Technology, Text,
        };
        let technologies = (0..TECHNOLOGIES).flat_map(|i| [Technology(i), Dashed(i), Dotted(i)]);
        let phases = (0..PHASES).flat_map(|i| [Phase(i), OnPhase(i)]);
        [Text, Muted, Grid, Paper, Reference]
            .into_iter()
            .chain(technologies)
            .chain(phases)
    }

    /// Lines of a technology that are told apart: solid, dashed, dotted, and so on.
    pub(crate) fn nth(technology: u8, nth: usize) -> Self {
        [Self::Technology, Self::Dashed, Self::Dotted][nth % 3](technology)
    }

    /// The colour that stands for it while drawing.
    pub(crate) fn sentinel(self) -> RGBColor {
        let (kind, index) = match self {
            Self::Text => (1, 0),
            Self::Muted => (2, 0),
            Self::Grid => (3, 0),
            Self::Paper => (4, 0),
            Self::Reference => (5, 0),
            Self::Technology(i) => (6, i),
            Self::Dashed(i) => (7, i),
            Self::Dotted(i) => (8, i),
            Self::Phase(i) => (9, i),
            Self::OnPhase(i) => (10, i),
        };
        RGBColor(254, kind, index)
    }

    /// The CSS variable that it becomes.
    pub(crate) fn variable(self) -> String {
        match self {
            Self::Text => "--text".to_owned(),
            Self::Muted => "--muted".to_owned(),
            Self::Grid => "--grid".to_owned(),
            Self::Paper => "--paper".to_owned(),
            Self::Reference => "--reference".to_owned(),
            Self::Technology(i) | Self::Dashed(i) | Self::Dotted(i) => format!("--t{i}"),
            Self::Phase(i) => format!("--p{i}"),
            Self::OnPhase(i) => format!("--on-p{i}"),
        }
    }
}

/// Turns every sentinel colour of an SVG into its variable.
pub(crate) fn with_variables(svg: &str) -> String {
    let mut out = svg.to_owned();
    for ink in Ink::all() {
        let RGBColor(r, g, b) = ink.sentinel();
        let dashes = match ink {
            Ink::Dashed(_) => " stroke-dasharray=\"26 14\"",
            Ink::Dotted(_) => " stroke-dasharray=\"5 11\"",
            _ => "",
        };
        let sentinel = format!("\"#{r:02X}{g:02X}{b:02X}\"");
        if out.contains(&sentinel) {
            out = out.replace(&sentinel, &format!("\"var({})\"{dashes}", ink.variable()));
        }
    }
    out
}

/// The colour of a technology: fixed for those that every report has, so that they look
/// alike everywhere, and in the order of first appearance for all others.
pub(crate) fn technology_ink(technology: &str, all: &[&str]) -> u8 {
    const KNOWN: [&str; 4] = ["native", "docker", "wasmtime", "wasmer"];
    let position = |names: &[&str]| names.iter().position(|t| *t == technology);
    if let Some(index) = position(&KNOWN) {
        return index as u8;
    }
    let others: Vec<&str> = all.iter().copied().filter(|t| !KNOWN.contains(t)).collect();
    let free = usize::from(TECHNOLOGIES) - KNOWN.len();
    (KNOWN.len() + position(&others).unwrap_or(0) % free) as u8
}

/// The colour of a phase; phases that are not known get those that
/// no phase of the run has.
pub(crate) fn phase_ink(phase: &str, all: &[&str]) -> u8 {
    const KNOWN: [&str; 10] = [
        "unattributed",
        "spawn",
        "runtime",
        "load",
        "compile",
        "instantiate",
        "call",
        "create",
        "network",
        "start",
    ];
    if let Some(index) = KNOWN.iter().position(|p| *p == phase) {
        return index as u8;
    }
    let is_free = |i: &u8| !all.contains(&KNOWN[usize::from(*i)]);
    let free: Vec<u8> = (1..PHASES).rev().filter(is_free).collect();
    let mut others = all.iter().filter(|p| !KNOWN.contains(p));
    let place = others.position(|p| *p == phase).unwrap_or(0);
    free.get(place % free.len().max(1)).copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sentinel_is_its_own() {
        let all: Vec<RGBColor> = Ink::all().map(Ink::sentinel).collect();
        for (i, colour) in all.iter().enumerate() {
            assert!(!all[..i].contains(colour), "{colour:?}");
        }
    }

    #[test]
    fn technologies_keep_their_colours() {
        let all = ["wasmedge", "docker", "node"];
        assert_eq!(technology_ink("docker", &all), 1);
        assert_eq!(technology_ink("node", &all), 5);
    }

    #[test]
    fn unknown_phases_take_free_colours() {
        let all = ["spawn", "freeze", "start", "thaw"];
        let inks: Vec<u8> = all.iter().map(|p| phase_ink(p, &all)).collect();
        assert_eq!(inks, [1, 8, 9, 7]);
    }
}
