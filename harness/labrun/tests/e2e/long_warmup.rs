//! `warmup-s` of a workload: seconds of load before what counts first of a server.

use crate::support::{Lab, Question, Ran};
use crate::under_load::{RIGHT, SERVER};

/// A server that meets its requests by `meet`, with these lines in its `[serve]`, and a scenario that has
/// no warm-up of its own.
fn measured(meet: &str, lines: &str) -> Ran {
    let how = format!("[serve]\nrequest = \"/\"\n{lines}");
    let load = "\n[workload.load]\nconnections = 4\nduration_s = 0.5\nwarmup_s = 0.0\n\
        rates = [\"200/s\"]\nquick_rates = []";
    Lab::fixture()
        .workload("server", &how, &SERVER.replace("$MEET", meet))
        .question(&Question::throughput().of("server", load))
        .ask("throughput", [""; 0])
}

#[test]
fn what_a_server_does_in_its_warm_up_does_not_count() {
    // It has answered rightly before it is loaded.
    let meet = format!(
        "if (10..200).contains(&n) {{ say(&mut stream, \"200 OK\", \"cold\\n\"); }} else {{ {RIGHT} }}"
    );
    // The rates come when it is warm in any case.
    let cold = measured(&meet, "").exit(101);
    let most = cold.files.native("server", "requests_per_second", &[]);
    assert_eq!(most["outcome"], "mismatch", "{most:#}");
    let reason = most["reason"].as_str().expect("a reason");
    assert!(reason.contains("status 200 and \"cold\\n\""), "{reason}");
    measured(&meet, "warmup-s = 4")
        .exit(0)
        .rows("server", "native/static", "measured", "");
}

#[test]
fn a_server_that_dies_in_a_long_warm_up_is_not_asked_to_its_end() {
    let meet = format!("if n >= 20 {{ eprintln!(\"worn out\"); std::process::exit(4); }} {RIGHT}");
    measured(&meet, "warmup-s = 600").exit(101).rows(
        "server",
        "native/static",
        "failed",
        "worn out",
    );
}
