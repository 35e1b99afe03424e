//! Known allocations, read back from `/proc`.

use std::fs;
use std::io::Write as _;

use lab::memory::{MemoryError, measure};
use lab::proc::{Processes, descendants};
use lab::process::Isolate as _;

use crate::support::{MIB, above, folder, site, start, together};

#[test]
fn what_a_guest_holds_is_what_is_read() {
    let site = site();
    let none = start(&site, None, &["hold", "0"]).footprint(&site);
    let few = start(&site, None, &["hold", "8"]).footprint(&site);
    above("pss_anon", few.pss_anon, none.pss_anon, 8);
    // The rest moves by what of the program's file is shared with the guests of other
    // tests, some hundred KiB.
    let got = start(&site, None, &["hold", "64"]).footprint(&site);
    above("pss", got.pss, none.pss, 64);
    above("pss_anon", got.pss_anon, none.pss_anon, 64);
    above("private", got.private, none.private, 64);
    above("rss", got.rss, none.rss, 64);
    above("hwm", got.hwm, none.hwm, 64);
}

#[test]
fn what_was_given_back_is_in_the_high_water_mark_alone() {
    let site = site();
    let none = start(&site, None, &["hold", "0"]).footprint(&site);
    let got = start(&site, None, &["give-back", "64", "32"]).footprint(&site);
    above("pss", got.pss, none.pss, 32);
    above("private", got.private, none.private, 32);
    above("hwm", got.hwm, none.hwm, 64);
}

#[test]
fn what_two_share_is_counted_once() {
    let site = site();
    let path = folder().join("shared");
    let mut file = fs::File::create(&path).expect("makes a file");
    file.write_all(&vec![1; (32 * MIB) as usize])
        .expect("fills it");
    let path = path.to_str().expect("a name");
    let (one, other) = (
        start(&site, None, &["map", path]),
        start(&site, None, &["map", path]),
    );
    let (none, also_none) = (
        start(&site, None, &["hold", "0"]),
        start(&site, None, &["hold", "0"]),
    );
    let got = together(&site, &[&one, &other]);
    let base = together(&site, &[&none, &also_none]);
    above("pss", got.pss, base.pss, 32);
    above(
        "pss_file and pss_shmem",
        got.pss_file + got.pss_shmem,
        base.pss_file,
        32,
    );
    above("rss", got.rss, base.rss, 64);
    assert!(got.private < base.private + MIB, "none of it is private");
    drop(other);
    let alone = one.footprint(&site);
    assert!(alone.private >= 32 * MIB, "now it is private: {alone:?}");
}

#[test]
fn a_process_that_ended_is_named() {
    let site = site();
    let guest = start(&site, None, &["hold", "0"]);
    let pid = guest.process.pid();
    assert_eq!(descendants(pid), Processes::from([pid]));
    // Ended, and not reaped: the kernel still shows it.
    guest.process.signal(libc::SIGKILL);
    let stat = || fs::read_to_string(format!("/proc/{pid}/stat")).expect("its state");
    while !stat().contains(") Z") {
        std::thread::yield_now();
    }
    let zombie = measure(&Processes::from([pid])).expect_err("it has ended");
    assert_eq!(
        zombie.to_string(),
        format!("process {pid} (guest) ended while its memory was read")
    );
    drop(guest);
    let gone = measure(&Processes::from([pid])).expect_err("it is gone");
    assert!(matches!(gone, MemoryError::Ended { .. }), "{gone}");
}
