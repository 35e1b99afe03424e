//! One night held against those before it.
//!
//! [`judge`] suspects, and never decides: a suspect is replayed in the same night, and [`conclude`]
//! says what the replays come to. Pure functions of plain numbers: no file, no process, no clock.
//!
//! A series is judged by the log of its value, less what the night did to all series alike
//! (`shift`), held against the median and the spread of its last nights (`baseline`). What moves many
//! series of one runtime is one grouped regression (`group`); what moves a control series is the
//! machine (`environment`).

mod baseline;
mod conclude;
mod discovery;
mod environment;
mod exact;
mod group;
mod level;
mod night;
mod of_group;
mod series;
mod shift;

pub use conclude::{Concluded, Conclusion, Evidence, Known, Replay, Verdicts, conclude};
pub use environment::{EnvironmentShift, MovedControl};
pub use group::GroupSuspect;
pub use night::{Departure, Judged, Standing, Suspect, freed, judge};
pub use of_group::GroupConclusion;
pub use series::{Direction, Kind, Quantity, Series, Settings};
pub use shift::NightShift;
