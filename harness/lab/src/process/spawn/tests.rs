//! Tests of spawning: what is written to a process's outputs.

use super::*;
use crate::interrupt::Interrupt;

#[test]
fn what_others_write_to_a_named_output_is_read_with_the_process_s_own() {
    let site = Site::new(Interrupt::never().expect("an interrupt")).expect("a site");
    let folder = tempfile::tempdir().expect("a folder");
    let program = Program {
        path: "/bin/sh".into(),
        args: vec!["-c".to_owned(), "read line; echo mine".to_owned()],
        stdin: true,
        outputs: Some(folder.path().to_owned()),
        ..Program::default()
    };
    let mut process = program
        .prepare(&site)
        .and_then(Prepared::spawn)
        .expect("starts");
    let deadline_ns = crate::clock::now_ns() + 10_000_000_000;
    let mut other = OpenOptions::new()
        .write(true)
        .open(folder.path().join("stdout"))
        .expect("opens");
    io::Write::write_all(&mut other, b"theirs\n").expect("writes");
    let theirs = crate::task::Expected::Whole(b"theirs\n".to_vec());
    process
        .expect(&site, Stream::Stdout, &theirs, deadline_ns)
        .expect("reads theirs");
    process.write(b"go on\n").expect("writes");
    let exit = process.end(&site, deadline_ns).expect("ends");
    assert!(exit.is_success());
    assert_eq!(process.kept(Stream::Stdout), b"theirs\nmine\n");
    assert!(
        !process.is_closed(Stream::Stdout),
        "another can write still"
    );
    drop(other);
    process.wait(&site, deadline_ns).expect("the end is told");
    assert!(process.is_closed(Stream::Stdout));
    process.give_up(Stream::Stdout);
    assert_eq!(process.kept(Stream::Stdout), b"");
}
