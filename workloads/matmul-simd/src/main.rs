//! The workload `matmul-simd`: `matmul` with the vectors of SIMD128 where the target is
//! wasm. Elsewhere it is `matmul`, and it prints the same everywhere.

use std::process::ExitCode;

#[path = "../../matmul.rs"]
mod matmul;

fn main() -> ExitCode {
    matmul::run("matmul-simd", kernel)
}

#[cfg_attr(target_family = "wasm", target_feature(enable = "simd128"))]
fn kernel(size: usize, left: &[f32], right: &[f32], product: &mut [f32]) {
    matmul::multiply(size, left, right, product);
}
