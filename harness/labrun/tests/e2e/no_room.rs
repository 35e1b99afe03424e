//! File systems without room for what is measured on them: the rows that needed it are
//! unavailable with the reason, which is no fault of theirs, and the others are measured.

use crate::support::{Lab, Question, Ran, lay_tmpfs, may_mount};

/// Writes as much as it is told into its directory, again and again.
const WRITER: &str = "fn main() { let mut args = std::env::args().skip(1); \
    let (grant, bytes) = (args.next().unwrap(), args.next().unwrap()); \
    loop { if let Err(error) = std::fs::write(format!(\"{grant}/big\"), \
    vec![1_u8; bytes.parse().unwrap()]) { eprintln!(\"writer: {error}\"); \
    std::process::exit(1); } \
    std::thread::sleep(std::time::Duration::from_millis(5)); println!(\"right\"); } }";

/// Measures it where the tmpfs has 1 MiB; it is granted a file of so many bytes.
fn measured(granted: usize) -> Ran {
    let way = |name: &str, bytes: usize| {
        format!(
            "[[steady]]\nname = \"{name}\"\nargs = [\"{{grant}}\", \"{bytes}\"]\n\
             expected = \"expected.txt\"\noperations = 1\nparams = {{ op = \"{name}\" }}\n"
        )
    };
    let how = format!(
        "[grant]\nfiles = \"files\"\n\n{}\n{}\n[run]",
        way("little", 1000),
        way("much", 4 << 20)
    );
    let lab = Lab::fixture();
    let files = lab.path().join("workloads/writer/files");
    std::fs::create_dir_all(&files).expect("makes a folder");
    std::fs::write(files.join("file"), vec![1; granted]).expect("writes a file");
    let all = "steady = [\"little\", \"much\"]\nfile_systems = [\"tmpfs\"]";
    lab.workload("writer", &how, WRITER)
        .question(&Question::throughput().of("writer", all))
        .begin_of("throughput", |command| {
            lay_tmpfs(command, c"/dev/shm", c"size=1m")
        })
        .ended()
}

fn outcome(ran: &Ran, op: &str) -> (String, String) {
    let row = ran.files.native("writer", "operations_per_second", &[op]);
    let text = |key: &str| row[key].as_str().unwrap_or_default().to_owned();
    (text("outcome"), text("reason"))
}

#[test]
fn what_finds_no_room_is_unavailable_and_the_rest_is_measured() {
    if !may_mount("no-room") {
        return;
    }
    let ran = measured(1000).exit(0);
    assert_eq!(outcome(&ran, "little").0, "measured");
    let (outcome, reason) = outcome(&ran, "much");
    assert_eq!(outcome, "unavailable", "{reason}");
    assert!(reason.contains("No space left on device"), "{reason}");
    let limit =
        "its granted directory is in /dev/shm, and it has 1 MiB in all: mount -o remount,size=1g";
    assert!(reason.contains(limit), "{reason}");
}

#[test]
fn files_that_find_no_room_are_said_so() {
    if !may_mount("no-room-to-grant") {
        return;
    }
    let ran = measured(2 << 20).exit(4);
    for op in ["little", "much"] {
        let (outcome, reason) = outcome(&ran, op);
        assert_eq!(outcome, "unavailable", "{reason}");
        assert!(reason.contains("docker run --shm-size=1g"), "{reason}");
        assert!(reason.contains("No space left on device"), "{reason}");
    }
}
