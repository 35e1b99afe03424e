//! The scenario `memory`: what a guest is known to hold reads back, and nothing of it
//! stays.

use serde_json::Value;

use crate::support::{Lab, Question, Ran, cgroups_of, lay_tmpfs, may_mount, processes_of, skip};

const HELD_MIB: f64 = 64.0;

/// A guest that does `work`, prints, and stays as long as it is to.
pub(crate) fn holding(work: &str) -> String {
    format!(
        "fn main() {{ {work} println!(\"right\"); \
         if std::env::var_os(\"LABRUN_HOLD\").is_some() {{ \
         std::io::copy(&mut std::io::stdin(), &mut std::io::sink()).unwrap(); }} }}"
    )
}

/// A lab with the guest `empty`, and `full`, which touches what it allocates.
fn two_guests() -> Lab {
    let full = "let held = std::hint::black_box(vec![1_u8; 64 << 20]); \
        assert!(held.iter().all(|byte| *byte == 1));";
    // What is held may not go before its end.
    let full = holding(full).replace(" } }", " } drop(held); }");
    Lab::fixture()
        .guest("empty", &holding(""))
        .guest("full", &full)
        .question(&Question::memory().samples(3).of("empty", "").of("full", ""))
}

/// How many MiB more the guest `full` has than `empty`.
fn more_mib(ran: &Ran, metric: &str, scope: &str) -> f64 {
    let bytes = |workload| {
        let row = ran.files.native(workload, metric, &[scope]);
        row["median"].as_f64().unwrap_or_else(|| panic!("{row:#}"))
    };
    (bytes("full") - bytes("empty")) / f64::from(1 << 20)
}

fn cgroup_rows(ran: &Ran) -> Vec<Value> {
    let mut rows = ran.files.rows("full", "native/static");
    rows.retain(|row| {
        row["scope"]
            .as_str()
            .is_some_and(|scope| scope.starts_with("cgroup"))
    });
    assert_eq!(
        rows.len(),
        7,
        "the sum and its parts, the peak, one more and what is fixed"
    );
    rows
}

#[test]
fn what_a_guest_holds_reads_back() {
    let ran = two_guests().ask("memory", [""; 0]).exit(0);
    for (metric, scope) in [
        ("memory_idle", "pss"),
        ("memory_idle", "private"),
        ("memory_peak", "hwm"),
        ("memory_marginal", "pss"),
        ("memory_marginal", "private"),
    ] {
        let more = more_mib(&ran, metric, scope);
        let wrong = (more - HELD_MIB).abs() / HELD_MIB;
        assert!(wrong < 0.03, "{metric} {scope}: {more} MiB");
    }
    let rows = cgroup_rows(&ran);
    if let Some(none) = rows.iter().find(|row| row["outcome"] != "measured") {
        let reason = none["reason"].as_str().expect("a reason");
        return skip("memory-cgroup", reason);
    }
    for (metric, scope) in [
        ("memory_idle", "cgroup-anon"),
        ("memory_idle", "cgroup"),
        ("memory_marginal", "cgroup"),
    ] {
        let more = more_mib(&ran, metric, scope);
        let wrong = (more - HELD_MIB).abs() / HELD_MIB;
        assert!(wrong < 0.03, "{metric} {scope}: {more} MiB");
    }
    // A total, with caches of the kernel that come and go.
    let peak = more_mib(&ran, "memory_peak", "cgroup");
    assert!((peak - HELD_MIB).abs() / HELD_MIB < 0.1, "{peak} MiB");
}

#[test]
fn where_no_cgroup_may_be_made_the_other_rows_are_measured() {
    if !may_mount("memory-without-cgroups") {
        return;
    }
    let lab = two_guests();
    let live = lab.begin_of("memory", |command| {
        lay_tmpfs(command, c"/sys/fs/cgroup", c"")
    });
    let ran = live.ended().exit(0);
    let more = more_mib(&ran, "memory_idle", "pss");
    assert!((more - HELD_MIB).abs() / HELD_MIB < 0.03, "{more} MiB");
    for row in cgroup_rows(&ran) {
        assert_eq!(row["outcome"], "unavailable", "{row:#}");
        let reason = row["reason"].as_str().expect("a reason");
        assert!(reason.contains("cgroup"), "{reason}");
    }
}

#[test]
fn a_signal_while_instances_are_started_leaves_none() {
    let question = Question::memory()
        .of("held", "")
        .samples(100_000)
        .processes(64);
    let lab = Lab::fixture()
        .guest("held", &holding(""))
        .question(&question);
    let mut live = lab.begin_of("memory", |command| command);
    live.until("several are alive", |live| {
        processes_of(live.pid()).len() > 2
    });
    live.signal_group(libc::SIGINT);
    // That no process, folder or cgroup is left is checked at the end of every run.
    let ran = live.ended().exit(130);
    assert!(ran.files.has("report.html"));
    assert!(cgroups_of(ran.pid).is_empty());
}
