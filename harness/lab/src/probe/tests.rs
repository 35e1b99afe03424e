//! Answers of servers that the test makes: right, wrong, late, cut.

use std::thread;

use super::*;
use crate::interrupt::Interrupt;
use crate::task::Rule;

/// What a server that answers each request with these pieces is taken for.
fn taken_for(pieces: &'static [&'static [u8]], expected: &[u8]) -> Result<u64, Failure> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("listens");
    let address = listener.local_addr().expect("an address");
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("is asked");
        let mut request = [0; 1024];
        let _ = stream.read(&mut request);
        for piece in pieces {
            stream.write_all(piece).expect("answers");
        }
    });
    let site = Site::new(Interrupt::never().expect("an eventfd")).expect("a site");
    let deadline_ns = now_ns() + 10_000_000_000;
    let right = RightAnswer::of_body(expected.to_vec());
    first_answer(&site, address, "/", &right, deadline_ns, || Ok(()))
}

/// What a server is taken for that answers each connection with the next of these.
fn taken_in_turn(answers: &'static [&'static str], right: &RightAnswer) -> Result<u64, Failure> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("listens");
    let address = listener.local_addr().expect("an address");
    thread::spawn(move || {
        for answer in answers {
            let (mut stream, _) = listener.accept().expect("is asked");
            let mut request = [0; 1024];
            let _ = stream.read(&mut request);
            stream.write_all(answer.as_bytes()).expect("answers");
        }
    });
    let site = Site::new(Interrupt::never().expect("an eventfd")).expect("a site");
    let deadline_ns = now_ns() + 10_000_000_000;
    first_answer(&site, address, "/", right, deadline_ns, || Ok(()))
}

#[test]
fn a_try_that_the_limit_cuts_hides_no_answer_before_it() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("listens");
    let address = listener.local_addr().expect("an address");
    thread::spawn(move || {
        let mut kept = Vec::new();
        for answer in [NOT_READY, "HTTP/1.1 200 OK\r\n"] {
            let (mut stream, _) = listener.accept().expect("is asked");
            let mut request = [0; 1024];
            let _ = stream.read(&mut request);
            stream.write_all(answer.as_bytes()).expect("answers");
            kept.push(stream);
        }
        // The second answer is never whole: it hangs until the lab gives up.
        let _ = kept[1].read(&mut [0]);
    });
    let site = Site::new(Interrupt::never().expect("an eventfd")).expect("a site");
    let deadline_ns = now_ns() + 2_000_000_000;
    let right = RightAnswer {
        is_first: false,
        ..RightAnswer::of_body(b"hi\n".to_vec())
    };
    let failure = first_answer(&site, address, "/", &right, deadline_ns, || Ok(()))
        .expect_err("no right answer came");
    let reason = failure.to_string();
    assert!(reason.contains("answered with status 503"), "{reason}");
    assert!(
        reason.contains("it accepts, but does not answer"),
        "{reason}"
    );
}

/// Two MiB of a body that is whole.
static LONG: std::sync::LazyLock<Vec<u8>> = std::sync::LazyLock::new(|| {
    let mut answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2097152\r\n\r\n".to_vec();
    answer.resize(answer.len() + (2 << 20), b'a');
    answer
});

#[test]
fn an_answer_that_is_too_long_says_so() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("listens");
    let address = listener.local_addr().expect("an address");
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("is asked");
        let _ = stream.read(&mut [0; 1024]);
        // The lab hangs up before its end.
        let _ = stream.write_all(&LONG);
    });
    let site = Site::new(Interrupt::never().expect("an eventfd")).expect("a site");
    let deadline_ns = now_ns() + 10_000_000_000;
    let right = RightAnswer {
        body: Expected::Line(Rule::Any),
        ..RightAnswer::of_body(Vec::new())
    };
    let said = first_answer(&site, address, "/", &right, deadline_ns, || Ok(()));
    let said = said.expect_err("is too long").to_string();
    assert!(
        said.contains("the answer is longer than 1 MiB") && said.contains("HTTP/1.1 200 OK"),
        "{said}"
    );
}

const NOT_READY: &str = "HTTP/1.1 503 Wait\r\nContent-Length: 4\r\n\r\nwait";
const READY: &str = "HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\nhi\nready at 80\n";

#[test]
fn a_server_of_somebody_else_s_may_not_be_ready_at_first() {
    let mut right = RightAnswer {
        body: Expected::Line(Rule::Matching(
            regex::bytes::Regex::new("^ready at").expect("a pattern"),
        )),
        ..RightAnswer::of_body(Vec::new())
    };
    let impatient = taken_in_turn(&[NOT_READY, READY], &right);
    let said = impatient.expect_err("503 is wrong").to_string();
    assert!(said.contains("answered with status 503"), "{said}");
    right.is_first = false;
    taken_in_turn(&[NOT_READY, NOT_READY, READY], &right).expect("is ready");
    right.status = 503;
    let said = taken_in_turn(&[NOT_READY], &right).expect_err("another body");
    let said = said.to_string();
    assert!(
        said.contains("matches \"^ready at\": got \"wait\""),
        "{said}"
    );
}

#[test]
fn a_port_that_somebody_has_is_no_server_s() {
    let taken = TcpListener::bind(("127.0.0.1", 0)).expect("listens");
    let port = taken.local_addr().expect("an address").port();
    let said = fixed_address(port).expect_err("is taken").to_string();
    assert!(said.starts_with("unavailable: the port "), "{said}");
    drop(taken);
    assert_eq!(fixed_address(port).expect("is free").port(), port);
}

#[test]
fn a_right_body_passes_whatever_its_framing() {
    let plain: &[&[u8]] = &[b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"];
    taken_for(plain, b"hi").expect("plain");
    let chunked: &[&[u8]] = &[
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n",
        b"1\r\nh\r\n1\r\ni\r\n0\r\n\r\n",
    ];
    taken_for(chunked, b"hi").expect("chunked");
    let until_closed: &[&[u8]] = &[b"HTTP/1.1 200 OK\r\n\r\nhi"];
    taken_for(until_closed, b"hi").expect("until it is closed");
}

#[test]
fn the_end_of_chunks_inside_a_chunk_is_not_the_end() {
    let pieces: &[&[u8]] = &[
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n7\r\n0\r\n\r\n",
        b"hi\r\n0\r\n\r\n",
    ];
    taken_for(pieces, b"0\r\n\r\nhi").expect("whole");
}

#[test]
fn a_wrong_answer_is_a_mismatch() {
    let answers: [&'static [&'static [u8]]; 4] = [
        &[b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nho"],
        &[b"HTTP/1.1 500 Oops\r\nContent-Length: 2\r\n\r\nhi"],
        &[b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhi"],
        &[b"SSH-2.0-OpenSSH\r\n"],
    ];
    for answer in answers {
        let failure = taken_for(answer, b"hi").expect_err("is wrong");
        assert!(matches!(
            failure,
            Failure::Outcome(labrun_record::Outcome::Mismatch, _)
        ));
    }
}
