//! The guest of the Docker tests: one program that behaves well or badly, as its first
//! argument says. The tests compile it with `rustc` alone.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

unsafe extern "C" {
    fn signal(signal: i32, handler: extern "C" fn(i32)) -> usize;
    fn _exit(code: i32) -> !;
}

extern "C" fn end(_signal: i32) {
    // SAFETY: _exit() may be called in a signal handler (signal-safety(7)).
    unsafe { _exit(0) }
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let second = args.get(1).map(String::as_str).unwrap_or_default();
    match args.first().map(String::as_str).unwrap_or_default() {
        "print" => println!("42"),
        "slow" => {
            std::thread::sleep(Duration::from_millis(200));
            println!("42");
        }
        "exit" => {
            eprintln!("no such number");
            std::process::exit(3);
        }
        "rubbish" => println!("4\u{1}!"),
        "extra" => println!("42\n43"),
        "late" => {
            println!("42");
            std::thread::sleep(Duration::from_millis(100));
            println!("43");
        }
        "fails-after" => {
            println!("42");
            std::process::exit(3);
        }
        "megabyte" => print!("{}", "x".repeat(1 << 20)),
        "flood" => loop {
            eprintln!("{}", "x".repeat(1 << 10));
        },
        "silent" => {}
        "hang" => std::thread::sleep(Duration::from_secs(3600)),
        "linger" => {
            println!("42");
            std::thread::sleep(Duration::from_secs(3600));
        }
        "hold" => {
            let held = vec![1_u8; 16 << 20];
            println!("42");
            std::io::stdin().read_to_end(&mut Vec::new()).expect("reads");
            assert_eq!(std::hint::black_box(&held)[0], 1);
        }
        "again" => loop {
            println!("42");
            std::thread::sleep(Duration::from_millis(10));
        },
        "read" => print!("{}", std::fs::read_to_string(format!("{second}/number")).expect("granted")),
        "--listen" => serve(second, args.get(3).map(String::as_str)),
        other => panic!("unknown behaviour {other:?}"),
    }
}

/// Answers one connection at a time, until SIGTERM.
fn serve(address: &str, files: Option<&str>) {
    // SAFETY: the handler only calls _exit().
    unsafe { signal(15, end) };
    let listener = TcpListener::bind(address).expect("binds");
    println!("ready {address}");
    for stream in listener.incoming() {
        answer(stream.expect("accepts"), files);
    }
}

fn answer(mut stream: TcpStream, files: Option<&str>) {
    let mut request = [0; 1024];
    let read = stream.read(&mut request).unwrap_or(0);
    let request = String::from_utf8_lossy(&request[..read]).into_owned();
    let body = match request.split(' ').nth(1).unwrap_or_default() {
        "/slow" => {
            std::thread::sleep(Duration::from_millis(200));
            "42\n".to_owned()
        }
        "/file" => std::fs::read_to_string(format!("{}/number", files.expect("granted"))).expect("reads"),
        "/wrong" => "41\n".to_owned(),
        "/exit" => {
            eprintln!("no such number");
            std::process::exit(3);
        }
        "/never" => loop {
            std::thread::sleep(Duration::from_secs(1));
        },
        _ => "42\n".to_owned(),
    };
    let _ = write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len());
}
