//! Colours by role. plotters writes fixed colours; each role is drawn in a colour that
//! is used for nothing else, and that colour then becomes a CSS variable of the page.

use labrun_record::Tier;
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
    /// What is behind everything else.
    Band,
    /// The page under it, to cut a mark out.
    Ground,
    /// The reference.
    Reference,
    /// What is better.
    Good,
    /// What is worse.
    Bad,
    /// A class of boundary.
    Tier(u8),
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
    /// Lines of a technology that are told apart: solid, dashed, dotted, and so on.
    pub(crate) fn nth(technology: u8, nth: usize) -> Self {
        [Self::Technology, Self::Dashed, Self::Dotted][nth % 3](technology)
    }

    /// The CSS variable that it becomes.
    pub(super) fn variable(self) -> String {
        match self {
            Self::Text => "--text".to_owned(),
            Self::Muted => "--muted".to_owned(),
            Self::Grid => "--grid".to_owned(),
            Self::Band => "--line".to_owned(),
            Self::Ground => "--panel".to_owned(),
            Self::Reference => "--reference".to_owned(),
            Self::Good => "--good".to_owned(),
            Self::Bad => "--bad".to_owned(),
            Self::Tier(i) => format!("--tier-{i}"),
            Self::Technology(i) | Self::Dashed(i) | Self::Dotted(i) => format!("--t{i}"),
            Self::Phase(i) => format!("--p{i}"),
            Self::OnPhase(i) => format!("--on-p{i}"),
        }
    }
}

/// The inks of a chart. Each is drawn in a colour that stands for it: its place here.
#[derive(Debug, Default)]
pub(crate) struct Inks(Vec<Ink>);

impl Inks {
    /// The colour that stands for an ink while drawing.
    pub(crate) fn sentinel(&mut self, ink: Ink) -> RGBColor {
        let known = self.0.iter().position(|one| *one == ink);
        let place = known.unwrap_or_else(|| {
            self.0.push(ink);
            self.0.len() - 1
        });
        RGBColor(254, 1, place as u8)
    }

    /// Turns every sentinel colour of an SVG into its variable.
    pub(crate) fn with_variables(&self, svg: &str) -> String {
        let places = self.0.iter().enumerate();
        places.fold(svg.to_owned(), |svg, (place, ink)| {
            let dashes = match ink {
                Ink::Dashed(_) => " stroke-dasharray=\"26 14\"",
                Ink::Dotted(_) => " stroke-dasharray=\"5 11\"",
                _ => "",
            };
            let variable = format!("\"var({})\"{dashes}", ink.variable());
            svg.replace(&format!("\"#FE01{place:02X}\""), &variable)
        })
    }
}

/// The colour of a class of boundary, the loosest first.
pub(crate) fn tier_ink(tier: Tier) -> u8 {
    match tier {
        Tier::Process => 0,
        Tier::Namespaces => 1,
        Tier::UserKernel => 2,
        Tier::MicroVm => 3,
        Tier::WasmSandbox => 4,
    }
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
    fn every_sentinel_is_its_own_and_becomes_its_variable() {
        let mut inks = Inks::default();
        let drawn = [Ink::Text, Ink::Dashed(3), Ink::Text, Ink::OnPhase(2)];
        let colours = drawn.map(|ink| inks.sentinel(ink));
        assert!(colours[0] == colours[2] && colours[0] != colours[1] && colours[1] != colours[3]);
        let svg = colours.map(|RGBColor(r, g, b)| format!("\"#{r:02X}{g:02X}{b:02X}\""));
        assert_eq!(
            inks.with_variables(&svg.join(" ")),
            "\"var(--text)\" \"var(--t3)\" stroke-dasharray=\"26 14\" \"var(--text)\" \"var(--on-p2)\""
        );
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
