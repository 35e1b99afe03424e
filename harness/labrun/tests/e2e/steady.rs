//! The scenario `throughput` with guests that work batch after batch: known speeds read
//! back, and what goes wrong in any batch shows.

use crate::support::{Lab, Question, Ran};

/// The plan of a workload's steady way `work`.
const WORK: &str = "steady = [\"work\"]";

/// A guest that does `batch` for each number `n` from 0 on, and then ends.
fn batches(batch: &str) -> String {
    format!(
        "use std::{{thread::sleep, time::Duration}}; \
         fn main() {{ for n in 0_u32.. {{ {batch} }} }}"
    )
}

fn measured(question: Question, batch: &str) -> Ran {
    Lab::fixture()
        .worker("worker", &batches(batch))
        .question(&question.of("worker", WORK))
        .ask("throughput", [""; 0])
}

#[test]
fn a_known_pace_reads_back() {
    let question = Question::throughput().samples(3);
    let batch = "sleep(Duration::from_millis(50)); println!(\"right\");";
    let ran = measured(question, batch).exit(0);
    let row = ran.files.native("worker", "operations_per_second", &[]);
    assert_eq!(
        (&row["outcome"], &row["n"]),
        (&"measured".into(), &3.into())
    );
    let per_second = row["median"].as_f64().expect("a number");
    // Ten operations each 50 ms. A line that came late makes the next batch look short, so
    // a hair more is right; a busy machine makes it less.
    let most = 10.0 / 0.05;
    assert!(per_second <= most * 1.05, "{per_second}/s");
    assert!(per_second >= most / 2.0, "{per_second}/s");
}

#[test]
fn a_wrong_line_in_any_batch_is_a_mismatch() {
    let batch = "println!(\"{}\", if n == 6 { \"wrong\" } else { \"right\" }); \
        sleep(Duration::from_millis(5));";
    measured(Question::throughput(), batch).exit(101).rows(
        "worker",
        "native/static",
        "mismatch",
        "a batch ended with \"wrong\", and not with \"right\"",
    );
}

#[test]
fn a_guest_that_stops_working_fails() {
    for (end, how) in [
        ("return", "exited with code 0"),
        ("eprintln!(\"tired\"); std::process::exit(3)", "tired"),
    ] {
        let batch = format!("if n == 3 {{ {end} }} println!(\"right\");");
        let ran = measured(Question::throughput(), &batch).exit(101);
        ran.rows("worker", "native/static", "failed", how).rows(
            "worker",
            "native/static",
            "failed",
            "before it had done enough batches",
        );
    }
}

#[test]
fn a_guest_that_says_nothing_is_a_timeout() {
    for from in [0, 5] {
        let batch =
            format!("if n >= {from} {{ std::thread::park() }} else {{ println!(\"right\") }}");
        let question = Question::throughput().plan("timeout_s", "2");
        measured(question, &batch).exit(101).rows(
            "worker",
            "native/static",
            "timeout",
            "the time limit of a launch passed",
        );
    }
}

#[test]
fn what_gets_faster_all_the_time_is_marked() {
    // Four batches take a quarter less than the four before: more than any noise.
    let batch = "sleep(Duration::from_secs_f64((0.3 * 0.93_f64.powi(n as i32)).max(0.015))); \
        println!(\"right\");";
    let ran = measured(Question::throughput(), batch).exit(0);
    let row = ran.files.native("worker", "operations_per_second", &[]);
    assert_eq!(row["outcome"], "measured", "{row:#}");
    let summary = ran.files.json("summary.json");
    let warnings = summary["warnings"].as_array().expect("warnings");
    let unsteady = |warning: &serde_json::Value| warning["name"] == "unsteady";
    assert!(warnings.iter().any(unsteady), "{warnings:#?}");
}

#[test]
fn the_lab_chooses_how_much_a_batch_does() {
    // The guest repeats its line's work as often as it is told, and says so.
    let source = "fn main() { let rounds: u32 = std::env::args().nth(1).unwrap().parse().unwrap(); \
        loop { for _ in 0..rounds { std::thread::sleep(std::time::Duration::from_millis(2)); } \
        println!(\"{rounds} rounds\"); } }";
    let how = "[run]\nexpected = \"expected.txt\"\n\n[[steady]]\nname = \"work\"\n\
        args = [\"{rounds}\"]\noperations = 1\nbytes = 1000";
    let lab = Lab::fixture()
        .workload("worker", how, source)
        .write("workloads/worker/expected.txt", "{rounds} rounds\n")
        .question(&Question::throughput().of("worker", WORK));
    let ran = lab.ask("throughput", [""; 0]).exit(0);
    for (metric, most) in [
        ("operations_per_second", 500.0),
        ("bytes_per_second", 500_000.0),
    ] {
        let row = ran.files.native("worker", metric, &[]);
        let per_second = row["median"].as_f64().unwrap_or_else(|| panic!("{row:#}"));
        assert!(per_second <= most * 1.05, "{per_second}/s");
    }
}

#[test]
fn each_file_system_is_a_row_of_its_own() {
    // The guest fails unless its directory lies where the row says.
    let source = "fn main() { let mut args = std::env::args().skip(1); \
        let (grant, parent) = (args.next().unwrap(), args.next().unwrap()); \
        assert!(grant.starts_with(&parent), \"{grant} is not below {parent}\"); \
        assert_eq!(std::fs::read(format!(\"{grant}/file\")).unwrap(), b\"granted\"); \
        loop { std::thread::sleep(std::time::Duration::from_millis(5)); println!(\"right\"); } }";
    let way = |name: &str, parent: &str| {
        format!(
            "[[steady]]\nname = \"{name}\"\nargs = [\"{{grant}}\", \"{parent}/labrun-\"]\n\
             expected = \"expected.txt\"\noperations = 1\nparams = {{ op = \"{name}\" }}\n"
        )
    };
    let how = format!(
        "[grant]\nfiles = \"files\"\n\n{}\n{}\n[run]",
        way("memory", "/dev/shm"),
        way("disk", "/var/tmp")
    );
    let lab = Lab::fixture();
    let files = lab.path().join("workloads/writer/files");
    std::fs::create_dir_all(files).expect("makes a folder");
    let question = Question::throughput()
        .of(
            "writer",
            "steady = [\"memory\"]\nfile_systems = [\"tmpfs\"]",
        )
        .of("writer", "steady = [\"disk\"]\nfile_systems = [\"disk\"]");
    let ran = lab
        .write("workloads/writer/files/file", "granted")
        .workload("writer", &how, source)
        .question(&question)
        .ask("throughput", [""; 0])
        .exit(0);
    let row = |words: &[&str]| ran.files.native("writer", "operations_per_second", words);
    assert_eq!(row(&["memory", "tmpfs"])["outcome"], "measured");
    let disk = row(&["disk", "disk"]);
    match lab::site::no_disk() {
        None => assert_eq!(disk["outcome"], "measured", "{disk:#}"),
        Some(reason) => assert_eq!(disk["reason"], reason, "{disk:#}"),
    }
}
