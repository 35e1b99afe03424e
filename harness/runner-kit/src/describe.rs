//! The verb `describe`: the receipt that the runtime is here and works.

use std::process::ExitCode;

use anyhow::Context as _;
use labrun_protocol::{Describe, GuestTarget, PROTOCOL_VERSION};

use crate::failure;
use crate::runtime::Runtime;

/// Starts every configuration once, and prints what there is.
///
/// A runner that can be executed but whose runtime cannot start (no JIT memory, a
/// CPU feature that is missing) must not hand out a receipt.
pub(crate) fn print<R: Runtime>() -> ExitCode {
    match receipt::<R>() {
        Ok(line) => {
            println!("{line}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{}", failure::one_line(&error));
            ExitCode::FAILURE
        }
    }
}

fn receipt<R: Runtime>() -> anyhow::Result<String> {
    let mut configurations = Vec::new();
    for configuration in R::CONFIGURATIONS {
        let name = configuration.name;
        R::new(name, GuestTarget::Wasip1, None)
            .with_context(|| format!("{}/{name} does not start", R::NAME))?;
        configurations.push(name.to_owned());
    }
    let describe = Describe {
        protocol: PROTOCOL_VERSION,
        name: R::NAME.to_owned(),
        version: R::version(),
        configurations,
    };
    Ok(serde_json::to_string(&describe)?)
}
