//! `[[serve.requests]]` of `workload.toml`: what a server is asked under load, and which answers are
//! right.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use labrun_load::{
    MOST_REQUESTS, MOST_WEIGHT, OWN_HEADERS, UNSPOKEN_HEADERS, is_header_value, is_token,
};
use regex::bytes::Regex;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use toml::Spanned;

use super::fault::Fault;
use super::trust::inside;
use crate::task::{Expected, Method, Request, Rule};
use labrun_record::regular;

/// Bytes that a body may have, of a request or of a right answer.
const MOST_BYTES: usize = 1 << 20;

/// Longest warm-up, in seconds.
const LONGEST_S: f64 = 600.0;

/// The requests of a load; there is at least one.
#[derive(Debug, Clone)]
pub struct Requests(Vec<Spanned<RequestFile>>);

/// One of them as it is written.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RequestFile {
    #[serde(deserialize_with = "path")]
    path: String,
    #[serde(default)]
    method: Method,
    #[serde(default = "one", deserialize_with = "weight")]
    weight: u32,
    #[serde(default, deserialize_with = "headers")]
    headers: BTreeMap<String, String>,
    body: Option<Spanned<String>>,
    body_file: Option<Spanned<PathBuf>>,
    #[serde(default = "ok", deserialize_with = "status")]
    status: u16,
    expect: Option<Spanned<Answer>>,
}

/// Which body of an answer is right. What is looked at of every answer has to be cheap.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Answer {
    file: Option<Spanned<PathBuf>>,
    regex: Option<Spanned<String>>,
}

impl<'de> Deserialize<'de> for Requests {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let all = Vec::<Spanned<RequestFile>>::deserialize(deserializer)?;
        if (1..=MOST_REQUESTS).contains(&all.len()) {
            return Ok(Self(all));
        }
        Err(D::Error::custom(format!(
            "a load is of 1 to {MOST_REQUESTS} requests, not {}: write a [[serve.requests]] for each, or \
             leave them out, and `request` is what is asked",
            all.len()
        )))
    }
}

impl Requests {
    /// All of them with what their files hold.
    pub(super) fn read(&self, folder: &Path) -> Result<Vec<Request>, Fault> {
        let all = self.0.iter().zip(1..);
        all.map(|(one, number)| {
            let of = one.get_ref();
            of.read(one.span().start, folder).map_err(|fault| {
                let name = format!("{} {}", of.method.name(), of.path);
                fault.said_of(format!("[[serve.requests]] {number} ({name})"))
            })
        })
        .collect()
    }

    /// The files that they name, relative to the workload's folder.
    pub(super) fn files(&self) -> impl Iterator<Item = &PathBuf> {
        self.0.iter().flat_map(|one| {
            let one = one.get_ref();
            let answer = one.expect.as_ref();
            let right = answer.and_then(|answer| answer.get_ref().file.as_ref());
            one.body_file.iter().chain(right).map(Spanned::get_ref)
        })
    }
}

impl RequestFile {
    fn read(&self, at: usize, folder: &Path) -> Result<Request, Fault> {
        let body = match (&self.body, &self.body_file) {
            (None, None) => Vec::new(),
            (Some(body), None) => {
                let bytes = body.get_ref().clone().into_bytes();
                bounded("body", bytes).map_err(|why| Fault::at_byte(body.span().start, why))?
            }
            (None, Some(file)) => bytes_of("body-file", folder, file)?,
            (Some(_), Some(_)) => {
                let reason = "it has body and body-file: leave one out";
                return Err(Fault::at_byte(at, reason.to_owned()));
            }
        };
        let expected = self.expect.as_ref();
        let expected = expected.map(|answer| {
            if let Some(why) = self.bodiless() {
                let reason = format!("{why}: leave expect out");
                return Err(Fault::at_byte(answer.span().start, reason));
            }
            answer.get_ref().read(answer.span().start, folder)
        });
        Ok(Request {
            method: self.method,
            path: self.path.clone(),
            weight: self.weight,
            headers: self.headers.clone(),
            body,
            status: self.status,
            expected: expected.transpose()?,
        })
    }

    /// Why a right answer has no body, if it has none.
    fn bodiless(&self) -> Option<String> {
        if self.method == Method::Head {
            return Some("an answer to HEAD has no body".to_owned());
        }
        matches!(self.status, 204 | 304)
            .then(|| format!("an answer with status {} has no body", self.status))
    }
}

impl Answer {
    fn read(&self, at: usize, folder: &Path) -> Result<Expected, Fault> {
        match (&self.file, &self.regex) {
            (Some(file), None) => bytes_of("expect: file", folder, file).map(Expected::Whole),
            (None, Some(pattern)) => match Regex::new(pattern.get_ref()) {
                Ok(regex) => Ok(Expected::Line(Rule::Matching(regex))),
                Err(error) => Err(Fault::at_byte(
                    pattern.span().start,
                    format!(
                        "expect: regex: {:?} is no regular expression: {error}",
                        pattern.get_ref()
                    ),
                )),
            },
            _ => Err(Fault::at_byte(
                at,
                "expect needs exactly one of file = \"..\" and regex = \"..\"; without expect the status \
                 alone is looked at"
                    .to_owned(),
            )),
        }
    }
}

/// What a file in the workload's folder holds.
fn bytes_of(what: &str, folder: &Path, file: &Spanned<PathBuf>) -> Result<Vec<u8>, Fault> {
    let read = || {
        let path = inside(folder, file.get_ref())?;
        let mut bytes = Vec::new();
        let opened = regular::open(&path);
        opened
            .and_then(|file| file.take(MOST_BYTES as u64 + 1).read_to_end(&mut bytes))
            .map_err(|error| format!("cannot read {}: {error}", path.display()))?;
        Ok(bytes)
    };
    let read: Result<Vec<u8>, String> = read();
    let place = file.span().start;
    let bytes = read.map_err(|why| Fault::at_byte(place, format!("{what}: {why}")))?;
    bounded(what, bytes).map_err(|why| Fault::at_byte(place, why))
}

fn bounded(what: &str, bytes: Vec<u8>) -> Result<Vec<u8>, String> {
    if bytes.len() <= MOST_BYTES {
        return Ok(bytes);
    }
    Err(format!(
        "{what}: it has over {} MiB, and no body under load may: take a smaller one, or a regex of what \
         is right",
        MOST_BYTES >> 20
    ))
}

fn one() -> u32 {
    1
}

fn ok() -> u16 {
    200
}

fn path<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let path = String::deserialize(deserializer)?;
    match check_path(&path) {
        Ok(()) => Ok(path),
        Err(why) => Err(D::Error::custom(format!("path is {why}"))),
    }
}

/// Whether a server can be asked for it; else what it is instead.
pub(super) fn check_path(path: &str) -> Result<(), String> {
    if path.starts_with('/') && path.chars().all(|c| c.is_ascii_graphic()) {
        return Ok(());
    }
    Err(format!(
        "{path:?}: a path begins with `/`, and what is no plain letter in it is written as %XX"
    ))
}

fn weight<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    let weight = i64::deserialize(deserializer)?;
    let whole = u32::try_from(weight).ok();
    let whole = whole.filter(|weight| (1..=MOST_WEIGHT).contains(weight));
    whole.ok_or_else(|| {
        D::Error::custom(format!(
            "weight is {weight}, and has to be 1 to {MOST_WEIGHT}: leave out a request that is never to be \
             sent"
        ))
    })
}

fn status<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u16, D::Error> {
    let status = i64::deserialize(deserializer)?;
    let known = u16::try_from(status).ok();
    known
        .filter(|status| (200..600).contains(status))
        .ok_or_else(|| D::Error::custom(format!("status is {status}, and has to be 200 to 599")))
}

fn headers<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeMap<String, String>, D::Error> {
    let headers = BTreeMap::<String, String>::deserialize(deserializer)?;
    for (number, (name, value)) in headers.iter().enumerate() {
        let is_it = |other: &&str| name.eq_ignore_ascii_case(other);
        let mut before = headers.keys().take(number).map(String::as_str);
        if let Some(before) = before.find(is_it) {
            return Err(D::Error::custom(format!(
                "headers: {before} and {name} are one header, whose case does not matter: leave one out"
            )));
        }
        if !is_token(name) {
            return Err(D::Error::custom(format!(
                "headers: {name:?} is no name of a header: it is of letters, digits and `-`"
            )));
        }
        if UNSPOKEN_HEADERS.iter().any(is_it) {
            return Err(D::Error::custom(format!(
                "headers: {name} asks for what the load generator does not do (plain HTTP/1.1, on \
                 connections that are kept): leave it out"
            )));
        }
        if OWN_HEADERS.iter().any(is_it) {
            return Err(D::Error::custom(format!(
                "headers: {name} is written by the load generator itself: leave it out"
            )));
        }
        if !is_header_value(value) {
            return Err(D::Error::custom(format!(
                "headers: {name} is {value:?}, and a header is one line without control characters"
            )));
        }
    }
    Ok(headers)
}

/// `warmup-s`: seconds of load before what counts.
pub(super) fn warmup<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
    let seconds = f64::deserialize(deserializer)?;
    if (0.0..=LONGEST_S).contains(&seconds) {
        return Ok(Some(seconds));
    }
    Err(D::Error::custom(format!(
        "warmup-s is {seconds:?}, and has to be 0 to {LONGEST_S}"
    )))
}
