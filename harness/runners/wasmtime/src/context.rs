//! What a guest is given: its arguments, its environment, its directories, and the
//! runner's stdout and stderr. No network, no outgoing requests, no stdin.

use std::path::Path;

use anyhow::{Context as _, Result};
use labrun_runner_kit::Grants;
use wasmtime_wasi::{WasiCtx, WasiCtxBuilder};

/// A WASI context for one instance of the module `name`.
pub(crate) fn builder(name: &str, grants: &Grants) -> Result<WasiCtxBuilder> {
    let mut context = WasiCtx::builder();
    context
        .inherit_stdout()
        .inherit_stderr()
        .arg(name)
        .args(&grants.args);
    for (key, value) in &grants.env {
        context.env(key, value);
    }
    // Files are read and written on the guest's own thread, and not handed to a pool
    // of threads and back: what wasmtime's own command does, and no one else waits.
    context.allow_blocking_current_thread(true);
    for directory in &grants.directories {
        preopen(&mut context, &directory.host, &directory.guest)
            .map_err(anyhow::Error::from)
            .with_context(|| format!("cannot grant {}", directory.host.display()))?;
    }
    Ok(context)
}

/// Grants a directory, to read and to write.
#[cfg(runtime_since = "48")]
fn preopen(context: &mut WasiCtxBuilder, host: &Path, guest: &str) -> wasmtime::Result<()> {
    use wasmtime_wasi::FsPerms;
    context.preopened_dir(host, guest, FsPerms::ReadWrite)?;
    Ok(())
}

/// The same, in the words of wasmtime before 48.
#[cfg(not(runtime_since = "48"))]
fn preopen(context: &mut WasiCtxBuilder, host: &Path, guest: &str) -> wasmtime::Result<()> {
    use wasmtime_wasi::{DirPerms, FilePerms};
    context.preopened_dir(host, guest, DirPerms::all(), FilePerms::all())?;
    Ok(())
}
