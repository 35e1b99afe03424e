//! Property: whatever happens to the bytes of a bundle, it is refused or has the same contents,
//! nothing is made outside, and nothing panics.

use std::fs;

use lab::bundle;
use lab::interrupt::Interrupt;
use lab::progress::Silent;
use rand::{RngExt as _, SeedableRng as _};
use rand_xoshiro::Xoshiro256PlusPlus as Random;

use crate::support::{compress, decompress, folder, small, tree};

const TIMES: usize = 2000;

#[test]
fn mutated_files_are_refused_or_the_same() {
    let (_around, out) = small();
    check(1, &fs::read(&out).expect("reads it"), <[u8]>::to_vec);
}

#[test]
fn mutated_archives_are_refused_or_the_same() {
    let (_around, out) = small();
    // Compressed anew, so that no checksum of zstd's stands before what is looked at.
    check(2, &decompress(&fs::read(&out).expect("reads it")), compress);
}

fn check(seed: u64, whole: &[u8], wrap: fn(&[u8]) -> Vec<u8>) {
    let mut random = Random::seed_from_u64(seed);
    let interrupt = Interrupt::never().expect("makes it");
    let around = folder();
    let (path, into) = (around.path().join("b.tar.zst"), around.path().join("into"));
    fs::create_dir(&into).expect("makes a folder");
    fs::write(&path, wrap(whole)).expect("writes it");
    bundle::open(&path, &into, &interrupt, &Silent).expect("opens it");
    let same = tree(&into);
    let empty = || {
        fs::remove_dir_all(&into).expect("removes it");
        fs::create_dir(&into).expect("makes a folder");
    };
    empty();
    let (mut refused, mut taken) = (0, 0);
    for _ in 0..TIMES {
        let mut bytes = whole.to_vec();
        for _ in 0..random.random_range(1..4) {
            mutate(&mut random, &mut bytes);
        }
        fs::write(&path, wrap(&bytes)).expect("writes it");
        match bundle::open(&path, &into, &interrupt, &Silent) {
            Ok(_) => {
                assert_eq!(tree(&into), same);
                empty();
                taken += 1;
            }
            Err(error) => {
                assert!(!error.to_string().is_empty());
                assert!(tree(&into).is_empty());
                refused += 1;
            }
        }
        let beside = fs::read_dir(around.path()).expect("a folder").count();
        assert_eq!(beside, 2, "something was made outside");
    }
    assert!(refused > TIMES / 2, "{refused} refused, {taken} taken");
}

/// One change: a bit, a byte, a part that is removed, repeated, zeroed or moved.
fn mutate(random: &mut Random, bytes: &mut Vec<u8>) {
    if bytes.is_empty() {
        return bytes.push(random.random());
    }
    let at = random.random_range(0..bytes.len());
    let length = random.random_range(1..=600.min(bytes.len() - at));
    match random.random_range(0..6) {
        0 => bytes[at] ^= 1 << random.random_range(0..8),
        1 => bytes[at] = random.random(),
        2 => drop(bytes.drain(at..at + length)),
        3 => bytes.extend_from_within(at..at + length),
        4 => bytes[at..at + length].fill(0),
        _ => {
            let to = random.random_range(0..=bytes.len() - length);
            bytes.copy_within(at..at + length, to);
        }
    }
}
