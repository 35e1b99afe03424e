//! A request of a load as a workload defines it, with all that its files hold.

use std::collections::BTreeMap;

use labrun_record::LoadRequest;
use serde::Deserialize;

use super::{Expected, Rule};
use crate::digest::sha256_of;

/// How it asks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    /// To be given something.
    #[default]
    Get,
    /// The head of that alone.
    Head,
    /// To take something.
    Post,
    /// To have something in its place.
    Put,
    /// To change something.
    Patch,
    /// To remove something.
    Delete,
}

impl Method {
    /// The word in a request.
    pub fn name(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

/// One of the requests that take turns when a server is under load.
#[derive(Debug, Clone)]
pub struct Request {
    /// How it asks.
    pub method: Method,
    /// For what.
    pub path: String,
    /// How often, beside the others.
    pub weight: u32,
    /// Headers besides those that the generator writes.
    pub headers: BTreeMap<String, String>,
    /// What it sends along; empty where that is nothing.
    pub body: Vec<u8>,
    /// The status of a right answer.
    pub status: u16,
    /// Its body, where that is looked at.
    pub expected: Option<Expected>,
}

impl Request {
    /// What plans and records have of it: method, path and weight, and a digest of all that is sent and
    /// that is right. Headers and bodies themselves may be secret, or large.
    pub fn record(&self) -> LoadRequest {
        LoadRequest {
            method: self.method.name().to_owned(),
            path: self.path.clone(),
            weight: self.weight,
            sha256: self.digest(),
        }
    }

    fn digest(&self) -> String {
        let mut all = Vec::new();
        // Each with its length before it, so that nothing can pass from one into the next.
        let mut add = |part: &[u8]| {
            all.extend_from_slice(&(part.len() as u64).to_le_bytes());
            all.extend_from_slice(part);
        };
        add(self.method.name().as_bytes());
        add(self.path.as_bytes());
        add(&(self.headers.len() as u64).to_le_bytes());
        for (name, value) in &self.headers {
            add(name.as_bytes());
            add(value.as_bytes());
        }
        add(&self.body);
        add(&self.status.to_le_bytes());
        match &self.expected {
            Some(Expected::Whole(whole)) => {
                add(b"whole");
                add(whole);
            }
            Some(Expected::Line(Rule::Matching(regex))) => {
                add(b"regex");
                add(regex.as_str().as_bytes());
            }
            Some(Expected::Line(_)) | None => add(b"status"),
        }
        sha256_of(&all)
    }
}

#[cfg(test)]
mod tests {
    use regex::bytes::Regex;

    use super::*;

    #[test]
    fn the_digest_is_of_all_that_is_sent_and_that_is_right_and_not_of_the_weight() {
        let plain = || Request {
            method: Method::Post,
            path: "/a".to_owned(),
            weight: 1,
            headers: BTreeMap::new(),
            body: b"x".to_vec(),
            status: 200,
            expected: None,
        };
        let header =
            |name: &str, value: &str| BTreeMap::from([(name.to_owned(), value.to_owned())]);
        let matching =
            |pattern| Expected::Line(Rule::Matching(Regex::new(pattern).expect("a pattern")));
        let mut seen = vec![plain().digest()];
        for change in [
            (&|one: &mut Request| one.method = Method::Put) as &dyn Fn(&mut Request),
            &|one| one.path = "/ax".to_owned(),
            &|one| one.headers = header("a", "bc"),
            &|one| one.headers = header("ab", "c"),
            &|one| one.body = b"y".to_vec(),
            &|one| one.status = 201,
            &|one| one.expected = Some(Expected::Whole(b"z".to_vec())),
            &|one| one.expected = Some(matching("z")),
            &|one| one.expected = Some(matching("^z")),
        ] {
            let mut other = plain();
            change(&mut other);
            assert!(!seen.contains(&other.digest()), "{other:?}");
            seen.push(other.digest());
        }
        let heavier = Request {
            weight: 2,
            ..plain()
        };
        assert_eq!(heavier.digest(), plain().digest());
        assert_eq!(heavier.record().weight, 2);
    }
}
