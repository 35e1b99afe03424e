//! Bytes that are shipped, and bytes that have to be there.

use super::{Right, Rows, kinds};

const QUICK: [&str; 8] = [
    "native/static",
    "native/dynamic",
    "docker/runc",
    "docker/runc-debian",
    "wasmtime/cranelift-jit",
    "wasmtime/cranelift-aot",
    "wasmtime/pooling-aot",
    "wasmer/cranelift-aot",
];

pub(super) fn add(rows: &mut Rows) {
    for kind in ["add", "file-io", "http"].into_iter().flat_map(kinds) {
        let quick = QUICK.contains(&kind.isolation) && kind.workload != "file-io";
        let right = match quick {
            false => Right::NotSelected,
            true if kind.has_target() => Right::Measured(1),
            true => Right::Unsupported,
        };
        let forms: &[_] = match (kind.target, kind.isolation) {
            ("image", "docker/runc-debian") => &[
                "form=shipped",
                "form=gzip",
                "form=layer layer=1 base",
                "form=layer layer=2 own",
            ],
            ("image", _) => &["form=shipped", "form=gzip", "form=layer layer=2 own"],
            _ => &[
                "form=built",
                "form=stripped",
                "form=shipped",
                "form=gzip",
                "form=zstd",
            ],
        };
        for form in forms {
            rows.add(kind, "size", form, right);
        }
        let needed: &[_] = match kind.isolation {
            "native/static" => &[],
            "native/dynamic" => &["what=libraries"],
            "docker/runc-debian" => &["what=base", "what=daemon"],
            _ if kind.is("docker") => &["what=daemon"],
            _ => &["what=runtime", "what=libraries"],
        };
        for what in needed {
            rows.add(kind, "size_needed", what, right);
        }
    }
}
