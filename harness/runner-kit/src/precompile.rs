//! The command `precompile`: a module into a file that loading only maps.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use labrun_protocol::GuestTarget;

use crate::Refused;
use crate::runtime::{Configuration, Runtime};

/// Compiles `artifact` for `configuration` into `output`.
///
/// This decides nothing about the configuration that this process runs.
pub(crate) fn precompile<R: Runtime>(
    configuration: Configuration,
    target: GuestTarget,
    artifact: &Path,
    output: &Path,
) -> Result<()> {
    if !configuration.precompile {
        bail!(
            "{}/{} compiles at load; there is nothing to precompile",
            R::NAME,
            configuration.name
        );
    }
    let wasm = fs::read(artifact).with_context(|| format!("cannot read {}", artifact.display()))?;
    let code = R::precompile(configuration.name, target, &wasm).map_err(Refused::because)?;
    write_atomically(output, &code).with_context(|| format!("cannot write {}", output.display()))
}

/// Writes beside `output` and renames: nobody ever maps half a file.
fn write_atomically(output: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut name = output.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.partial", std::process::id()));
    let partial = output.with_file_name(name);
    let written = fs::File::create(&partial)
        .and_then(|mut file| file.write_all(bytes))
        .and_then(|()| fs::rename(&partial, output));
    if written.is_err() {
        // It may never have been there; the first error is the one to report.
        let _ = fs::remove_file(&partial);
    }
    written
}
