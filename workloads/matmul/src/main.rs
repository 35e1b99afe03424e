//! The workload `matmul`: multiplies two matrices of `f32`, compiled with the default
//! flags of each target. LLVM makes vectors of it on x86-64 (SSE2) and on ARM64 (NEON),
//! and none on wasm, where SIMD128 has to be asked for: see `matmul-simd`.

use std::process::ExitCode;

#[path = "../../matmul.rs"]
mod matmul;

fn main() -> ExitCode {
    matmul::run("matmul", kernel)
}

fn kernel(size: usize, left: &[f32], right: &[f32], product: &mut [f32]) {
    matmul::multiply(size, left, right, product);
}
