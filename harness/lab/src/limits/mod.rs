//! Limits of the place where the lab runs: memory, processors, processes, open files, folders, calls
//! of the kernel. What one of them does to a launch is no fault of the workload, and is never taken
//! for a number.

mod blame;
mod calls;
mod cpu;
mod files;
mod memory;
mod narrow;
mod places;
mod resources;

pub(crate) use blame::Blame;
pub(crate) use files::allow_files;
pub use memory::too_little;
pub(crate) use memory::{has_room, rooms};
pub(crate) use narrow::{NO_HOME, advice};
pub use places::{no_scratch, no_tmpfs};
pub use resources::file_too_large;

/// What holds here, in one line for a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limit {
    /// What is limited.
    pub what: &'static str,
    /// How much there is, and by what.
    pub said: String,
    /// What that costs, and how to lift it; none where it costs nothing.
    pub lift: Option<String>,
}

/// Every limit that a launch could meet here.
pub fn all() -> Vec<Limit> {
    let mut all = vec![
        memory::stated(),
        memory::swap(),
        cpu::stated(),
        files::stated(),
        resources::stated(),
    ];
    all.extend(places::stated());
    all.push(calls::stated());
    all
}

/// Bytes for a person: `64 MiB`, `12.5 GiB`.
fn shown(bytes: u64) -> String {
    if bytes < 10 << 30 {
        return format!("{} MiB", bytes >> 20);
    }
    format!("{:.1} GiB", bytes as f64 / f64::from(1 << 30))
}
