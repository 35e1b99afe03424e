//! The workload `add`: what the command prints, and the function that it exports.
//!
//! As a wasip1 or wasip2 command, or a native program, it sums its arguments. As a
//! wasip1 library it is a reactor with the bare export [`add`], whose calls are
//! timed.

use std::ffi::OsString;
use std::fmt;

/// The sum of two numbers, wrapping around: the smallest useful export.
// SAFETY: nothing else in these programs is called `add`.
#[unsafe(no_mangle)]
pub extern "C" fn add(a: i32, b: i32) -> i32 {
    a.wrapping_add(b)
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
}
