//! What is known of many nights, and what one of them says.
//!
//! [`judge`] holds a night against those before it, and names what it suspects; [`dating`] says on
//! which night something that was confirmed began, and on which it ended.

pub mod dating;
pub mod judge;
