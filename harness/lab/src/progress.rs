//! What the lab tells a person while it works. The command line shows it.

/// Receives what the lab is doing. Every method is called from one thread.
pub trait Progress {
    /// Something that a person should know, once: one line.
    fn note(&self, line: &str);

    /// How far a long step is; `total` is 0 where it is unknown.
    fn step(&self, what: &str, done: u64, total: u64);

    /// The long step is over.
    fn finish(&self, what: &str);
}

/// Shows nothing.
#[derive(Debug, Clone, Copy)]
pub struct Silent;

impl Progress for Silent {
    fn note(&self, _line: &str) {}
    fn step(&self, _what: &str, _done: u64, _total: u64) {}
    fn finish(&self, _what: &str) {}
}
