//! Tests of the product of matrices.

use super::*;

#[test]
fn the_product_is_the_product() {
    let (left, right) = ([1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]);
    // What was there before does not count.
    let mut product = [9.0; 4];
    multiply(2, &left, &right, &mut product);
    assert_eq!(
        product.map(f32::to_bits),
        [19.0, 22.0, 43.0, 50.0].map(f32::to_bits)
    );
}

#[test]
fn the_bits_are_those_of_plain_sums_in_order() {
    for size in [1, 3, 16, 37] {
        let mut work = Multiplying::new(size, 1, multiply);
        work.batch().expect("a line");
        for (at, found) in work.product.iter().enumerate() {
            let (row, column) = (at / size, at % size);
            let mut sum = 0.0_f32;
            for k in 0..size {
                let term = black_box(work.left[row * size + k] * work.right[k * size + column]);
                sum = black_box(sum + term);
            }
            assert_eq!(found.to_bits(), sum.to_bits(), "{row}, {column} of {size}");
        }
    }
}

#[test]
fn elements_lie_between_minus_one_and_one() {
    let work = Multiplying::new(64, 1, multiply);
    let all = || work.left.iter().chain(&work.right);
    assert!(all().all(|element| (-1.0..1.0).contains(element)));
    assert!(all().any(|element| *element < -0.9) && all().any(|element| *element > 0.9));
}

#[test]
fn the_line_is_the_same_in_each_batch_and_follows_from_the_factors() {
    let mut work = Multiplying::new(16, 2, multiply);
    let line = work.batch().expect("a line");
    assert!(line.ends_with(" 2 x 16"), "{line}");
    assert_eq!(work.batch(), Ok(line.clone()));
    work.left[255] += 0.5;
    assert_ne!(work.batch(), Ok(line));
}
