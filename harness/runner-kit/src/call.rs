//! The command `call`: how long a call across the boundary takes, in batches.

use std::hint::black_box;

use anyhow::{Result, bail, ensure};
use labrun_protocol::Grants;

use crate::clock::now_ns;
use crate::runtime::{Command, Module};

/// What is called, and how often.
pub(crate) struct Calls<'a> {
    pub(crate) export: &'a str,
    pub(crate) arguments: (i32, i32),
    pub(crate) expected: i32,
    /// In a batch.
    pub(crate) times: u32,
    pub(crate) batches: u32,
}

/// Calls an export of one fresh instance; the length of each batch.
pub(crate) fn call<M: Module>(module: &M, grants: &Grants, what: &Calls<'_>) -> Result<Vec<u64>> {
    ensure!(
        what.times > 0 && what.batches > 0,
        "a call has at least 1 batch of at least 1 call"
    );
    if module.is_handler() {
        bail!("the current module is a handler: it listens, and its exports cannot be called");
    }
    let mut instance = module.instantiate(grants)?;
    let export = instance.export(what.export)?;
    // Reserved first: the spans allocate nothing of ours.
    let mut spans = Vec::with_capacity(what.batches as usize);
    for _ in 0..what.batches {
        spans.push(batch(&mut instance, &export, what)?);
    }
    Ok(spans)
}

/// One batch: its length in nanoseconds. Beyond the calls it has a comparison for each.
fn batch<C: Command>(instance: &mut C, export: &C::Export, what: &Calls<'_>) -> Result<u64> {
    let (arguments, expected) = (what.arguments, what.expected);
    let begin = now_ns();
    for _ in 0..what.times {
        let came = instance.call(export, black_box(arguments))?;
        if came != expected {
            bail!(
                "`{}` returned {came} for {:?}, and not {expected}",
                what.export,
                what.arguments
            );
        }
    }
    Ok(now_ns() - begin)
}

/// The error where there is no export `name` that can be called; `functions` are those that
/// can.
pub fn no_export(name: &str, functions: impl IntoIterator<Item = String>) -> anyhow::Error {
    let mut functions: Vec<_> = functions.into_iter().collect();
    functions.sort();
    let there_are = match functions.as_slice() {
        [] => "none".to_owned(),
        names => names.join(", "),
    };
    anyhow::anyhow!(
        "the module exports no `{name}` that takes two i32 and returns one; of such exports it \
         has {there_are}"
    )
}
