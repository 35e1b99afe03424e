//! The handler: a request in, a response out.
//!
//! | route | answer |
//! |---|---|
//! | `GET /` | the greeting, as JSON |
//! | `POST /echo` (and `PUT`) | the request's body, with its content type |
//! | `GET /primes?n=N` | the primes up to N, as JSON |
//! | `GET /file/NAME` | a file of the granted directory |
//!
//! It is pure but for `/file/NAME`, which reads that one file. `HEAD` is answered as
//! `GET` is; the front end leaves the body out.

use std::env;
use std::path::{Path, PathBuf};

use crate::{FILES_DEFAULT, FILES_VARIABLE, Request, Response, file, primes};

const GREETING: &str = r#"{"message": "Hello from WASM!"}"#;

/// Answers `request`. Files come from the directory that [`FILES_VARIABLE`] names.
pub fn respond(request: &Request) -> Response {
    route(request, || {
        env::var_os(FILES_VARIABLE).map_or_else(|| FILES_DEFAULT.into(), PathBuf::from)
    })
}

/// Answers `request`, with files from the directory `files`.
pub fn respond_in(request: &Request, files: &Path) -> Response {
    route(request, || files.to_owned())
}

fn route(request: &Request, files: impl FnOnce() -> PathBuf) -> Response {
    let target = request.target.as_str();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    match path {
        "/" => reading(request, || Response::ok("application/json", GREETING)),
        "/echo" => echo(request),
        "/primes" => reading(request, || primes::answer(query)),
        _ => match path.strip_prefix("/file/") {
            Some(name) => reading(request, || file::answer(name, &files())),
            None => Response::error(404, "there is nothing here"),
        },
    }
}

/// The answer to a request that only reads.
fn reading(request: &Request, answer: impl FnOnce() -> Response) -> Response {
    match request.method.as_str() {
        "GET" | "HEAD" => answer(),
        _ => not_allowed("GET, HEAD"),
    }
}

fn echo(request: &Request) -> Response {
    match request.method.as_str() {
        "POST" | "PUT" => {
            let content_type = request.header("content-type");
            let content_type = content_type.unwrap_or("application/octet-stream");
            Response::ok(content_type.to_owned(), request.body.clone())
        }
        _ => not_allowed("POST, PUT"),
    }
}

fn not_allowed(allowed: &'static str) -> Response {
    let mut response = Response::error(405, &format!("allowed here: {allowed}"));
    response.headers.push(("allow".into(), allowed.into()));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn get(target: &str) -> Response {
        respond_in(&Request::new("GET", target), Path::new("/nowhere"))
    }

    #[test]
    fn the_greeting_is_exact() {
        let response = get("/");
        assert_eq!(response.status, 200);
        assert_eq!(response.header("content-type"), Some("application/json"));
        assert_eq!(response.body, include_bytes!("../expected/root.json"));
        assert_eq!(get("/?a=b"), response);
    }

    #[test]
    fn echo_returns_body_and_content_type() {
        let mut request = Request::new("POST", "/echo");
        request.body = vec![0, 255, b'x'];
        let response = respond(&request);
        assert_eq!(response.body, request.body);
        assert_eq!(
            response.header("content-type"),
            Some("application/octet-stream")
        );
        request.headers = vec![("content-type".into(), "text/csv".into())];
        assert_eq!(respond(&request).header("content-type"), Some("text/csv"));
    }

    #[test]
    fn unknown_paths_are_404() {
        for target in ["/nothing", "", "//", "/file", "/primes/", "/echo/x", "*"] {
            assert_eq!(get(target).status, 404, "{target}");
        }
    }

    #[test]
    fn wrong_methods_are_405_and_say_which_are_right() {
        for (method, target, allowed) in [
            ("POST", "/", "GET, HEAD"),
            ("DELETE", "/primes?n=5", "GET, HEAD"),
            ("PUT", "/file/a.txt", "GET, HEAD"),
            ("GET", "/echo", "POST, PUT"),
        ] {
            let response = respond(&Request::new(method, target));
            assert_eq!(response.status, 405, "{method} {target}");
            assert_eq!(response.header("allow"), Some(allowed));
        }
    }
}
