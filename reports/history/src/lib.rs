//! What is known of many nights, and what one of them says.
//!
//! [`judge`] holds a night against those before it, and names what it suspects; [`dating`] says on
//! which night something that was confirmed began, and on which it ended.

mod check;
mod class;
pub mod dating;
mod evened;
pub mod files;
mod finding;
pub mod judge;
mod key;
mod night;
mod nights;
mod open;
mod student;
mod watch;

pub use check::{ToReplay, Watched};
pub use class::{class_of, machine_class};
pub use finding::{Check, Closed, FROM_ZERO, Finding, Member, Suspected};
pub use key::{SeriesKey, Subject};
pub use night::{HISTORY_SCHEMA, Head, Night, Point, Values};
pub use nights::{Column, Nights};
pub use open::{Became, Findings, settled};
pub use watch::{Epoch, Epochs, Rules, Watching, is_of_a_tail};
