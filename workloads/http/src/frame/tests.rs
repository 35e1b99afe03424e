//! Any message survives a round trip, and no bytes at all make a decoder panic.

use super::*;

/// A small generator, so that each failure can be repeated from its seed.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }

    fn bytes(&mut self) -> Vec<u8> {
        let length = self.below(40);
        (0..length).map(|_| self.below(256) as u8).collect()
    }

    fn text(&mut self) -> String {
        let length = self.below(12);
        let letters = ['a', 'Z', '/', '?', ' ', '\0', 'é', '中', '🦀'];
        (0..length)
            .map(|_| letters[self.below(letters.len() as u64) as usize])
            .collect()
    }

    fn headers(&mut self) -> Vec<Header> {
        let count = self.below(4);
        (0..count)
            .map(|_| (self.text().into(), self.text().into()))
            .collect()
    }

    fn request(&mut self) -> Request {
        Request {
            method: self.text(),
            target: self.text(),
            headers: self.headers(),
            body: self.bytes(),
        }
    }

    fn response(&mut self) -> Response {
        Response {
            status: self.below(1 << 16) as u16,
            headers: self.headers(),
            body: self.bytes(),
        }
    }
}

fn framed(request: &Request) -> Vec<u8> {
    let mut frame = Vec::new();
    encode_request(request, &mut frame);
    frame
}

#[test]
fn requests_and_responses_survive_a_round_trip() {
    for seed in 1..=2_000 {
        let mut random = Random(seed);
        let request = random.request();
        assert_eq!(
            decode_request(&framed(&request)),
            Ok(request),
            "seed {seed}"
        );
        let response = random.response();
        let mut frame = Vec::new();
        encode_response(&response, &mut frame);
        assert_eq!(decode_response(&frame), Ok(response), "seed {seed}");
    }
}

#[test]
fn a_frame_cut_anywhere_is_short_and_one_byte_more_is_long() {
    let mut random = Random(42);
    for _ in 0..100 {
        let mut frame = framed(&random.request());
        for end in 0..frame.len() {
            assert_eq!(decode_request(&frame[..end]), Err(FrameError::Short));
        }
        frame.push(0);
        assert_eq!(decode_request(&frame), Err(FrameError::Long));
    }
}

#[test]
fn rubbish_is_an_error_and_not_a_panic() {
    for seed in 1..=5_000 {
        let mut bytes = Random(seed).bytes();
        let _ = decode_request(&bytes);
        let _ = decode_response(&bytes);
        // Lengths and counts that promise far more than there is.
        bytes.extend_from_slice(&[255; 8]);
        assert!(decode_request(&bytes).is_err() || decode_response(&bytes).is_err());
    }
    assert_eq!(decode_request(&[255; 12]), Err(FrameError::Short));
    assert_eq!(decode_request(&[1, 0, 0, 0, 255]), Err(FrameError::NotText));
}

#[test]
fn the_layout_is_the_documented_one() {
    let mut request = Request::new("GET", "/");
    request.headers = vec![("a".into(), "b".into())];
    request.body = vec![9];
    assert_eq!(
        framed(&request),
        [
            &b"\x03\0\0\0GET\x01\0\0\0/"[..],
            b"\x01\0\0\0\x01\0\0\0a\x01\0\0\0b",
            b"\x01\0\0\0\x09",
        ]
        .concat()
    );
    let mut frame = Vec::new();
    encode_response(
        &Response {
            status: 404,
            ..Response::default()
        },
        &mut frame,
    );
    assert_eq!(frame, b"\x94\x01\0\0\0\0\0\0\0\0");
}
