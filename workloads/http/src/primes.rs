//! `/primes?n=N`: the primes up to N. A little work for the processor.

use std::fmt::Write as _;

use crate::Response;

/// Largest N that is answered.
const LIMIT: u32 = 1_000_000;

/// Answers the query `n=N`.
pub(crate) fn answer(query: &str) -> Response {
    let bad = || Response::error(400, &format!("ask for ?n=N, N from 0 to {LIMIT}"));
    let mut values = query.split('&').filter_map(|pair| pair.strip_prefix("n="));
    let (Some(value), None) = (values.next(), values.next()) else {
        return bad();
    };
    // Digits alone: `parse` would let a sign through.
    if !value.bytes().all(|byte| byte.is_ascii_digit()) {
        return bad();
    }
    match value.parse() {
        Ok(n) if n <= LIMIT => Response::ok("application/json", json(n, &up_to(n))),
        _ => bad(),
    }
}

/// The primes up to `n`, by the sieve of Eratosthenes. In `u32` and not `usize`, so
/// that no target counts further than another before it overflows.
fn up_to(n: u32) -> Vec<u32> {
    let mut composite = vec![false; n as usize + 1];
    let mut primes = Vec::new();
    for number in 2..=n {
        if composite[number as usize] {
            continue;
        }
        primes.push(number);
        // From its square on; smaller multiples have smaller factors.
        if number <= n / number {
            for multiple in (number * number..=n).step_by(number as usize) {
                composite[multiple as usize] = true;
            }
        }
    }
    primes
}

fn json(n: u32, primes: &[u32]) -> String {
    let mut text = format!(r#"{{"n":{n},"count":{},"primes":["#, primes.len());
    for (index, prime) in primes.iter().enumerate() {
        let comma = if index == 0 { "" } else { "," };
        // Writing to a String cannot fail.
        let _ = write!(text, "{comma}{prime}");
    }
    text.push_str("]}");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(query: &str) -> String {
        let response = answer(query);
        assert_eq!(response.status, 200, "{query}");
        String::from_utf8(response.body).unwrap()
    }

    #[test]
    fn small_ones_are_right() {
        assert_eq!(body("n=0"), r#"{"n":0,"count":0,"primes":[]}"#);
        assert_eq!(body("n=2"), r#"{"n":2,"count":1,"primes":[2]}"#);
        assert_eq!(
            body("x=1&n=30"),
            r#"{"n":30,"count":10,"primes":[2,3,5,7,11,13,17,19,23,29]}"#
        );
    }

    #[test]
    fn the_count_is_the_known_one() {
        assert_eq!(up_to(1_000).len(), 168);
        assert_eq!(up_to(LIMIT).len(), 78_498);
    }

    #[test]
    fn bad_queries_are_400() {
        for query in [
            "",
            "n",
            "n=",
            "n=-1",
            "n=+1",
            "n=x",
            "n=1.5",
            "n=1000001",
            "n=1&n=2",
        ]
        .into_iter()
        .chain(["n=99999999999999999999999999"])
        {
            assert_eq!(answer(query).status, 400, "{query}");
        }
    }
}
