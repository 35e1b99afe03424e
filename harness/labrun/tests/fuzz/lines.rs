//! The lines that runners, the helper for containerd and the lab exchange: what is read is written
//! as what reads the same.

use std::fmt::Debug;

use labrun_helper_protocol as helper;
use labrun_protocol as runner;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::corpus::kept;
use crate::feed::feed;

#[test]
fn lines_of_runners_are_read_or_refused() {
    feed("runner-lines", 210, one_by_one("runner-lines"), |line| {
        reads_as_written::<runner::Event>(line);
        reads_as_written::<runner::Command>(line);
        reads_as_written::<runner::Describe>(line);
    });
}

#[test]
fn lines_of_the_helper_are_read_or_refused() {
    feed("helper-lines", 120, one_by_one("helper-lines"), |line| {
        reads_as_written::<helper::Event>(line);
        reads_as_written::<helper::Command>(line);
        reads_as_written::<helper::Version>(line);
    });
}

fn reads_as_written<T: Serialize + DeserializeOwned + PartialEq + Debug>(line: &[u8]) {
    if let Ok(read) = serde_json::from_slice::<T>(line) {
        let again = serde_json::to_vec(&read).expect("is written");
        let again: T = serde_json::from_slice(&again).expect("is read again");
        assert_eq!(again, read);
    }
}

/// Each line of the files as an input.
fn one_by_one(name: &str) -> Vec<Vec<u8>> {
    let files = kept(name).concat();
    let lines = files.split(|byte| *byte == b'\n');
    lines
        .filter(|line| !line.is_empty())
        .map(<[u8]>::to_vec)
        .collect()
}
