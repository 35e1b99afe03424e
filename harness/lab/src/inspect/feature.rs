//! What a module needs of a runtime beyond WebAssembly 2.0: proposals that not every runtime has.

use std::fmt;

use wasmparser::{BinaryReaderError, WasmFeatures};

use super::wasm::{validate, validate_with};

/// A feature of WebAssembly that not every runtime has.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Feature {
    /// Vectors of 128 bits. They are in WebAssembly 2.0, and yet some compilers have none.
    Simd,
    /// Vectors whose results may differ between processors.
    RelaxedSimd,
    /// Shared memories and atomic instructions.
    Threads,
    /// Exceptions, as they were standardised.
    Exceptions,
    /// Exceptions, as they were before. `Exceptions` is named beside them: both have the same tags.
    LegacyExceptions,
    /// Calls in place of the caller.
    TailCalls,
    /// Memories and tables with addresses of 64 bits.
    Memory64,
    /// More than one memory.
    MultiMemory,
    /// Constants that are computed.
    ExtendedConst,
    /// References to functions of a type.
    FunctionReferences,
    /// Structures and arrays that the runtime collects.
    Gc,
    /// Arithmetic on 128 bits.
    WideArithmetic,
    /// A proposal that is rare enough to have no name here, as `wasmparser` calls it.
    Other(String),
}

/// What every runtime has: WebAssembly 2.0 without vectors. How many memories there are is counted,
/// since the validator does not say that it is the feature which is missing.
const EVERYWHERE: WasmFeatures = WasmFeatures::WASM2
    .union(WasmFeatures::BULK_MEMORY_OPT)
    .union(WasmFeatures::CALL_INDIRECT_OVERLONG)
    .union(WasmFeatures::MULTI_MEMORY)
    .difference(WasmFeatures::SIMD);

/// What the validator's features are here.
const NAMED: [(WasmFeatures, Feature); 11] = [
    (WasmFeatures::SIMD, Feature::Simd),
    (WasmFeatures::RELAXED_SIMD, Feature::RelaxedSimd),
    (WasmFeatures::THREADS, Feature::Threads),
    (WasmFeatures::EXCEPTIONS, Feature::Exceptions),
    (WasmFeatures::LEGACY_EXCEPTIONS, Feature::LegacyExceptions),
    (WasmFeatures::TAIL_CALL, Feature::TailCalls),
    (WasmFeatures::MEMORY64, Feature::Memory64),
    (WasmFeatures::EXTENDED_CONST, Feature::ExtendedConst),
    (
        WasmFeatures::FUNCTION_REFERENCES,
        Feature::FunctionReferences,
    ),
    (WasmFeatures::GC, Feature::Gc),
    (WasmFeatures::WIDE_ARITHMETIC, Feature::WideArithmetic),
];

/// The features that a module is not valid without, in order. An error if it is not valid at all.
pub(super) fn needed(module: &[u8]) -> Result<Vec<Feature>, BinaryReaderError> {
    let mut features = EVERYWHERE;
    // The validator stops at the first feature that is missing, and says which one it is.
    while let Err(error) = validate_with(module, features) {
        match error.missing_wasm_feature() {
            Some(missing) if !features.contains(missing) => features |= missing,
            _ => {
                // It may be a feature that it does not name.
                validate(module)?;
                break;
            }
        }
    }
    let found = features.difference(EVERYWHERE);
    let feature = |(name, flag): (&str, WasmFeatures)| {
        let named = NAMED.iter().find(|(named, _)| *named == flag);
        named.map_or_else(
            || Feature::Other(name.to_lowercase().replace('_', "-")),
            |(_, feature)| feature.clone(),
        )
    };
    Ok(found.iter_names().map(feature).collect())
}

impl fmt::Display for Feature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Simd => "SIMD",
            Self::RelaxedSimd => "relaxed SIMD",
            Self::Threads => "threads",
            Self::Exceptions => "exceptions",
            Self::LegacyExceptions => "legacy exceptions",
            Self::TailCalls => "tail calls",
            Self::Memory64 => "memory64",
            Self::MultiMemory => "several memories",
            Self::ExtendedConst => "extended constants",
            Self::FunctionReferences => "function references",
            Self::Gc => "garbage collection",
            Self::WideArithmetic => "wide arithmetic",
            Self::Other(name) => name,
        })
    }
}
