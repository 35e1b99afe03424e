//! Compiling ahead of time by a product's own command.

use std::path::Path;

use labrun_record::Outcome;

use super::Product;
use super::arguments::Filling;
use crate::clock::now_ns;
use crate::isolation::ToCompile;
use crate::outcome::Failure;
use crate::site::Site;

/// Longest time for compiling one module ahead of time.
const LIMIT_NS: u64 = 120_000_000_000;

/// Compiles `module` to `output`.
pub(super) fn precompile(
    product: &Product,
    site: &Site,
    module: ToCompile<'_>,
    output: &Path,
) -> Result<(), Failure> {
    let home = site.folder().map_err(Failure::cannot("make a HOME"))?;
    let mut filling = Filling::default();
    filling.words.extend([
        ("module", module.module.display().to_string()),
        ("output", output.display().to_string()),
        ("folder", product.definition.folder.display().to_string()),
        ("home", home.path().display().to_string()),
    ]);
    let form = product.configuration.precompile.as_deref();
    let program = product.program(site, &home, &filling, form.unwrap_or_default())?;
    let done = program.run(site, now_ns() + LIMIT_NS).map(drop);
    done.map_err(|failure| match failure {
        // It was started, and ended otherwise than well: it does not take the module.
        Failure::Outcome(Outcome::Failed, reason) if module.is_given => {
            Failure::new(Outcome::Unsupported, reason)
        }
        other => other,
    })
}
