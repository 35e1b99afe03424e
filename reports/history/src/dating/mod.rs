//! On which night a change began, and on which it ended.
//!
//! Change points are those of E-divisive (Matteson & James, "A Nonparametric Approach for Multiple
//! Change Point Analysis of Multivariate Data", Journal of the American Statistical Association 109,
//! 2014), over windows that slide, with a test by Student's t and a merge of what is too weak, as
//! Fleming et al. have it ("Hunter: Using Change Point Detection to Hunt for Performance Regressions",
//! ICPE 2023). They date what was confirmed, and raise nothing: a series that changed without a
//! replay that says so is none of their business.

mod energy;
mod points;
mod span;
mod student;

pub use points::{ChangePoint, Dating, Spread, change_points};
pub use span::{By, Span, USUAL, is_back, since, span};
