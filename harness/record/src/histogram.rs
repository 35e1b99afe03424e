//! The latencies of one launch, as a `HdrHistogram` in text.
//!
//! It is written by `hdrhistogram`, and read here: what was altered on disk costs a launch, and
//! never the memory that its header asks for. All that is read is the cells that hold something,
//! which are some hundreds of tens of thousands.

use std::io::Read as _;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use flate2::read::ZlibDecoder;
use hdrhistogram::serialization::{Serializer as _, V2DeflateSerializer};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// What the two layers begin with.
const PACKED: u32 = 0x1c84_9314;
const PLAIN: u32 = 0x1c84_9313;

/// Bytes of a whole one at most: a load's own has some 38,000 cells, with a byte or two each.
const MOST_BYTES: u64 = 1 << 20;

/// A histogram in `HdrHistogram`'s V2 encoding, compressed and in base64: `HISTFAAA...`, the text
/// that its readers in every language take.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct Histogram(String);

/// Why a histogram cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum HistogramError {
    /// It is no base64.
    #[error("it is not in base64")]
    Text,
    /// It is cut, altered, or something else.
    #[error("it is no whole HdrHistogram (V2, compressed)")]
    Shape,
}

impl Histogram {
    /// That of some latencies, in nanoseconds.
    pub fn of(latencies: &hdrhistogram::Histogram<u64>) -> Self {
        let mut bytes = Vec::new();
        // Writing to memory cannot fail, and a count over 2^63 is none of this world.
        let _ = V2DeflateSerializer::new().serialize(latencies, &mut bytes);
        Self(BASE64_STANDARD.encode(bytes))
    }

    /// What it holds: values in ascending order, and how often each. A value is the highest that
    /// its cell stands for, which is what `HdrHistogram` gives for a quantile.
    pub fn counts(&self) -> Result<Vec<(u64, u64)>, HistogramError> {
        let bytes = BASE64_STANDARD.decode(&self.0);
        let bytes = bytes.map_err(|_| HistogramError::Text)?;
        let plain = unpacked(&bytes).ok_or(HistogramError::Shape)?;
        cells(&plain).ok_or(HistogramError::Shape)
    }
}

/// What is inside the compressed layer.
fn unpacked(mut bytes: &[u8]) -> Option<Vec<u8>> {
    let (cookie, length) = (word(&mut bytes)?, word(&mut bytes)?);
    let packed = bytes.get(..length as usize)?;
    let mut plain = Vec::new();
    let read = ZlibDecoder::new(packed).take(MOST_BYTES);
    { read }.read_to_end(&mut plain).ok()?;
    (cookie == PACKED).then_some(plain)
}

/// The cells that hold something.
fn cells(mut bytes: &[u8]) -> Option<Vec<(u64, u64)>> {
    let bytes = &mut bytes;
    let (cookie, length, offset) = (word(bytes)?, word(bytes)?, word(bytes)?);
    let digits = word(bytes)?;
    let low = u64::from_be_bytes(take(bytes)?);
    let (_high, ratio) = (take::<8>(bytes)?, f64::from_be_bytes(take(bytes)?));
    let is_known = cookie == PLAIN && offset == 0 && digits <= 5 && ratio.total_cmp(&1.0).is_eq();
    if !is_known || bytes.len() != length as usize {
        return None;
    }
    let scale = Scale {
        half: (2 * 10_u64.pow(digits)).next_power_of_two() / 2,
        unit: low.checked_ilog2()?,
    };
    let (mut found, mut cell, mut total) = (Vec::new(), 0_u64, 0_u64);
    while !bytes.is_empty() {
        let number = number(bytes)?;
        // A number below zero is so many cells that hold nothing.
        let Ok(count) = u64::try_from(number) else {
            cell = cell.checked_add(number.unsigned_abs())?;
            continue;
        };
        if count > 0 {
            total = total.checked_add(count)?;
            found.push((scale.highest(cell)?, count));
        }
        cell = cell.checked_add(1)?;
    }
    // No launch makes more requests; sums over many launches stay far from the end of 64 bits.
    u32::try_from(total).is_ok().then_some(found)
}

/// How cells are numbered: evenly up to twice `half`, and from there on `half` of them for each
/// doubling.
struct Scale {
    half: u64,
    /// Values below 2 to the power of this are not told apart.
    unit: u32,
}

impl Scale {
    /// The highest value of a cell.
    fn highest(&self, cell: u64) -> Option<u64> {
        let doublings = (cell / self.half).saturating_sub(1);
        let within = cell - doublings * self.half;
        let step = 1_u64.checked_shl(u32::try_from(doublings).ok()?.checked_add(self.unit)?)?;
        Some((within + 1).checked_mul(step)? - 1)
    }
}

/// The next number: zigzag, in groups of seven bits, the lowest first; a ninth byte is whole.
fn number(bytes: &mut &[u8]) -> Option<i64> {
    let mut value = 0;
    for place in 0..9 {
        let [byte] = take(bytes)?;
        if place == 8 {
            value |= u64::from(byte) << 56;
            break;
        }
        value |= u64::from(byte & 0x7f) << (7 * place);
        if byte < 0x80 {
            break;
        }
    }
    Some((value >> 1).cast_signed() ^ -(value & 1).cast_signed())
}

fn word(bytes: &mut &[u8]) -> Option<u32> {
    take(bytes).map(u32::from_be_bytes)
}

fn take<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (taken, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(*taken)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::ZlibEncoder;

    use super::*;

    type Latencies = hdrhistogram::Histogram<u64>;

    fn of(latencies: impl IntoIterator<Item = (u64, u64)>, low: u64, digits: u8) -> Latencies {
        let mut all = Latencies::new_with_bounds(low, 60_000_000_000, digits).expect("bounds");
        for (value, count) in latencies {
            all.record_n(value, count).expect("fits");
        }
        all
    }

    /// What `hdrhistogram` itself says of its cells.
    fn said(latencies: &Latencies) -> Vec<(u64, u64)> {
        let cells = latencies.iter_recorded();
        cells
            .map(|cell| (cell.value_iterated_to(), cell.count_since_last_iteration()))
            .collect()
    }

    #[test]
    fn what_was_written_is_read() {
        let spread = (0..5_000).map(|n: u64| (n * n * n % 59_999_999_999, n % 300));
        for (low, digits) in [(1, 3), (1, 0), (1, 5), (1_000, 2), (4_096, 3)] {
            let latencies = of(spread.clone(), low, digits);
            let read = Histogram::of(&latencies).counts();
            assert_eq!(read, Ok(said(&latencies)), "{low} {digits}");
        }
        let nothing = Histogram::of(&of([], 1, 3));
        assert_eq!(nothing.counts(), Ok(Vec::new()));
    }

    #[test]
    fn it_is_the_text_that_other_readers_take() {
        let latencies = of([(120_000, 990), (50_000_000, 10)], 1, 3);
        let Histogram(text) = Histogram::of(&latencies);
        assert!(text.starts_with("HISTFAAA"), "{text}");
        let bytes = BASE64_STANDARD.decode(text).expect("base64");
        let read = hdrhistogram::serialization::Deserializer::new().deserialize(&mut &bytes[..]);
        let read: Latencies = read.expect("is read");
        assert_eq!(read, latencies);
    }

    #[test]
    fn what_was_cut_or_altered_is_an_error() {
        let latencies = of((1..500).map(|n| (n * 977, n)), 1, 3);
        let Histogram(text) = Histogram::of(&latencies);
        let bytes = BASE64_STANDARD.decode(&text).expect("base64");
        for length in 0..bytes.len() {
            let cut = Histogram(BASE64_STANDARD.encode(&bytes[..length]));
            assert_eq!(cut.counts(), Err(HistogramError::Shape), "{length}");
        }
        for at in 0..bytes.len() {
            let mut altered = bytes.clone();
            altered[at] ^= 0x55;
            // No panic; the checksum finds what is inside.
            let read = Histogram(BASE64_STANDARD.encode(&altered)).counts();
            assert!(read.is_err(), "{at}");
        }
        assert_eq!(
            Histogram("no base64".into()).counts(),
            Err(HistogramError::Text)
        );
    }

    #[test]
    fn what_is_inside_is_not_trusted_either() {
        let packed = |plain: &[u8]| {
            let mut inside = ZlibEncoder::new(Vec::new(), Compression::default());
            inside.write_all(plain).expect("packs");
            let inside = inside.finish().expect("packs");
            let length = u32::try_from(inside.len()).expect("short").to_be_bytes();
            let whole = [&PACKED.to_be_bytes()[..], &length, &inside].concat();
            Histogram(BASE64_STANDARD.encode(whole)).counts()
        };
        let with = |digits: u32, low: u64, numbers: &[u8]| {
            let length = u32::try_from(numbers.len()).expect("short");
            let words = [PLAIN, length, 0, digits].map(u32::to_be_bytes).concat();
            let rest = [low, 9, 1.0_f64.to_bits()].map(u64::to_be_bytes).concat();
            packed(&[&words[..], &rest, numbers].concat())
        };
        assert_eq!(with(3, 1, &[2]), Ok(vec![(0, 1)]));
        let refused = Err(HistogramError::Shape);
        assert_eq!(with(6, 1, &[2]), refused, "digits");
        assert_eq!(with(3, 0, &[2]), refused, "no lowest value");
        assert_eq!(with(3, 1, &[0x80]), refused, "a number that is cut");
        assert_eq!(
            with(3, 1, &[0xff; 18]),
            refused,
            "more cells than can be counted"
        );
        let far = [&[0xff; 9][..], &[2]].concat();
        assert_eq!(with(3, 1, &far), refused, "a value beyond all");
        assert_eq!(
            with(3, 1, &[0xfe, 0xff, 0xff, 0xff, 0xff, 0x7f]),
            refused,
            "too many"
        );
        assert_eq!(packed(&[]), refused);
    }
}
