//! Definitions of memory, size and throughput with a mistake: exit code 2, file, line and
//! nearest word.

use crate::support::{Lab, Question};

const WORKLOAD: &str = "workloads/worker/workload.toml";
const THROUGHPUT: &str = "scenarios/throughput.toml";
const MEMORY: &str = "scenarios/memory.toml";

/// A file, what is changed in it, and what labrun has to say.
const MISTAKES: [(&str, &str, &str, &str); 24] = [
    (
        WORKLOAD,
        "operations = 10",
        "operations = 0",
        "steady work: operations and bytes have to be over 0",
    ),
    (
        WORKLOAD,
        "operations = 10",
        "operations = -1",
        ":10: steady.operations is the number -1, and has to be a whole number",
    ),
    (
        WORKLOAD,
        "operations = 10",
        "operatoins = 10",
        "did you mean `operations`?",
    ),
    (
        WORKLOAD,
        "operations = 10",
        "operations = 10\nbytes = 0",
        "steady work: operations and bytes have to be over 0",
    ),
    (
        THROUGHPUT,
        "\"50%\"",
        "\"0%\"",
        ": `0%` is no rate: write `50%` or `1000/s`",
    ),
    (THROUGHPUT, "\"50%\"", "\"fast\"", "`fast` is no rate"),
    (
        THROUGHPUT,
        "\"50%\"",
        "\"1e308%\"",
        "`1e308%` is no rate: write `50%` or `1000/s`, up to 1000% or 10000000/s",
    ),
    (THROUGHPUT, "\"50%\"", "\"1e308/s\"", "`1e308/s` is no rate"),
    (
        THROUGHPUT,
        "connections = 4",
        "conections = 4",
        "did you mean `connections`?",
    ),
    (
        THROUGHPUT,
        "connections = 4",
        "connections = 0",
        "connections",
    ),
    (
        THROUGHPUT,
        "connections = 4",
        "connections = 4\narrivals = []",
        "arrivals is empty: write \"even\", \"poisson\" or both",
    ),
    (
        THROUGHPUT,
        "connections = 4",
        "connections = 4\narrivals = [\"even\", \"even\"]",
        "arrivals has the same twice",
    ),
    (
        THROUGHPUT,
        "connections = 4",
        "connections = 4\narrivals = [\"posson\"]",
        "did you mean `poisson`?",
    ),
    (
        THROUGHPUT,
        "duration_s = 0.5",
        "duration_s = 0",
        "duration_s",
    ),
    (
        THROUGHPUT,
        "duration_s = 0.5",
        "duration_s = -1",
        "duration_s",
    ),
    (
        THROUGHPUT,
        "duration_s = 0.5",
        "duration_s = 1e30",
        "duration_s",
    ),
    (THROUGHPUT, "warmup_s = 0.1", "warmup_s = nan", "warmup_s"),
    (
        THROUGHPUT,
        "steady-state",
        "steady-stat",
        "did you mean `steady-state`?",
    ),
    (
        THROUGHPUT,
        "\"tmpfs\"",
        "\"tempfs\"",
        "did you mean `tmpfs`?",
    ),
    (
        MEMORY,
        "processes = 4",
        "proceses = 4",
        "did you mean `processes`?",
    ),
    (MEMORY, "processes = 4", "processes = 0", "processes"),
    (MEMORY, "processes = 4", "grow_s = -1", "grow_s"),
    (MEMORY, "processes = 4", "grow_s = inf", "grow_s"),
    (
        MEMORY,
        "processes = 4",
        "budget_bytes = -1",
        "memory.budget_bytes is the number -1, and has to be a whole number, 0 or more",
    ),
];

/// A lab in which the throughput of `worker` and of a server, and the memory of `right`
/// can be asked for.
fn lab() -> Lab {
    let load = "\n[workload.load]\nconnections = 4\nduration_s = 0.5\nwarmup_s = 0.1\n\
        rates = [\"50%\"]\nquick_rates = []";
    let throughput = Question::throughput()
        .of("worker", "steady = [\"work\"]\nfile_systems = [\"tmpfs\"]")
        .of("server", load);
    let idle = "fn main() { loop { println!(\"right\"); } }";
    Lab::fixture()
        .worker("worker", idle)
        .question(&throughput)
        .question(&Question::memory().of("right", ""))
}

#[test]
fn a_mistake_is_found_by_file_line_and_word() {
    for (file, from, to, told) in MISTAKES {
        let lab = lab().replace(file, from, to);
        let scenario = if file == MEMORY {
            "memory"
        } else {
            "throughput"
        };
        for args in [&["list"][..], &["scenario", scenario, "--out", "run"]] {
            lab.run(args)
                .exit(2)
                .stderr_has(&format!("{file}:"))
                .stderr_has(told);
        }
        assert!(!lab.path().join("run").exists(), "a run was begun: {to}");
    }
}

#[test]
fn a_batch_ends_with_one_line() {
    for text in ["right\nright\n", "right", ""] {
        let lab = Lab::fixture()
            .worker("worker", "fn main() {}")
            .write("workloads/worker/expected.txt", text);
        lab.run(["list"])
            .exit(2)
            .stderr_has("workloads/worker/expected.txt:1: it has to be one line");
    }
}

#[test]
fn a_way_of_working_that_the_workload_does_not_have_costs_its_rows_alone() {
    let worker = "fn main() { loop { std::thread::sleep(std::time::Duration::from_millis(5)); \
        println!(\"right\"); } }";
    let question = Question::throughput().of("worker", "steady = [\"work\", \"wrok\"]");
    let ran = Lab::fixture()
        .worker("worker", worker)
        .question(&question)
        .ask("throughput", [""; 0])
        .exit(0);
    let row = |words: &[&str]| ran.files.native("worker", "operations_per_second", words);
    let rows = ran.files.rows("worker", "native/static");
    assert!(
        rows.iter().any(|row| row["outcome"] == "measured"),
        "{rows:#?}"
    );
    let none = row(&["wrok"]);
    assert_eq!(none["outcome"], "unavailable");
    assert_eq!(none["reason"], "the workload worker has no `wrok`");
}
