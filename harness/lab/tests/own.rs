//! Programs of the system, launched as a user's own are: what of their output is an answer, what
//! becomes of the rest, what they are given, and how servers are told where to listen.

use std::path::{Path, PathBuf};
use std::time::Duration;

use lab::define::{Expect, Given, GrantFiles, Run, Serve, Workload};
use lab::interrupt::Interrupt;
use lab::isolation::{Control, Job, LaunchTiming, Launcher as _, Native};
use lab::outcome::Failure;
use lab::site::Site;
use lab::task::{FileSystem, NetworkPath, Policy};
use labrun_record::{Start, Target};

fn site() -> Site {
    Site::new(Interrupt::never().expect("an interrupt")).expect("a site")
}

/// A workload of a shell's script, as the command line makes one; `change` says more of it.
fn script(text: &str, expect: Expect, change: impl FnOnce(&mut Workload)) -> Workload {
    let run = Run {
        args: vec!["-c".to_owned(), text.to_owned()],
        expect: Some(expect),
        ..Run::default()
    };
    let workload = Workload {
        run: Some(run),
        ..given("/bin/sh")
    };
    checked(workload, change)
}

fn given(program: &str) -> Workload {
    Workload {
        name: "own".to_owned(),
        artifacts: [(Target::Native, Given::from(PathBuf::from(program)))].into(),
        folder: "/".into(),
        ..Workload::default()
    }
}

fn checked(mut workload: Workload, change: impl FnOnce(&mut Workload)) -> Workload {
    change(&mut workload);
    workload.checked().expect("is right")
}

fn job(workload: &Workload) -> Job {
    Job {
        workload: workload.clone(),
        target: Target::Native,
        start: Start::Process,
        task: workload.task().expect("a task"),
        artifact: workload.artifacts[&Target::Native].path.clone(),
        image: None,
        libraries: Vec::new(),
        precompiled: None,
        other: None,
        file_system: FileSystem::default(),
        policy: Policy::default(),
        way: NetworkPath::default(),
        instances: 1,
        timeout: Duration::from_secs(20),
        patience: lab::patience::Patience::default(),
        warm_repeats: 0,
    }
}

/// Launches it natively.
fn launch(workload: &Workload) -> Result<LaunchTiming, Failure> {
    let [_, dynamic] = Native::all(None);
    dynamic.launch(&site(), &job(workload))
}

fn unchanged(_: &mut Workload) {}

#[test]
fn a_first_line_is_the_answer_and_the_rest_is_dropped() {
    let long = "echo right; seq 100000; echo told >&2";
    let workload = script(long, Expect::first_line(), unchanged);
    let timing = launch(&workload).expect("is right");
    assert!(timing.total_ns > 0 && timing.teardown_ns > 0);
    let control = Control::default();
    control
        .launch(&site(), &job(&workload))
        .expect("a control too");
    // Without an end of line it is known by the end of the output.
    launch(&script("printf right", Expect::first_line(), unchanged)).expect("is right");
    let nothing = launch(&script("exit 0", Expect::first_line(), unchanged));
    let said = nothing.expect_err("says nothing").to_string();
    assert!(
        said.contains("exited with code 0 before it had printed a line"),
        "{said}"
    );
    launch(&script("exit 0", Expect::any(), unchanged)).expect("anything is right");
    let failed = launch(&script(
        "echo right; exit 3",
        Expect::first_line(),
        unchanged,
    ));
    let said = failed.expect_err("ends badly").to_string();
    assert!(said.starts_with("failed: it exited with code 3"), "{said}");
}

#[test]
fn launches_of_one_workload_have_to_say_the_same() {
    let workload = script("echo $$", Expect::first_line(), unchanged);
    launch(&workload).expect("the first says what is right");
    let said = launch(&workload).expect_err("another process").to_string();
    assert!(said.starts_with("mismatch: its first line is"), "{said}");
}

#[test]
fn a_pattern_may_come_after_other_lines() {
    let pattern = || Expect::regex("^ready [0-9]+$".to_owned());
    let ready = "echo starting; echo ready 7; echo more";
    launch(&script(ready, pattern(), unchanged)).expect("is right");
    let never = launch(&script("echo starting", pattern(), unchanged));
    let said = never.expect_err("never is").to_string();
    assert!(
        said.contains("matches \"^ready [0-9]+$\": got \"starting\\n\""),
        "{said}"
    );
}

#[test]
fn variables_and_a_granted_directory_reach_it() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("number"), "42\n").expect("written");
    let mut workload = script(
        "[ \"$KEY\" = secret ] && echo $OPEN $(cat \"$0\"/number)",
        Expect::regex("^shown 42$".to_owned()),
        |own| {
            own.env.insert("OPEN".to_owned(), "shown".to_owned());
            own.env_from.push("KEY".to_owned());
            own.grant = Some(GrantFiles {
                files: folder.path().to_owned(),
            });
            own.run
                .as_mut()
                .expect("a command")
                .args
                .push("{grant}".to_owned());
        },
    );
    let take = |name: &str| (name == "KEY").then(|| "secret".to_owned());
    workload.environment.take(take);
    launch(&workload).expect("has all of it");
}

#[test]
fn a_command_that_ends_is_waited_for_and_its_cgroup_stays() {
    let workload = script("cat; echo right", Expect::first_line(), unchanged);
    let [_, dynamic] = Native::all(None);
    let (site, job) = (site(), job(&workload));
    // Its stdin is empty: one that was to stay would wait for its end.
    let standing = dynamic.stand(&site, &job);
    let mut standing = standing.expect("answers");
    standing.finish().expect("ends well");
    if let Ok(groups) = standing.cgroups() {
        let peak = groups[0].peak().expect("is still there");
        assert!(peak > 0);
    }
    standing.end().expect("nothing is left");
}

/// A server of somebody else's: it listens where its argument says, and is ended by SIGTERM.
const SERVER: &str = r#"
use IO::Socket::INET;
my $socket = IO::Socket::INET->new(LocalAddr => $ARGV[0], Listen => 5, ReuseAddr => 1) or die;
while (my $client = $socket->accept) {
    my $line = <$client>;
    print $client "HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nright\n";
    close $client;
}
"#;

fn server(args: &[&str], port: Option<u16>) -> Workload {
    let words = ["-e", SERVER].iter().chain(args);
    let serve = Serve {
        request: "/".to_owned(),
        body: Some(Expect::first_line()),
        args: Some(words.map(|word| (*word).to_owned()).collect()),
        port,
        ..Serve::default()
    };
    let workload = Workload {
        serve: Some(serve),
        ..given("/usr/bin/perl")
    };
    checked(workload, unchanged)
}

#[test]
fn a_server_is_told_where_to_listen_or_has_its_port() {
    if !Path::new("/usr/bin/perl").exists() {
        eprintln!("SKIPPED own-server: perl is not installed");
        return;
    }
    for told in ["{address}", "127.0.0.1:{port}"] {
        let workload = server(&[told], None);
        assert_eq!(workload.fixed_port(), None);
        launch(&workload).expect("answers, and ends by the signal");
    }
    let free = std::net::TcpListener::bind("0.0.0.0:0").expect("listens");
    let port = free.local_addr().expect("an address").port();
    let workload = server(&[&format!("127.0.0.1:{port}")], Some(port));
    let said = launch(&workload).expect_err("is taken").to_string();
    assert!(said.contains("on which it always listens"), "{said}");
    drop(free);
    launch(&workload).expect("is free now");
}
