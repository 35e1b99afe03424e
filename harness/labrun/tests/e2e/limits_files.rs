//! More connections than a process may have open files: the limit is raised as far as it may be, and
//! where that is not enough it is named. Neither server nor workload is at fault.

use crate::loading;
use crate::support::{Lab, Live, Question, Ran, limit};
use crate::under_load::{RIGHT, SERVER};

const CONNECTIONS: u32 = 1_100;

/// Has this process, whose server gets the connections, open as many files as it may.
fn open_many() {
    let mut limit = libc::rlimit {
        rlim_cur: 0,
        rlim_max: 0,
    };
    // SAFETY: two system calls, on a value that outlives them.
    unsafe {
        libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut limit);
        limit.rlim_cur = limit.rlim_cur.max(limit.rlim_max.min(8192));
        libc::setrlimit(libc::RLIMIT_NOFILE, &raw const limit);
    }
}

/// A load with so many connections by a labrun that may have 1,024 open files, and raise that so far.
fn load(lab: &Lab, hard: u64) -> Live {
    open_many();
    let url = format!("http://{}/", loading::right());
    let connections = CONNECTIONS.to_string();
    let mut command = lab.labrun(["load", &url, "-c", &connections, "--json"]);
    command.args(["--duration", "1s", "--timeout", "1m"]);
    limit(&mut command, libc::RLIMIT_NOFILE, 1024, hard);
    lab.start(command, lab.path())
}

/// The same of a server of the lab's.
fn measuring(hard: u64) -> Ran {
    let load = format!(
        "\n[workload.load]\nconnections = {CONNECTIONS}\nduration_s = 0.5\nwarmup_s = 0.1\n\
         rates = []\nquick_rates = []"
    );
    let lab = Lab::fixture()
        .server("server", &SERVER.replace("$MEET", RIGHT))
        .question(&Question::throughput().of("server", &load));
    let live = lab.begin_of("throughput", |command| {
        limit(command, libc::RLIMIT_NOFILE, 1024, hard)
    });
    live.ended()
}

#[test]
fn a_load_raises_the_limit_for_its_connections() {
    let lab = Lab::unbuilt();
    let json = load(&lab, 4096).ended().exit(0).json();
    assert_eq!(json["connections"], CONNECTIONS);
    assert_eq!(json["errors"], serde_json::json!({}), "{json:#}");
    assert!(json["ceiling_requests_per_second"].as_f64() > Some(0.0));
}

#[test]
fn a_load_that_may_not_says_so_before_it_asks_anybody() {
    let lab = Lab::unbuilt();
    let ran = load(&lab, 1024).ended().exit(2);
    let ran = ran
        .stderr_has("this process may have 1024 (RLIMIT_NOFILE, the hard limit)")
        .stderr_has("raise it, as root: `ulimit -n ")
        .stderr_has("or ask for fewer connections");
    assert_eq!(ran.stdout, "");
}

#[test]
fn a_server_of_the_lab_s_gets_as_many_as_it_is_asked_to_take() {
    measuring(4096)
        .exit(0)
        .rows("server", "native/static", "measured", "");
}

#[test]
fn a_server_that_may_have_too_few_is_not_at_fault() {
    measuring(1024)
        .exit(4)
        .rows(
            "server",
            "native/static",
            "unavailable",
            "its server may have 1024 open files",
        )
        .rows("server", "native/static", "unavailable", "`ulimit -n 1132`");
}
