//! Everything that is read from outside, fed with what was altered: definitions, plans, bundles,
//! the files of runs, the lines of runners and helpers, HTTP answers, programs and images. Nothing
//! panics, and nothing hangs; in the long form (`scripts/fuzz`) no input takes a second of a
//! processor or a GiB.
//!
//! Inputs are altered from valid ones: from files of this repository, and from `corpus/NAME`, in
//! which an input stays that once was too much. `LABRUN_FUZZ` is how many there are over all
//! targets, of which each has its share; `LABRUN_FUZZ_SEED` is where they begin.

mod alter;
mod bundles;
mod corpus;
mod definitions;
mod feed;
mod http;
mod inspect;
mod lines;
mod plans;
mod runs;
mod watch;
