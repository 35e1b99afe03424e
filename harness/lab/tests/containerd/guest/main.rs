//! The guest of the tests of runwasi's shims: it holds 16 MiB, prints a line, and waits for the
//! end of its stdin. The tests compile it with `rustc` alone.

use std::io::Read;

fn main() {
    let held = vec![1_u8; 16 << 20];
    println!("42");
    std::io::stdin()
        .read_to_end(&mut Vec::new())
        .expect("reads");
    assert_eq!(std::hint::black_box(&held)[0], 1);
}
