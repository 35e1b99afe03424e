//! The generator `SplitMix64`: the inputs of the workloads, the same on every target.

/// The number that comes next, and the state after it.
pub(crate) fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut mixed = *state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_generator_is_splitmix64() {
        // The first two numbers of the published generator for the seed 1234567.
        let mut state = 1_234_567;
        assert_eq!(super::next(&mut state), 6_457_827_717_110_365_317);
        assert_eq!(super::next(&mut state), 3_203_168_211_198_807_973);
    }
}
