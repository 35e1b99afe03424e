//! The workload `add`: what the command prints, and the function that it exports.
//!
//! As a wasip1 or wasip2 command, or a native program, it sums its arguments. As a
//! wasip1 library it is a reactor with the bare exports [`add`], whose calls are
//! timed, and [`add_loop`], whose additions are. The native library exports both too.

use std::ffi::OsString;
use std::fmt;

/// The sum of two numbers, wrapping around: the smallest useful export.
// SAFETY: nothing else in these programs is called `add`.
#[unsafe(no_mangle)]
pub extern "C" fn add(a: i32, b: i32) -> i32 {
    a.wrapping_add(b)
}

/// `n` additions one after another, none where `n` is not positive: what an addition
/// costs inside, where no boundary is crossed.
///
/// Each needs the one before it, and the rotation keeps a compiler from making one
/// multiplication of them all.
// SAFETY: nothing else in these programs is called `add_loop`.
#[unsafe(no_mangle)]
pub extern "C" fn add_loop(n: i32, b: i32) -> i32 {
    let mut sum: i32 = 0;
    for _ in 0..n {
        sum = add(sum.rotate_left(1), b);
    }
    sum
}

/// Why there is no sum.
#[derive(Debug, PartialEq, Eq)]
pub enum SumError {
    /// There is nothing to add.
    Nothing,
    /// An argument is not an `i32`.
    NotANumber(String),
    /// The sum is not an `i32`.
    Overflow(i64),
}

impl fmt::Display for SumError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => write!(out, "nothing to add; usage: add NUMBER..."),
            Self::NotANumber(text) => write!(
                out,
                "{text:?} is not a whole number from {} to {}",
                i32::MIN,
                i32::MAX
            ),
            Self::Overflow(sum) => write!(
                out,
                "the sum {sum} does not fit between {} and {}",
                i32::MIN,
                i32::MAX
            ),
        }
    }
}

impl std::error::Error for SumError {}

/// The sum of `arguments`, each of which is an `i32`, as the sum has to be too.
/// Only the end counts: sums on the way may be larger.
pub fn sum(arguments: impl IntoIterator<Item = OsString>) -> Result<i32, SumError> {
    let mut arguments = arguments.into_iter().peekable();
    if arguments.peek().is_none() {
        return Err(SumError::Nothing);
    }
    let mut sum: i64 = 0;
    for argument in arguments {
        let number: i32 = argument
            .to_str()
            .and_then(|text| text.parse().ok())
            .ok_or_else(|| SumError::NotANumber(argument.to_string_lossy().into_owned()))?;
        sum += i64::from(number);
    }
    i32::try_from(sum).map_err(|_| SumError::Overflow(sum))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum_of(arguments: &[&str]) -> Result<i32, SumError> {
        sum(arguments.iter().map(OsString::from))
    }

    #[test]
    fn numbers_are_added() {
        assert_eq!(sum_of(&["19", "23"]), Ok(42));
        assert_eq!(sum_of(&["-7"]), Ok(-7));
        assert_eq!(sum_of(&["2147483647", "1", "-1"]), Ok(i32::MAX));
    }

    #[test]
    fn what_is_no_sum_is_an_error() {
        assert_eq!(sum_of(&[]), Err(SumError::Nothing));
        assert_eq!(sum_of(&["1", "x"]), Err(SumError::NotANumber("x".into())));
        assert_eq!(
            sum_of(&["2147483648"]),
            Err(SumError::NotANumber("2147483648".into()))
        );
        assert_eq!(
            sum_of(&["2147483647", "1"]),
            Err(SumError::Overflow(2_147_483_648))
        );
    }

    #[test]
    fn the_export_wraps_around() {
        assert_eq!(add(19, 23), 42);
        assert_eq!(add(i32::MAX, 1), i32::MIN);
    }

    /// The same in whole numbers without a bound, and the remainder taken.
    fn slow_loop(n: i32, b: i32) -> i32 {
        let modulus = 1_u64 << 32;
        let b = u64::from(b.cast_unsigned());
        let sum = (0..n).fold(0_u64, |sum, _| {
            let rotated = sum * 2 % modulus + sum * 2 / modulus;
            (rotated + b) % modulus
        });
        i32::try_from(sum.cast_signed() - if sum < modulus / 2 { 0 } else { 1 << 32 })
            .expect("an i32")
    }

    #[test]
    fn the_loop_adds_so_often() {
        assert_eq!(add_loop(3, 1), 7);
        for n in [i32::MIN, -1, 0, 1, 2, 31, 32, 33, 1000, 100_003] {
            for b in [0, 1, -1, 23, 0x1234_5678, i32::MAX, i32::MIN] {
                assert_eq!(add_loop(n, b), slow_loop(n, b), "{n} times {b}");
            }
        }
    }
}
