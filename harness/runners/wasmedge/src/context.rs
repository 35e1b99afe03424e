//! What a guest is given: its arguments, its environment, its directories, and the
//! runner's standard streams.

use anyhow::{Context as _, Result, ensure};
use labrun_runner_kit::{Directory, Grants};
use wasmedge_sdk::wasi::WasiModule;

/// The WASI functions for one instance of the module `name`.
pub(crate) fn wasi(name: &str, grants: &Grants) -> Result<WasiModule> {
    let mut args = vec![name];
    args.extend(grants.args.iter().map(String::as_str));
    let env: Vec<String> = grants
        .env
        .iter()
        .map(|(key, value)| format!("{key}={value}"))
        .collect();
    let directories = grants
        .directories
        .iter()
        .map(preopened)
        .collect::<Result<Vec<_>>>()?;
    Ok(WasiModule::create(
        Some(args),
        Some(env.iter().map(String::as_str).collect()),
        Some(directories.iter().map(String::as_str).collect()),
    )?)
}

/// A directory as WasmEdge takes it: `GUEST:HOST`.
fn preopened(directory: &Directory) -> Result<String> {
    let Directory { host, guest } = directory;
    let granted = || format!("cannot grant {}", host.display());
    // It leaves out what it cannot open, and says so only in its log.
    let is_folder = host.metadata().with_context(granted)?.is_dir();
    ensure!(is_folder, "{}: it is no directory", granted());
    let path = host
        .to_str()
        .filter(|path| !path.contains(':'))
        .with_context(|| format!("{}: WasmEdge takes no such path", granted()))?;
    Ok(format!("{guest}:{path}"))
}
