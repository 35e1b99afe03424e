//! What the tests stand on: folders, files, and programs that rustc makes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use lab::inspect::{Component, Elf, Module, NoProgram, Program, program};
use tempfile::TempDir;

/// A folder that goes with the value.
pub(crate) fn folder() -> TempDir {
    TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).expect("makes a folder")
}

/// A file in the folder.
pub(crate) fn file(folder: &TempDir, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
    let path = folder.path().join(name);
    fs::write(&path, bytes).expect("writes it");
    path
}

/// What rustc makes of a source, with these arguments.
pub(crate) fn compiled(folder: &TempDir, name: &str, source: &str, args: &[&str]) -> PathBuf {
    let source = file(folder, &format!("{name}.rs"), source);
    let made = folder.path().join(name);
    let compiler = Command::new("rustc")
        .args(["--edition=2024", "--crate-name=guest"])
        .args(args)
        .arg("-o")
        .args([&made, &source])
        .output()
        .expect("rustc runs");
    let said = String::from_utf8_lossy(&compiler.stderr);
    assert!(compiler.status.success(), "{args:?}: {said}");
    made
}

/// The triple of a static program for this machine.
pub(crate) fn musl() -> String {
    format!("{}-unknown-linux-musl", std::env::consts::ARCH)
}

pub(crate) fn elf(path: &Path) -> Elf {
    match program(path) {
        Ok(Program::Elf(elf)) => elf,
        other => panic!("{}: {other:?}", path.display()),
    }
}

/// The module or component that some text is.
pub(crate) fn wasm(text: &str) -> Result<Program, NoProgram> {
    let folder = folder();
    let bytes = wat::parse_str(text).expect("is well formed");
    program(&file(&folder, "in.wasm", bytes))
}

pub(crate) fn module(text: &str) -> Module {
    match wasm(text) {
        Ok(Program::Module(module)) => module,
        other => panic!("{other:?}"),
    }
}

pub(crate) fn component(text: &str) -> Component {
    match wasm(text) {
        Ok(Program::Component(component)) => component,
        other => panic!("{other:?}"),
    }
}

/// What is said of a file that is no program, its name left out.
pub(crate) fn refusal(path: &Path) -> String {
    let refused = program(path).expect_err("is no program");
    refused
        .to_string()
        .replace(&path.display().to_string(), "it")
}
