//! Several requests of one's own under load: their shares, bodies and checks, through the real binary.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::plans;
use crate::support::{Elsewhere, Lab, Question, Ran};

/// A server in the standard library alone, a thread for each connection. It echoes what it is sent,
/// answers `/missing` with 404, and whatever `$WRONG` names with a body that is wrong. Where `$LOG` is
/// a folder, each connection writes there what it was asked, a file for each.
pub(crate) const SERVER: &str = r#"
use std::io::{Read, Write};
use std::sync::atomic::{AtomicU64, Ordering};
static CONNECTIONS: AtomicU64 = AtomicU64::new(0);
unsafe extern "C" {
    fn signal(number: i32, handler: usize) -> usize;
    fn _exit(code: i32) -> !;
}
extern "C" fn end(_: i32) { unsafe { _exit(0) } }
fn converse(mut stream: std::net::TcpStream) -> Option<()> {
    let wrong = std::env::var("WRONG").unwrap_or_default();
    let number = CONNECTIONS.fetch_add(1, Ordering::SeqCst);
    let log = std::env::var_os("LOG").map(|folder| {
        std::path::Path::new(&folder).join(format!("{}-{number}", std::process::id()))
    });
    let mut log = log.map(|path| std::fs::File::create(path).unwrap());
    let mut heard = Vec::new();
    let mut more = vec![0; 65536];
    loop {
        let end = loop {
            if let Some(end) = heard.windows(4).position(|four| four == b"\r\n\r\n") {
                break end;
            }
            let count = stream.read(&mut more).ok().filter(|count| *count > 0)?;
            heard.extend_from_slice(&more[..count]);
        };
        let head = String::from_utf8(heard[..end].to_vec()).unwrap();
        let header = |name: &str| {
            let mut lines = head.lines().filter_map(|line| line.split_once(": "));
            lines.find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, value)| value.to_owned())
        };
        let length: usize = header("content-length").map_or(0, |length| length.parse().unwrap());
        while heard.len() < end + 4 + length {
            let count = stream.read(&mut more).ok().filter(|count| *count > 0)?;
            heard.extend_from_slice(&more[..count]);
        }
        let body = heard[end + 4..end + 4 + length].to_vec();
        heard.drain(..end + 4 + length);
        let line = head.lines().next().unwrap().trim_end_matches(" HTTP/1.1").to_owned();
        if let Some(log) = &mut log {
            writeln!(log, "{line} {length}").unwrap();
        }
        let (status, body) = match line.as_str() {
            line if line == wrong => ("200 OK", b"not what was asked for\n".to_vec()),
            "GET /missing" => ("404 Not Found", b"there is none\n".to_vec()),
            "GET /key" => ("200 OK", format!("a line\nkey {}\n", header("x-key").unwrap()).into()),
            _ if body.is_empty() => ("200 OK", b"right\n".to_vec()),
            _ => ("201 Created", body),
        };
        let length = body.len();
        let head = format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\n\r\n");
        stream.write_all(head.as_bytes()).ok()?;
        if !line.starts_with("HEAD ") {
            stream.write_all(&body).ok()?;
        }
    }
}
fn main() {
    unsafe { signal(15, end as *const () as usize) };
    let address = std::env::args().skip_while(|arg| arg != "--listen").nth(1).unwrap();
    for stream in std::net::TcpListener::bind(address).unwrap().incoming() {
        let stream = stream.unwrap();
        stream.set_nodelay(true).unwrap();
        std::thread::spawn(move || converse(stream));
    }
}
"#;

/// What every test asks for: six of ten are reads, three are writes, and one is the head alone.
pub(crate) const REQUESTS: &str = r#"
[[serve.requests]]
path = "/read"
weight = 60
expect = { file = "right.txt" }

[[serve.requests]]
method = "POST"
path = "/made"
weight = 30
headers = { content-type = "application/octet-stream" }
body-file = "sent.bin"
status = 201
expect = { file = "sent.bin" }

[[serve.requests]]
method = "HEAD"
path = "/"
weight = 10
"#;

/// A lab that has the server as `serves`, and a scenario that loads it on so many connections.
pub(crate) fn lab(connections: u32) -> Lab {
    let load = format!(
        "\n[workload.load]\nconnections = {connections}\nduration_s = 0.3\nwarmup_s = 0.1\n\
         rates = [\"1000/s\"]\nquick_rates = []"
    );
    Lab::fixture()
        .server("serves", SERVER)
        .question(&Question::throughput().of("serves", &load))
}

/// Puts the built server into the folder `own` of the lab, with these lines below `[serve]`, these
/// requests and variables.
pub(crate) fn own(lab: &Lab, serve: &str, requests: &str, env: &[(&str, &str)]) {
    let folder = lab.path().join("own");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("makes a folder");
    let ran = lab.run(["build", "--json", "-w", "serves", "-i", "native/static"]);
    let built = ran.exit(0).json()["built"].clone();
    let mut built = built.as_array().expect("a list").iter();
    let is_it = |one: &&Value| {
        one["what"]
            .as_str()
            .is_some_and(|what| what.contains("serves"))
    };
    let path = built.find(is_it).expect("it is built")["path"].clone();
    fs::copy(path.as_str().expect("a path"), folder.join("app")).expect("copies");
    write(&folder, "native = \"app\"", serve, requests, env);
}

/// Writes the workload `web` of an artifact, with what it is sent and has to answer, into a folder.
pub(crate) fn write(
    folder: &Path,
    artifact: &str,
    serve: &str,
    requests: &str,
    env: &[(&str, &str)],
) {
    let mut sent: Vec<u8> = (0..300_000_u32).map(|n| (n % 251) as u8).collect();
    sent.extend_from_slice(b"\r\n\r\n");
    fs::write(folder.join("sent.bin"), sent).expect("writes");
    fs::write(folder.join("right.txt"), "right\n").expect("writes");
    let env: Vec<String> = env.iter().map(|(n, v)| format!("{n} = {v:?}\n")).collect();
    let env = env.concat();
    let text = format!(
        "name = \"web\"\nsummary = \"a test's\"\n[artifacts]\n{artifact}\n[env]\n{env}\
         [serve]\nrequest = \"/\"\nargs = [\"--listen\", \"{{address}}\"]\nexpected = \"right.txt\"\n\
         {serve}{requests}"
    );
    fs::write(folder.join("workload.toml"), text).expect("writes");
}

pub(crate) fn measured(lab: &Lab) -> Ran {
    lab.ask("throughput", ["-w", "./own"])
}

/// What each connection was asked, of all servers.
fn asked(log: &Path) -> Vec<Vec<String>> {
    let files = fs::read_dir(log).expect("lists a folder").map(|entry| {
        let text = fs::read_to_string(entry.expect("an entry").path()).expect("reads");
        text.lines().map(str::to_owned).collect()
    });
    files.collect()
}

fn shares(lines: &[String]) -> BTreeMap<&str, usize> {
    let mut shares = BTreeMap::new();
    for line in lines {
        *shares.entry(line.as_str()).or_default() += 1;
    }
    shares
}

#[test]
fn requests_come_exactly_as_often_as_they_weigh_and_it_is_recorded() {
    let lab = lab(1);
    let log = lab.path().join("log");
    fs::create_dir(&log).expect("makes a folder");
    let log_name = log.display().to_string();
    own(&lab, "warmup-s = 0.4\n", REQUESTS, &[("LOG", &log_name)]);
    let ran = measured(&lab)
        .exit(0)
        .rows("web", "native/static", "measured", "");
    let mut periods = 0;
    for lines in asked(&log) {
        for period in lines.chunks_exact(10) {
            let wanted = [
                ("GET /read 0", 6),
                ("POST /made 300004", 3),
                ("HEAD / 0", 1),
            ];
            assert_eq!(shares(period), wanted.into());
            periods += 1;
        }
    }
    assert!(periods > 10, "{periods} periods");
    let run = ran.files.json("run.json");
    let load = &run["loads"][0];
    assert_eq!(load["workload"], "web");
    assert_eq!(
        (&load["warmup_s"], &load["first_warmup_s"]),
        (&0.1.into(), &0.4.into())
    );
    let requests = load["requests"].as_array().expect("requests");
    let told: Vec<String> = requests
        .iter()
        .map(|one| format!("{} {} {}", one["method"], one["path"], one["weight"]))
        .collect();
    let wanted = [
        "\"GET\" \"/read\" 60",
        "\"POST\" \"/made\" 30",
        "\"HEAD\" \"/\" 10",
    ];
    assert_eq!(told, wanted);
    for sample in ran.files.samples() {
        let row = &run["rows"][sample["row"].as_u64().expect("a row") as usize];
        let answered = sample["answered"].as_array().expect("counts");
        let counts: Vec<u64> = answered.iter().filter_map(Value::as_u64).collect();
        assert_eq!(counts.len(), 3, "{sample:#}");
        assert!(counts.iter().all(|count| *count > 0), "{sample:#}");
        if row["metric"] == "latency" {
            let [read, made, head] = counts[..] else {
                panic!("there are three");
            };
            // At 1000/s 100 are due before the window, and 1100 in it: whole periods of ten.
            assert_eq!((read, made), (6 * head, 3 * head), "{sample:#}");
        }
    }
    ran.files
        .text("report.html")
        .find("POST /made")
        .expect("the page says what was asked");
}

#[test]
fn a_plan_says_what_is_asked_and_is_refused_where_it_says_otherwise() {
    let requests = "[serve]\nrequest = \"/\"\nwarmup-s = 0.2\nrequests = [\n\
        { path = \"/a\", weight = 2 },\n{ path = \"/b\", method = \"DELETE\" },\n]";
    let load = "\n[workload.load]\nconnections = 2\nduration_s = 0.2\nwarmup_s = 0.1\n\
        rates = [\"100/s\"]\nquick_rates = []";
    let lab = Lab::fixture()
        .workload("serves", requests, SERVER)
        .question(&Question::throughput().of("serves", load));
    plans::plan(&lab, &["throughput"])
        .exit(0)
        .stdout_has("load on serves: GET /a ×2, DELETE /b ×1; 0.2 s of load on each server");
    let plan = plans::parsed(&plans::plan(&lab, &["throughput", "--json"]).exit(0));
    let of =
        |plan: &Value| plan["parts"][0]["cases"][0]["launch"]["launch"]["measure"]["load"].clone();
    assert_eq!(of(&plan)["first_warmup_s"], 0.2);
    assert_eq!(of(&plan)["requests"][0]["path"], "/a");
    assert_eq!(of(&plan)["requests"][1]["method"], "DELETE");
    let path = plans::write(&lab, &plan.to_string()).display().to_string();
    plans::carry_out(&lab, &["--plan", &path]).exit(0).rows(
        "serves",
        "native/static",
        "measured",
        "",
    );
    fs::remove_dir_all(lab.path().join("taken")).expect("removes");
    for (change, named) in [
        (
            &|load: &mut Value| load["requests"][0]["weight"] = 3.into(),
            "measure.load.requests",
        ),
        (
            &|load| load["requests"][1]["sha256"] = "0".repeat(64).into(),
            "measure.load.requests",
        ),
        (
            &|load| load["requests"].as_array_mut().expect("a list").truncate(1),
            "measure.load.requests",
        ),
        (
            &|load| load["first_warmup_s"] = 30.into(),
            "measure.load.first_warmup_s",
        ),
        (
            &|load| load["requests"][0]["header"] = "x".into(),
            "there is no field",
        ),
    ] as [(&dyn Fn(&mut Value), &str); 5]
    {
        let mut other = plan.clone();
        change(&mut other["parts"][0]["cases"][0]["launch"]["launch"]["measure"]["load"]);
        let path = plans::write(&lab, &other.to_string()).display().to_string();
        plans::carry_out(&lab, &["--plan", &path])
            .exit(2)
            .stderr_has(named);
    }
    plans::leaves_no_run(&lab);
}

#[test]
fn a_wrong_answer_is_a_mismatch_that_names_its_request() {
    let lab = lab(2);
    let turns = "\n[[serve.requests]]\npath = \"/missing\"\nstatus = 404\nexpect = { regex = \"^there is\" }\n\
        \n[[serve.requests]]\npath = \"/key\"\nheaders = { X-Key = \"open sesame\" }\n\
        expect = { regex = \"^key open sesame$\" }\n\
        \n[[serve.requests]]\nmethod = \"PUT\"\npath = \"/made\"\nbody = \"some text\"\nstatus = 201\n";
    own(&lab, "", turns, &[]);
    measured(&lab)
        .exit(0)
        .rows("web", "native/static", "measured", "");
    for (wrong, said) in [
        ("GET /missing", "by status 200 and \"not what was asked for"),
        ("GET /key", "by status 200 and \"not what was asked for"),
        ("PUT /made", "by status 200 and \"not what was asked for"),
    ] {
        own(&lab, "", turns, &[("WRONG", wrong)]);
        let ran = measured(&lab)
            .exit(101)
            .rows("web", "native/static", "mismatch", said);
        for row in ran.files.rows("web", "native/static") {
            let reason = row["reason"].as_str().expect("a reason");
            assert!(reason.starts_with(&format!("{wrong}: ")), "{reason}");
            // Of three that take turns it is the only one.
            assert_eq!(reason.matches("answered wrongly").count(), 1, "{reason}");
        }
    }
}

#[test]
fn a_bundle_has_what_is_sent_and_what_is_right() {
    let lab = lab(2);
    own(&lab, "", REQUESTS, &[]);
    let away = Elsewhere::with(lab, &["throughput", "-w", "./own"]);
    away.measure("run", &["--bundle", "b.tar.zst"])
        .exit(0)
        .rows("web", "native/static", "measured", "");
    away.altered("other.tar.zst", |files, _| {
        let name = "lab/workloads/web/sent.bin";
        let (bytes, _) = files.get_mut(name).expect("it is carried");
        bytes[7] ^= 1;
    });
    away.measure("none", &["--bundle", "other.tar.zst"])
        .exit(2)
        .stderr_has("requests");
}

#[test]
fn runs_that_asked_for_other_things_are_not_compared() {
    let lab = lab(2);
    let turns = |weight: u32| {
        format!(
            "[[serve.requests]]\npath = \"/\"\nweight = {weight}\n\n[[serve.requests]]\npath = \"/b\"\n"
        )
    };
    let measured = |weight| {
        own(&lab, "", &turns(weight), &[]);
        measured(&lab).exit(0)
    };
    let runs = [measured(2), measured(2), measured(3)];
    let [base, same, other] = runs
        .each_ref()
        .map(|ran| ran.files.path().to_str().expect("a name"));
    lab.run(["compare", base, other])
        .exit(2)
        .stderr_has("what the servers of web were asked under load differs");
    let compared = lab.run(["compare", base, same]);
    assert!(
        !compared.stderr.contains("asked under load"),
        "{}",
        compared.stderr
    );
}
