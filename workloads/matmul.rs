//! The product of two matrices of `f32`, in steady state: what `matmul` and
//! `matmul-simd` share, which is all but the instructions that their kernel may use.
//!
//! Each element of the product is a sum from the first term to the last, each term
//! rounded before it is added. So the bits are the same with vectors and without.

use std::hint::black_box;
use std::process::ExitCode;

#[path = "digest.rs"]
mod digest;
#[path = "splitmix.rs"]
mod splitmix;
#[path = "steady.rs"]
mod steady;

use digest::Digest;
use steady::{Fault, Number, Work};

/// Makes `product` that of two square matrices with `size` rows each, row by row.
pub(crate) type Kernel = fn(size: usize, left: &[f32], right: &[f32], product: &mut [f32]);

const SIZE: Number = Number {
    name: "--size",
    default: 128,
    range: 1..=4096,
};
const ROUNDS: Number = Number {
    name: "--rounds",
    default: 25,
    range: 1..=1 << 32,
};

/// The whole of a program whose kernel is `kernel`.
pub(crate) fn run(program: &str, kernel: Kernel) -> ExitCode {
    let arguments = std::env::args_os().skip(1);
    steady::run(program, arguments, &[SIZE, ROUNDS], |[size, rounds]| {
        let work = Multiplying::new(size as usize, rounds, kernel);
        Ok(Box::new(work))
    })
}

/// The kernel, for whatever instructions the function may use that it is compiled into.
/// The innermost loop goes along rows of `right` and `product`, which lie in order.
#[inline(always)]
#[allow(
    clippy::inline_always,
    reason = "it has to take the features of the function around it"
)]
pub(crate) fn multiply(size: usize, left: &[f32], right: &[f32], product: &mut [f32]) {
    let rows = left.chunks_exact(size).zip(product.chunks_exact_mut(size));
    for (left, sums) in rows {
        sums.fill(0.0);
        for (factor, row) in left.iter().zip(right.chunks_exact(size)) {
            for (sum, other) in sums.iter_mut().zip(row) {
                *sum += factor * other;
            }
        }
    }
}

/// Two matrices, their product, and how often it is made in a batch.
struct Multiplying {
    size: usize,
    rounds: u64,
    kernel: Kernel,
    left: Vec<f32>,
    right: Vec<f32>,
    product: Vec<f32>,
}

impl Multiplying {
    fn new(size: usize, rounds: u64, kernel: Kernel) -> Self {
        let mut state = 754;
        let mut matrix = || (0..size * size).map(|_| element(&mut state)).collect();
        Self {
            size,
            rounds,
            kernel,
            left: matrix(),
            right: matrix(),
            product: vec![0.0; size * size],
        }
    }
}

/// A number from -1 up to 1 that `f32` has exactly.
fn element(state: &mut u64) -> f32 {
    (splitmix::next(state) >> 40) as f32 / (1_u32 << 23) as f32 - 1.0
}

impl Work for Multiplying {
    fn batch(&mut self) -> Result<String, Fault> {
        for _ in 0..self.rounds {
            let (left, right) = (black_box(&self.left), black_box(&self.right));
            (self.kernel)(self.size, left, right, &mut self.product);
            black_box(&mut self.product);
        }
        let mut digest = Digest::default();
        for element in &self.product {
            digest.word(u64::from(element.to_bits()));
        }
        let Self { rounds, size, .. } = self;
        Ok(format!("{digest} {rounds} x {size}"))
    }
}

#[cfg(test)]
#[path = "matmul_tests.rs"]
mod tests;
