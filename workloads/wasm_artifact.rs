//! For tests: builds a workload's wasm library and reads what it exports.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use wasmparser::{ExternalKind, KnownCustom, Name, Parser, Payload};

/// Builds the wasm artifact `file` for `target`, with `select` (`--lib`, or `--bin`
/// and a name) as the lab does, and returns its bytes.
pub(crate) fn build(manifest: &str, target: &str, select: &[&str], file: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("wasm");
    let output = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args([
            "build",
            "--release",
            "--locked",
            "--manifest-path",
            manifest,
        ])
        .args(["--target", target])
        .args(select)
        .arg("--target-dir")
        .arg(&folder)
        .output()
        .expect("cargo starts");
    assert!(
        output.status.success(),
        "cargo build for {target} failed (is it there? `rustup target add {target}`):\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let path: PathBuf = [
        folder.as_path(),
        target.as_ref(),
        "release".as_ref(),
        file.as_ref(),
    ]
    .iter()
    .collect();
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The exported functions of a core module, each with the name that the function
/// itself has. A wrapped export is called `NAME.command_export`.
pub(crate) fn exported_functions(module: &[u8]) -> BTreeMap<String, String> {
    let mut exports = BTreeMap::new();
    let mut names = BTreeMap::new();
    for payload in Parser::new(0).parse_all(module) {
        match payload.expect("a valid module") {
            Payload::ExportSection(section) => {
                for export in section {
                    let export = export.expect("a valid export");
                    if export.kind == ExternalKind::Func {
                        exports.insert(export.name.to_owned(), export.index);
                    }
                }
            }
            Payload::CustomSection(section) => {
                let KnownCustom::Name(subsections) = section.as_known() else {
                    continue;
                };
                for subsection in subsections {
                    let Name::Function(functions) = subsection.expect("valid names") else {
                        continue;
                    };
                    for naming in functions {
                        let naming = naming.expect("a valid name");
                        names.insert(naming.index, naming.name.to_owned());
                    }
                }
            }
            _ => {}
        }
    }
    assert!(!names.is_empty(), "the module must keep its name section");
    exports
        .into_iter()
        .map(|(export, index)| (export, names.get(&index).cloned().unwrap_or_default()))
        .collect()
}
