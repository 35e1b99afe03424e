//! Checks of the command `listen`.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::atomic::{AtomicU16, Ordering};

use anyhow::{Result, bail, ensure};
use labrun_protocol::{Command as Order, Event, Grants, InstancePolicy};

use super::super::driver::Driver;
use super::super::{Check, Subject, guests};
use super::{failed, phases};

pub(super) const ALL: &[(&str, Check)] = &[
    ("serves_a_handler", serves),
    ("a_request_waits_for_a_handler", request_waits),
    ("a_fresh_instance_knows_no_request_before", fresh),
    ("a_reused_instance_keeps_what_it_knows", reused),
    ("instances_are_of_what_is_current", renewed),
    ("threads_take_turns", threads),
    ("refuses_no_threads", no_threads),
];

fn serves(subject: &Subject) -> Result<()> {
    let mut runner = Driver::start(subject.program)?;
    phases(&runner.load(subject, guests::HANDLER)?)?;
    let address = own_address();
    let listen = listen(&address, 2, InstancePolicy::Fresh, 1);
    ensure!(phases(&runner.send(&listen)?)? == ["listen"], "listen");
    for _ in 0..3 {
        ensure!(get(&address)?.ends_with("\r\n\r\nhello"), "no hello");
    }
    for _ in 0..2 {
        let Event::Served { marks } = runner.event()? else {
            bail!("not served")
        };
        let phases: Vec<_> = marks.iter().map(|mark| mark.phase.as_str()).collect();
        ensure!(
            phases == ["accept", "instantiate", "call", "drop"],
            "{phases:?}"
        );
    }
    // Only two were to be traced; and it still answers.
    ensure!(
        phases(&runner.line(r#"{"do":"ping"}"#)?)?.is_empty(),
        "ping"
    );
    ensure!(runner.finish()?.success(), "did not exit with 0");
    Ok(())
}

fn request_waits(subject: &Subject) -> Result<()> {
    let mut runner = Driver::start(subject.program)?;
    phases(&runner.load(subject, guests::EXIT)?)?;
    let address = own_address();
    phases(&runner.send(&listen(&address, 0, InstancePolicy::Fresh, 1))?)?;
    let client = std::thread::spawn(move || get(&address));
    std::thread::sleep(std::time::Duration::from_millis(50));
    ensure!(!client.is_finished(), "a command answered a request");
    phases(&runner.load(subject, guests::HANDLER)?)?;
    let answer = client
        .join()
        .map_err(|_| anyhow::anyhow!("the client panicked"))??;
    ensure!(answer.ends_with("\r\n\r\nhello"), "{answer}");
    Ok(())
}

fn fresh(subject: &Subject) -> Result<()> {
    let mut runner = Driver::start(subject.program)?;
    phases(&runner.load(subject, guests::COUNTING_HANDLER)?)?;
    let address = own_address();
    phases(&runner.send(&listen(&address, 0, InstancePolicy::Fresh, 1))?)?;
    for _ in 0..4 {
        ensure!(counted(&address)? == 1, "it had been asked before");
    }
    Ok(())
}

fn reused(subject: &Subject) -> Result<()> {
    let mut runner = Driver::start(subject.program)?;
    phases(&runner.load(subject, guests::COUNTING_HANDLER)?)?;
    let address = own_address();
    phases(&runner.send(&listen(&address, 2, InstancePolicy::Reused, 1))?)?;
    for expected in [1, 2] {
        ensure!(counted(&address)? == expected, "not {expected}");
        let Event::Served { marks } = runner.event()? else {
            bail!("not served")
        };
        let phases: Vec<_> = marks.iter().map(|mark| mark.phase.as_str()).collect();
        ensure!(
            phases == ["accept", "instantiate", "call", "drop"],
            "{phases:?}"
        );
    }
    let trapped = ask(&address)?;
    ensure!(
        trapped.starts_with("HTTP/1.1 500 ") && trapped.contains("unreachable"),
        "{trapped}"
    );
    ensure!(counted(&address)? == 1, "one that trapped was asked again");
    Ok(())
}

fn renewed(subject: &Subject) -> Result<()> {
    let mut runner = Driver::start(subject.program)?;
    phases(&runner.load(subject, guests::COUNTING_HANDLER)?)?;
    let address = own_address();
    let reused = listen(&address, 0, InstancePolicy::Reused, 1);
    phases(&runner.send(&reused)?)?;
    ensure!(counted(&address)? == 1 && counted(&address)? == 2, "kept");
    // Other grants, perhaps: instances that have the old ones are not asked again.
    phases(&runner.send(&reused)?)?;
    ensure!(counted(&address)? == 1, "it has the grants of before");
    phases(&runner.load(subject, guests::COUNTING_HANDLER)?)?;
    ensure!(counted(&address)? == 1, "it is of the module before");
    // Another policy at the same address.
    phases(&runner.send(&listen(&address, 0, InstancePolicy::Fresh, 1))?)?;
    ensure!(counted(&address)? == 1 && counted(&address)? == 1, "fresh");
    ensure!(runner.finish()?.success(), "did not exit with 0");
    Ok(())
}

fn threads(subject: &Subject) -> Result<()> {
    let mut runner = Driver::start(subject.program)?;
    phases(&runner.load(subject, guests::COUNTING_HANDLER)?)?;
    let address = own_address();
    let listening = runner.send(&listen(&address, 0, InstancePolicy::Reused, 2))?;
    if let Some(said) = &subject.one_thread {
        let unsupported =
            matches!(&listening.event, Event::Unsupported { reason } if reason == said);
        ensure!(unsupported, "{listening:?} is not unsupported: {said}");
        return Ok(());
    }
    phases(&listening)?;
    // Each connection goes to the other thread, which has instances of its own.
    for expected in [1, 1, 2, 2] {
        let came = counted(&address)?;
        ensure!(came == expected, "{came} is not {expected}");
    }
    // The address is free as soon as another server is asked for.
    phases(&runner.send(&listen(&address, 0, InstancePolicy::Reused, 1))?)?;
    for expected in [1, 2] {
        ensure!(counted(&address)? == expected, "not {expected}");
    }
    ensure!(runner.finish()?.success(), "did not exit with 0");
    Ok(())
}

fn no_threads(subject: &Subject) -> Result<()> {
    let mut runner = Driver::start(subject.program)?;
    for threads in [0, 1000] {
        let listen = listen(&own_address(), 0, InstancePolicy::Fresh, threads);
        let reason = failed(&runner.send(&listen)?)?;
        ensure!(reason.contains("1 to 16 threads"), "{reason}");
    }
    Ok(())
}

fn listen(address: &str, trace: u32, policy: InstancePolicy, threads: u32) -> Order {
    Order::Listen {
        address: address.to_owned(),
        trace,
        grants: Grants::default(),
        policy,
        threads,
    }
}

/// An address that nobody else uses: the loopback network has one for each process.
///
/// A port that is asked for and given back would not do: what another test forks meanwhile
/// holds it until it executes its program.
fn own_address() -> String {
    static NEXT_PORT: AtomicU16 = AtomicU16::new(10_000);
    let [_, a, b, c] = std::process::id().to_be_bytes();
    let port = NEXT_PORT.fetch_add(1, Ordering::Relaxed);
    format!("127.{a}.{b}.{c}:{port}")
}

/// The whole response to `GET /`, which is a 200.
fn get(address: &str) -> Result<String> {
    let response = ask(address)?;
    ensure!(response.starts_with("HTTP/1.1 200 "), "{response}");
    Ok(response)
}

/// What [`guests::COUNTING_HANDLER`] counted.
fn counted(address: &str) -> Result<u32> {
    let response = get(address)?;
    let body = response.rsplit("\r\n").next().unwrap_or_default();
    Ok(body.parse()?)
}

/// The whole response to `GET /`, on a connection of its own.
fn ask(address: &str) -> Result<String> {
    let mut stream = TcpStream::connect(address)?;
    write!(
        stream,
        "GET / HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
    )?;
    let mut response = String::new();
    stream.read_to_string(&mut response)?;
    Ok(response)
}
