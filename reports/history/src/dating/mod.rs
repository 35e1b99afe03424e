//! On which night a change began, and on which it ended.
