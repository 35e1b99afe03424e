//! Files that end too early, wherever it is: refused as such, and never a panic.

use std::collections::BTreeSet;
use std::fs::{self, OpenOptions};
use std::path::Path;

use lab::inspect::{NoProgram, Program, WhyNot, program};
use object::Endianness;
use object::elf::FileHeader64;
use object::read::elf::{FileHeader, ProgramHeader};
use wasmparser::{Parser, Payload};

use crate::support::{compiled, file, folder, musl};

/// What is said of the first bytes of a file, for each of these numbers of bytes.
fn cut(
    path: &Path,
    lengths: impl IntoIterator<Item = u64>,
) -> Vec<(u64, Result<Program, NoProgram>)> {
    let lengths: BTreeSet<u64> = lengths.into_iter().collect();
    let writable = OpenOptions::new().write(true).open(path).expect("opens it");
    // From the longest on: what is cut does not come back.
    let said = lengths.into_iter().rev().map(|length| {
        writable.set_len(length).expect("cuts it");
        (length, program(path))
    });
    said.collect()
}

#[test]
fn a_native_program_is_cut_wherever_it_ends_too_early() {
    let folder = folder();
    let args = ["--target", &musl(), "-Cstrip=symbols"];
    let path = compiled(&folder, "program", "fn main() {}", &args);
    let bytes = fs::read(&path).expect("reads it");
    let data = &bytes[..];
    let header = FileHeader64::<Endianness>::parse(data).expect("a header");
    let endian = header.endian().expect("an order");
    let segments = header.program_headers(endian, data).expect("segments");
    let mut ends: Vec<u64> = segments
        .iter()
        .map(|segment| segment.file_range(endian))
        .flat_map(|(at, bytes)| [at, at + bytes])
        .collect();
    ends.extend([
        header.e_phoff(endian),
        header.e_shoff(endian),
        bytes.len() as u64,
    ]);
    let around = ends.iter().flat_map(|end| end.saturating_sub(2)..=end + 2);
    let lengths = around
        .chain(4..2048)
        .filter(|length| *length < bytes.len() as u64);
    for (length, said) in cut(&path, lengths.collect::<Vec<_>>()) {
        match said {
            Err(NoProgram {
                why: WhyNot::Cut(_),
                ..
            }) if length >= 4 => {}
            Err(_) if length < 4 => {}
            other => panic!("{length}: {other:?}"),
        }
    }
}

const MODULE: &str = r#"(module
    (import "wasi_snapshot_preview1" "fd_write" (func (param i32 i32 i32 i32) (result i32)))
    (memory (export "memory") 1)
    (func (export "_start") (drop (call 0 (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 20))))
    (data (i32.const 0) "it runs")
    (@custom "name" (after last) "0123456789"))"#;

const COMPONENT: &str = r#"(component
    (import "wasi:io/poll@0.2.3" (instance))
    (core module $m (memory 1) (func (export "run") (result i32) i32.const 0))
    (core instance $i (instantiate $m))
    (func $run (result (result)) (canon lift (core func $i "run")))
    (instance $out (export "run" (func $run)))
    (export "wasi:cli/run@0.2.3" (instance $out)))"#;

#[test]
fn modules_and_components_are_cut_but_at_the_end_of_a_section() {
    for text in [MODULE, COMPONENT] {
        let folder = folder();
        let bytes = wat::parse_str(text).expect("is well formed");
        let path = file(&folder, "whole.wasm", &bytes);
        assert!(program(&path).is_ok());
        let ends = outer_sections(&bytes);
        assert!(ends.len() > 4, "{ends:?}");
        for (length, said) in cut(&path, 0..bytes.len() as u64) {
            match said {
                Err(NoProgram {
                    why: WhyNot::Cut(_),
                    ..
                }) => assert!(length >= 4),
                Err(NoProgram {
                    why: WhyNot::Other(_),
                    ..
                }) if length < 4 => {}
                // Whole sections may make sense without those that follow.
                _ if ends.contains(&length) => {}
                other => panic!("{length}: {other:?}"),
            }
        }
    }
}

/// Where the header and the sections end that are in no other.
fn outer_sections(bytes: &[u8]) -> BTreeSet<u64> {
    let mut depth = 0;
    let mut ends = BTreeSet::new();
    for payload in Parser::new(0).parse_all(bytes) {
        let payload = payload.expect("is whole");
        match &payload {
            Payload::Version { range, .. } if depth == 0 => {
                ends.insert(range.end);
            }
            Payload::ModuleSection {
                unchecked_range, ..
            } => {
                ends.insert(unchecked_range.end);
                depth += 1;
            }
            Payload::End(_) => depth -= 1,
            _ => {}
        }
        if let Some((_, range)) = payload.as_section().filter(|_| depth == 0) {
            ends.insert(range.end);
        }
    }
    ends
}
