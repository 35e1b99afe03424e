//! `labrun replay A B`: decides between two sides, in adjacent quads.

mod conclude;

pub(crate) use conclude::{code, show};

/// Better or worse if the whole interval lies beyond this share: narrower than that of a run, since
/// the launches of a quad share what the machine does.
pub(crate) const MARGIN: f64 = 0.02;
