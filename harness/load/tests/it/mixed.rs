//! Several requests in one load: their shares, their bodies, and what is right of each.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use labrun_load::{Check, ErrorKind, Holds, Pace, Plan, Report, Request, Target, ceiling, run};

/// What a server was asked: method and path, and the body.
type Heard = (String, Vec<u8>);

/// A server that understands bodies, and keeps what each connection asked, in its order.
struct Echo {
    address: SocketAddr,
    heard: Arc<Mutex<Vec<Vec<Heard>>>>,
}

impl Echo {
    /// `answer` gives the bytes of an answer to what was heard.
    fn new(answer: impl Fn(&Heard) -> Vec<u8> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let heard: Arc<Mutex<Vec<Vec<Heard>>>> = Arc::default();
        let (all, answer) = (Arc::clone(&heard), Arc::new(answer));
        // It lives as long as the process: nothing that is asked later is counted anywhere else.
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (all, answer) = (Arc::clone(&all), Arc::clone(&answer));
                thread::spawn(move || converse(stream.unwrap(), &all, &*answer));
            }
        });
        Self { address, heard }
    }

    fn plan(&self, requests: Vec<Request>) -> Plan {
        let mut plan = Plan::new(Target::new(self.address, "/unused"));
        plan.requests = requests;
        plan.connections = 3;
        plan.warmup = Duration::from_millis(50);
        plan.duration = Duration::from_millis(300);
        plan.timeout = Duration::from_secs(20);
        plan
    }

    /// What its connections asked, each in its order; those that asked nothing are left out.
    fn heard(&self) -> Vec<Vec<Heard>> {
        self.heard.lock().unwrap().clone()
    }
}

fn converse(
    mut stream: TcpStream,
    all: &Mutex<Vec<Vec<Heard>>>,
    answer: &(dyn Fn(&Heard) -> Vec<u8> + Sync),
) {
    stream.set_nodelay(true).unwrap();
    let mut bytes = Vec::new();
    let mut place = None;
    while let Some(heard) = hear(&mut stream, &mut bytes) {
        let answer = answer(&heard);
        {
            let mut all = all.lock().unwrap();
            let place = *place.get_or_insert_with(|| {
                all.push(Vec::new());
                all.len() - 1
            });
            all[place].push(heard);
        }
        if stream.write_all(&answer).is_err() {
            return;
        }
    }
}

/// One request.
fn hear(stream: &mut TcpStream, bytes: &mut Vec<u8>) -> Option<Heard> {
    let mut more = vec![0; 64 << 10];
    loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("Content-Length: "))
                .map_or(0, |length| length.parse().unwrap());
            let whole = end + 4 + length;
            if bytes.len() >= whole {
                let body = bytes[end + 4..whole].to_vec();
                bytes.drain(..whole);
                let line = head.lines().next().unwrap();
                return Some((line.replace(" HTTP/1.1", ""), body));
            }
        }
        match stream.read(&mut more) {
            Ok(0) | Err(_) => return None,
            Ok(count) => bytes.extend_from_slice(&more[..count]),
        }
    }
}

fn answer(status: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

fn request(method: &str, path: &str, weight: u32) -> Request {
    Request {
        method: method.to_owned(),
        weight,
        ..Request::get(path)
    }
}

fn load(plan: &Plan) -> Report {
    run(plan, &|| false).unwrap()
}

/// How often each was heard.
fn shares(heard: &[Heard]) -> BTreeMap<&str, usize> {
    let mut shares = BTreeMap::new();
    for (line, _) in heard {
        *shares.entry(line.as_str()).or_default() += 1;
    }
    shares
}

#[test]
fn each_period_of_what_a_server_hears_has_the_weights_to_the_one() {
    for (pace, threads) in [
        (Pace::Closed, 1),
        (Pace::Rate(2_000.0), 1),
        (Pace::Closed, 2),
    ] {
        let server = Echo::new(|_| answer("200 OK", b"right"));
        let mut plan = server.plan(vec![
            request("GET", "/a", 6),
            request("GET", "/b", 3),
            request("DELETE", "/c", 1),
        ]);
        // One connection for each thread hears the whole of its order.
        (plan.threads, plan.connections) = (threads, threads);
        plan.pace = pace;
        let report = load(&plan);
        assert_eq!(report.failed(), 0, "{report:?}");
        let heard = server.heard();
        assert_eq!(heard.len(), threads);
        for heard in heard {
            assert!(heard.len() > 30, "{}", heard.len());
            for period in heard.chunks_exact(10) {
                let wanted = [("DELETE /c", 1), ("GET /a", 6), ("GET /b", 3)];
                assert_eq!(shares(period), wanted.into());
            }
        }
        let requests = report.by_request.iter().map(|own| own.requests);
        assert_eq!(requests.sum::<u64>(), report.requests);
        let responses = report.by_request.iter().map(|own| own.responses);
        assert_eq!(responses.sum::<u64>(), report.responses);
        if pace != Pace::Closed {
            // 600 are due in the window, which begins after 100: whole periods.
            let counts: Vec<u64> = report.by_request.iter().map(|own| own.requests).collect();
            assert_eq!(counts, [360, 180, 60]);
        }
    }
}

#[test]
fn the_order_is_the_same_in_every_load() {
    let orders: Vec<Vec<Heard>> = (0..2)
        .map(|_| {
            let server = Echo::new(|_| answer("200 OK", b"right"));
            let requests = ["/a", "/b", "/c"].map(|path| request("GET", path, 2));
            let mut plan = server.plan(requests.into());
            plan.connections = 1;
            load(&plan);
            server.heard().remove(0)
        })
        .collect();
    let both = orders[0].len().min(orders[1].len());
    assert!(both > 30);
    assert_eq!(orders[0][..both], orders[1][..both]);
}

#[test]
fn bodies_arrive_whole_and_are_answered_by_the_rule_of_their_request() {
    let large: Vec<u8> = (0..3 << 20).map(|n| (n % 251) as u8).collect();
    let echo = |(line, body): &Heard| match line.as_str() {
        "HEAD /" => b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n".to_vec(),
        "POST /made" => answer("201 Created", body),
        _ => answer("200 OK", body),
    };
    let server = Echo::new(echo);
    let with_body = |method, path, body: &[u8]| Request {
        body: body.to_vec(),
        check: Check::Whole(body.to_vec()),
        ..request(method, path, 1)
    };
    let made = Request {
        status: 201,
        ..with_body("POST", "/made", b"{\"a\": 1}\r\n\r\n")
    };
    let plan = server.plan(vec![
        request("HEAD", "/", 1),
        made,
        with_body("PUT", "/", b""),
        with_body("PATCH", "/large", &large),
        with_body("GET", "/odd", b"a body"),
    ]);
    let report = load(&plan);
    assert_eq!(
        report.failed(),
        0,
        "{:?} {:?}",
        report.errors,
        report.by_request
    );
    assert!(report.by_request.iter().all(|own| own.responses > 0));
    let heard = server.heard().concat();
    for (line, body) in [
        ("POST /made", &b"{\"a\": 1}\r\n\r\n"[..]),
        ("PUT /", b""),
        ("PATCH /large", &large),
        ("GET /odd", b"a body"),
    ] {
        let own: Vec<&Heard> = heard.iter().filter(|one| one.0 == line).collect();
        assert!(!own.is_empty(), "{line}");
        assert!(own.iter().all(|one| one.1 == body), "{line}");
    }
}

#[test]
fn a_wrong_answer_is_known_by_its_request() {
    let server = Echo::new(|(line, _)| match line.as_str() {
        "GET /body" => answer("200 OK", b"wrong"),
        "POST /status" => answer("500 Oops", b"what went wrong"),
        _ => answer("200 OK", b"right"),
    });
    let is_right: Holds = Arc::new(|body| body == b"ri");
    let plan = server.plan(vec![
        Request {
            check: Check::Beginning {
                bytes: 2,
                holds: Arc::clone(&is_right),
            },
            ..request("GET", "/right", 8)
        },
        Request {
            check: Check::Beginning {
                bytes: 2,
                holds: is_right,
            },
            ..request("GET", "/body", 1)
        },
        request("POST", "/status", 1),
    ]);
    let report = load(&plan);
    assert_eq!(report.requests_per_second(), None);
    let kinds: Vec<ErrorKind> = report.errors.keys().copied().collect();
    assert_eq!(kinds, [ErrorKind::Status, ErrorKind::Body]);
    let [right, body, status] = &report.by_request[..] else {
        panic!("there are three");
    };
    assert_eq!((right.failed, &right.first_wrong), (0, &None));
    for (own, code, begins) in [
        (body, 200, &b"wrong"[..]),
        (status, 500, b"what went wrong"),
    ] {
        assert_eq!((own.failed, own.mistaken), (own.requests, own.requests));
        let wrong = own.first_wrong.as_ref().unwrap();
        assert_eq!((wrong.status, &*wrong.begins), (code, begins));
    }
}

#[test]
fn the_generator_has_a_limit_with_any_requests() {
    let server = Echo::new(|(line, _)| match line.as_str() {
        "HEAD /" => b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n".to_vec(),
        _ => answer("200 OK", b"right"),
    });
    let posts = Request {
        body: b"\r\n\r\n".repeat(5_000),
        ..request("POST", "/", 1)
    };
    let plan = server.plan(vec![request("HEAD", "/", 1), posts]);
    let limit = ceiling(&plan, &|| false).unwrap().unwrap();
    assert!(limit > 10.0, "{limit}");
}
