//! System calls that an old kernel lacks, or that a container runtime's filter refuses: there is
//! another way to what they are for.

use crate::loading;
use crate::memory::holding;
use crate::support::{Lab, Question, refuse};
use crate::under_load::{RIGHT, SERVER};

/// What an old kernel answers, and what an old filter does.
const ERRORS: [libc::c_int; 2] = [libc::ENOSYS, libc::EPERM];

const CALLS: [libc::c_long; 2] = [libc::SYS_pidfd_open, libc::SYS_epoll_pwait2];

#[test]
fn without_pidfds_launches_end_all_the_same() {
    let fails = "fn main() { std::process::exit(3) }";
    let stays = "fn main() { println!(\"right\"); loop { std::thread::park(); } }";
    let lab = Lab::fixture()
        .guest("fails", fails)
        .guest("stays", stays)
        .plan("timeout_s", "2");
    for error in ERRORS {
        lab.begin(|command| refuse(command, &CALLS, error))
            .ended()
            .exit(101)
            .rows("right", "native/static", "measured", "")
            .rows("fails", "native/static", "failed", "exited with code 3")
            .rows("stays", "native/static", "timeout", "");
    }
}

#[test]
fn without_pidfds_what_stays_is_read_and_ended() {
    let lab = Lab::fixture()
        .guest("held", &holding(""))
        .question(&Question::memory().of("held", ""));
    // That no process and no cgroup is left is checked at the end of every run.
    let live = lab.begin_of("memory", |command| refuse(command, &CALLS, libc::ENOSYS));
    let ran = live.ended().exit(0);
    for metric in ["memory_idle", "memory_marginal"] {
        let row = ran.files.native("held", metric, &["pss"]);
        assert_eq!(row["outcome"], "measured", "{row:#}");
    }
}

#[test]
fn without_exact_waits_of_epoll_a_load_is_as_exact() {
    let lab = Lab::unbuilt();
    for error in ERRORS {
        let url = format!("http://{}/", loading::right());
        let mut command = lab.labrun(["load", &url, "--rate", "500", "--json"]);
        command.args(["--duration", "1s", "--warmup", "0s", "--timeout", "20s"]);
        refuse(&mut command, &CALLS, error);
        let json = lab.start(command, lab.path()).ended().exit(0).json();
        assert_eq!(json["requests"], 500, "{json:#}");
        assert_eq!(json["errors"], serde_json::json!({}), "{json:#}");
        assert!(json["latency_ns"]["p50"].as_f64() > Some(0.0));
    }
}

#[test]
fn without_either_a_server_has_its_rows() {
    let load = "\n[workload.load]\nconnections = 4\nduration_s = 0.5\nwarmup_s = 0.1\n\
        rates = [\"400/s\"]\nquick_rates = []";
    let lab = Lab::fixture()
        .server("server", &SERVER.replace("$MEET", RIGHT))
        .question(&Question::throughput().of("server", load));
    lab.begin_of("throughput", |command| {
        refuse(command, &CALLS, libc::ENOSYS)
    })
    .ended()
    .exit(0)
    .rows("server", "native/static", "measured", "");
}
