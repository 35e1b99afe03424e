//! A core module: how it is started, what it imports, and whether a WASI host can give it that.

use std::collections::HashSet;

use wasmparser::{ExternalKind, Parser, Payload, TypeRef};

use super::feature::{self, Feature};
use super::refused::WhyNot;
use super::shown::listed;

/// A core module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Module {
    /// How it is started.
    pub kind: ModuleKind,
    /// What it imports, in its order.
    pub imports: Vec<Import>,
    /// The names of what it exports, in its order.
    pub exports: Vec<String>,
    /// What it needs of a runtime beyond WebAssembly 2.0, each once, in order; SIMD is named too.
    pub needs: Vec<Feature>,
}

/// How a module is started.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ModuleKind {
    /// A command: it exports `_start`.
    Command,
    /// A reactor, which stays and is called: it exports `_initialize`, or a handler of requests as
    /// the lab's runners call it (`handler_respond`).
    Reactor,
    /// None of them: a library, or a program for a host of its own.
    Neither,
}

/// Something that a module imports.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Import {
    /// The module that it asks.
    pub module: String,
    /// The name there.
    pub name: String,
}

/// How many imports are named.
const NAMED: usize = 5;

impl Module {
    /// Reads a module and validates it.
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, WhyNot> {
        let (mut imports, mut exports) = (Vec::new(), Vec::new());
        let mut starts = [false; 2];
        let mut memories = 0;
        for payload in Parser::new(0).parse_all(bytes) {
            match payload? {
                Payload::ImportSection(section) => {
                    for import in section.into_imports() {
                        let import = import?;
                        memories += u32::from(matches!(import.ty, TypeRef::Memory(_)));
                        imports.push(Import {
                            module: import.module.to_owned(),
                            name: import.name.to_owned(),
                        });
                    }
                }
                Payload::MemorySection(section) => memories += section.count(),
                Payload::ExportSection(section) => {
                    for export in section {
                        let export = export?;
                        if export.kind == ExternalKind::Func {
                            starts[0] |= export.name == "_start";
                            starts[1] |= ["_initialize", "handler_respond"].contains(&export.name);
                        }
                        exports.push(export.name.to_owned());
                    }
                }
                _ => {}
            }
        }
        let mut needs = feature::needed(bytes)?;
        if memories > 1 {
            needs.push(Feature::MultiMemory);
        }
        needs.sort();
        Ok(Self {
            kind: match starts {
                [true, _] => ModuleKind::Command,
                [_, true] => ModuleKind::Reactor,
                _ => ModuleKind::Neither,
            },
            imports,
            exports,
            needs,
        })
    }

    /// Why no WASI host can run it, if so: the imports that none has, by name (at most 5, and how
    /// many more), who gives them, and what to do.
    pub fn foreign(&self) -> Option<String> {
        let has = |module: &str, name: &str| {
            let mut imports = self.imports.iter();
            imports.any(|import| import.module == module && import.name == name)
        };
        // Threads of WASI share a memory that the host makes.
        let has_threads = has("wasi", "thread-spawn");
        let is_wasi = |import: &Import| {
            import.is_wasi() || has_threads && import.module == "env" && import.name == "memory"
        };
        let mut seen = HashSet::new();
        let foreign = self.imports.iter().filter(|import| !is_wasi(import));
        let mut foreign: Vec<&Import> = foreign.filter(|import| seen.insert(*import)).collect();
        let giver = GIVERS
            .iter()
            .find(|giver| foreign.iter().any(|import| (giver.gives)(import)));
        let giver = giver.unwrap_or(&UNKNOWN);
        // Those that show whose they are come first.
        foreign.sort_by_key(|import| !(giver.gives)(import));
        let names = |import: &&Import| format!("{}.{}", import.module, import.name);
        let names: Vec<String> = foreign.iter().map(names).collect();
        (!names.is_empty()).then(|| {
            let (names, who, advice) = (listed(&names, NAMED), giver.who, giver.advice);
            format!("it imports {names}, which {who} and no WASI host does; {advice}")
        })
    }
}

impl Import {
    /// Whether it is one of WASI's or WASIX', of any version.
    fn is_wasi(&self) -> bool {
        self.module == "wasi"
            || [
                "wasi_snapshot_preview",
                "wasi_unstable",
                "wasi_ephemeral_",
                "wasix_",
            ]
            .iter()
            .any(|prefix| self.module.starts_with(prefix))
    }

    fn is_of(&self, modules: &[&str]) -> bool {
        modules.contains(&self.module.as_str())
    }
}

/// Whoever gives a module imports that are no WASI.
struct Giver {
    /// Whether an import is one of its own.
    gives: fn(&Import) -> bool,
    /// Who gives it: "which ... and no WASI host does".
    who: &'static str,
    advice: &'static str,
}

/// The first that gives one of the imports is whose module it is.
const GIVERS: [Giver; 7] = [
    Giver {
        gives: |import| {
            import.is_of(&[
                "wbg",
                "__wbindgen_placeholder__",
                "__wbindgen_externref_xform__",
            ]) || import.name.starts_with("__wbindgen_")
                || import.name.starts_with("__wbg_")
        },
        who: "the JavaScript of wasm-bindgen gives",
        advice: "build it without wasm-bindgen, with --target wasm32-wasip1",
    },
    Giver {
        gives: |import| import.is_of(&["gojs", "go"]),
        who: "Go's JavaScript (wasm_exec.js) gives",
        advice: "build it with GOOS=wasip1 GOARCH=wasm",
    },
    Giver {
        gives: |import| {
            let of_emscripten = [
                "emscripten_",
                "_emscripten_",
                "invoke_",
                "__syscall_",
                "_emval_",
                "_embind_",
                "__cxa_",
            ];
            let of_emscripten = of_emscripten
                .iter()
                .any(|start| import.name.starts_with(start));
            // Both names are shortened where it optimises.
            import.module == "env" && of_emscripten || import.module == "a"
        },
        who: "the JavaScript of Emscripten gives",
        advice: "build it with wasi-sdk, or with emcc -sSTANDALONE_WASM",
    },
    Giver {
        gives: |import| {
            let of_assemblyscript = ["abort", "seed", "trace", "console.log"];
            import.module == "env" && of_assemblyscript.contains(&import.name.as_str())
        },
        who: "the JavaScript of AssemblyScript gives",
        advice: "build it with @assemblyscript/wasi-shim",
    },
    Giver {
        gives: |import| {
            let ends = [".js", ".mjs"];
            let is_file = ends.iter().any(|end| import.module.ends_with(end));
            is_file || import.module.starts_with("./") || import.module.starts_with("wasm:js-")
        },
        who: "JavaScript gives",
        advice: "build it for WASI",
    },
    Giver {
        gives: |import| {
            let of_linker = ["__memory_base", "__table_base", "__indirect_function_table"];
            import.module.starts_with("GOT.")
                || import.module == "env" && of_linker.contains(&import.name.as_str())
        },
        who: "a dynamic linker gives",
        advice: "it is a shared library; link it into a command",
    },
    Giver {
        gives: |import| import.module.contains(':') && import.module.contains('/'),
        who: "a component around it gives",
        advice: "make a component of it: wasm-tools component new FILE -o COMPONENT.wasm",
    },
];

/// Where nothing shows who it is.
const UNKNOWN: Giver = Giver {
    gives: |_| false,
    who: "a host of its own gives",
    advice: "build it for WASI",
};
