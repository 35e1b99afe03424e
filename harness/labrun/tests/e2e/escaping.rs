//! What leaves its launch, its terminal or its lab: it is ended and told, or cannot.

use std::fs;

use crate::support::{Lab, Product, Ran, mark, may_mount, skip, until};

/// A guest that starts `sleep 1000` by a statement about a command `child`.
fn starting(how: &str) -> String {
    format!(
        "use std::os::unix::process::CommandExt as _;\n\
         use std::process::{{Command, Stdio}};\n\
         unsafe extern \"C\" {{ safe fn setsid() -> i32; }}\n\
         fn main() {{\n\
             let mut child = Command::new(\"sleep\");\n\
             child.arg(\"1000\").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());\n\
             {how}\n\
             println!(\"right\");\n\
         }}\n"
    )
}

const LEAVES: [(&str, &str); 4] = [
    (
        "session",
        "let _started = unsafe { child.pre_exec(|| { setsid(); Ok(()) }) }.spawn().unwrap();",
    ),
    ("group", "child.process_group(0).spawn().unwrap();"),
    (
        "daemon",
        // It says so once it has left.
        "child = Command::new(\"sh\"); \
         child.args([\"-c\", \"setsid sh -c 'echo; exec sleep 1000 >/dev/null' </dev/null 2>/dev/null &\"]); \
         let mut sh = child.stdout(Stdio::piped()).spawn().unwrap(); \
         std::io::Read::read_exact(sh.stdout.as_mut().unwrap(), &mut [0]).unwrap(); \
         sh.wait().unwrap(); let _ = setsid;",
    ),
    (
        "cleared",
        // Nothing in its environment tells whose it is.
        "child = Command::new(\"sh\"); child.env_clear(); \
         child.args([\"-c\", \"setsid sh -c 'echo; exec sleep 1000 >/dev/null' </dev/null 2>/dev/null &\"]); \
         let mut sh = child.stdout(Stdio::piped()).spawn().unwrap(); \
         std::io::Read::read_exact(sh.stdout.as_mut().unwrap(), &mut [0]).unwrap(); \
         sh.wait().unwrap(); let _ = setsid;",
    ),
];

#[test]
fn a_native_guest_that_leaves_a_process_behind_has_failed() {
    let mut lab = Lab::fixture().isolation("control/spawn");
    for (name, how) in LEAVES {
        lab = lab.guest(name, &starting(how));
    }
    // That nothing that bears a mark is left is checked at the end of every run.
    let mut ran = lab.measure([""; 0]).exit(101);
    for isolation in ["native/static", "control/spawn"] {
        for (name, _) in LEAVES {
            ran = ran.rows(name, isolation, "failed", LEFT);
            for row in ran.files.rows(name, isolation) {
                assert_named_is_gone(row["reason"].as_str().unwrap_or_default());
            }
        }
        ran = ran.rows("right", isolation, "measured", "");
    }
}

/// What is said of a process that stays.
const LEFT: &str = "it ended and left processes behind, which were ended: sleep (";

/// That the process which such a reason names is no more.
#[track_caller]
fn assert_named_is_gone(reason: &str) {
    let pid = reason
        .split(LEFT)
        .nth(1)
        .and_then(|rest| rest.split(')').next());
    let pid = pid.unwrap_or_else(|| panic!("no process in {reason}"));
    let name = fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
    assert_ne!(name.trim(), "sleep", "{reason}");
}

#[test]
fn a_product_that_leaves_a_process_with_nothing_of_its_launch_has_failed() {
    let script =
        "/usr/bin/env -i /usr/bin/setsid /bin/sleep 1000 </dev/null >/dev/null 2>&1 &\necho right";
    let ran = Lab::fixture()
        .product(&Product::new("one", script))
        .measure(["-i", "one/*"])
        .exit(101);
    let rows = ran.files.rows("right", "one/run");
    assert!(!rows.is_empty());
    for row in rows {
        assert_eq!(row["outcome"], "failed", "{row:#}");
        assert_named_is_gone(row["reason"].as_str().unwrap_or_default());
    }
}

#[test]
fn a_guest_that_is_given_up_is_ended_with_what_left_its_group() {
    let how = "child.process_group(0).spawn().unwrap(); loop { std::thread::park(); }";
    Lab::fixture()
        .plan("timeout_s", "2")
        .guest("hangs", &starting(how).replace("println!(\"right\");", ""))
        .measure(["-w", "hangs"])
        .exit(101)
        .rows("hangs", "native/static", "timeout", "");
}

/// Says `right` if it is in no session of the lab's: one that is not to be seen has number 0.
const SESSION: &str = "fn main() { \
    let stat = std::fs::read_to_string(\"/proc/self/stat\").unwrap(); \
    let fields = stat.rsplit(')').next().unwrap(); \
    let session = fields.split_whitespace().nth(3).unwrap(); \
    println!(\"{}\", if session == \"0\" { \"a terminal's\" } else { \"right\" }); }";

/// Whether an isolation can be measured here.
fn is_here(lab: &Lab, isolation: &str) -> bool {
    let found = lab.run(["doctor"]).exit(0);
    let line = found
        .stdout
        .lines()
        .find(|line| line.starts_with(isolation));
    let is_here = line.is_some_and(|line| line[isolation.len()..].trim_start().starts_with("ok"));
    if !is_here {
        skip(isolation, line.unwrap_or("it is not listed"));
    }
    is_here
}

#[test]
fn a_sandbox_is_in_a_session_of_its_own() {
    for isolation in ["bubblewrap/unshare-all", "oci/runc"] {
        let lab = Lab::fixture()
            .isolation(isolation)
            .guest("session", SESSION);
        if is_here(&lab, isolation) {
            lab.measure(["-w", "session", "-i", isolation])
                .exit(0)
                .rows("session", isolation, "measured", "");
        }
    }
}

#[test]
fn a_signal_with_a_container_of_a_runtime_alive_leaves_no_cgroup() {
    let isolation = "oci/runc";
    let lab = Lab::fixture().isolation(isolation).samples(100_000);
    if !is_here(&lab, isolation) {
        return;
    }
    lab.run(["build", "-i", isolation]).exit(0);
    // At another instant of a launch each time.
    for signal in [libc::SIGINT, libc::SIGTERM, libc::SIGINT, libc::SIGTERM] {
        let mut live = lab.begin(|command| command.args(["-i", isolation]));
        live.until_samples(3);
        live.signal_group(signal);
        // That no cgroup is left is checked at the end of every run.
        live.ended().exit(130);
    }
}

/// The refusing routes of a process.
fn routes_of(pid: u32) -> Vec<String> {
    let mark = mark(true);
    let namespace = mark.split('-').nth(2).expect("a namespace");
    let namespace = u64::from_str_radix(namespace, 16).expect("a number") & 0xff;
    let metric = (0x4000_0000 | ((namespace as u32) << 22) | pid).to_string();
    let routes = fs::read_to_string("/proc/net/route").expect("routes");
    let is_its = |line: &&str| line.split_whitespace().nth(6) == Some(metric.as_str());
    routes.lines().filter(is_its).map(str::to_owned).collect()
}

#[test]
fn the_next_command_removes_links_and_routes_whatever_it_measures() {
    if !may_mount("killed-routes") {
        return;
    }
    let deaf = "fn main() { loop { std::thread::park(); } }";
    for isolation in ["bubblewrap/unshare-all", "oci/runc"] {
        let lab = Lab::fixture()
            .plan("timeout_s", "600")
            .isolation(isolation)
            .server("deaf", deaf);
        if !is_here(&lab, isolation) {
            continue;
        }
        let mut live = lab.begin(|command| command.args(["-i", isolation, "-w", "deaf"]));
        live.until("its route is there", |live| {
            !routes_of(live.pid()).is_empty()
        });
        live.signal(libc::SIGKILL);
        let killed: Ran = live.ended();
        assert!(!routes_of(killed.pid).is_empty(), "nobody has removed it");
        let args = [
            "scenario",
            "cold-start",
            "-w",
            "right",
            "-i",
            "native/*",
            "--out",
            "next",
        ];
        lab.run(args).exit(0);
        until("its routes are gone", || {
            routes_of(killed.pid).is_empty().then_some(())
        });
    }
}
