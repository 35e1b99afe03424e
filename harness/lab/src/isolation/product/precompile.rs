//! Compiling ahead of time by a product's own command.

use std::path::Path;

use super::Product;
use super::arguments::Filling;
use crate::clock::now_ns;
use crate::outcome::Failure;
use crate::process::{Isolate as _, Program, Stream};
use crate::site::Site;

/// Longest time for compiling one module ahead of time.
const LIMIT_NS: u64 = 120_000_000_000;

/// Compiles `module` to `output`.
pub(super) fn precompile(
    product: &Product,
    site: &Site,
    module: &Path,
    output: &Path,
) -> Result<(), Failure> {
    let cannot = |error: std::io::Error| Failure::failed(format!("cannot start it: {error}"));
    let home = site.folder().map_err(cannot)?;
    let home_path = home.path().display().to_string();
    let mut filling = Filling::default();
    filling.words.extend([
        ("module", module.display().to_string()),
        ("output", output.display().to_string()),
        ("folder", product.definition.folder.display().to_string()),
        ("home", home_path.clone()),
    ]);
    let form = product
        .configuration
        .precompile
        .as_deref()
        .unwrap_or_default();
    let program = Program {
        path: product.ready()?.executable.path.clone(),
        args: filling.fill(product, form),
        env: vec![
            ("HOME".to_owned(), home_path.clone()),
            ("TMPDIR".to_owned(), home_path),
        ],
        mark: Some(site.mark()),
        ..Program::default()
    };
    let deadline_ns = now_ns() + LIMIT_NS;
    let mut process = program
        .prepare(site)
        .map_err(cannot)?
        .spawn()
        .map_err(cannot)?;
    let exit = process.finish(site, deadline_ns)?;
    if exit.is_success() {
        return Ok(());
    }
    Err(process.explain(Failure::failed(format!("it {exit}")), Stream::Stdout))
}
