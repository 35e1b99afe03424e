//! chromedriver and its browser, by the W3C's `WebDriver` protocol: JSON over HTTP, a command a call.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;
use ureq::http::Response;
use ureq::{Agent, Body};

use crate::case::program;

/// A session: one browser, which ends with this.
pub(crate) struct Driver {
    agent: Agent,
    /// The address of the session's commands.
    session: String,
    /// The browser's own folder, removed after it has ended.
    _profile: TempDir,
    _program: Program,
}

/// chromedriver, ended by its process id when dropped.
struct Program {
    child: Child,
    /// Kept open: a closed pipe would end it.
    says: BufReader<ChildStdout>,
}

/// Headless, as root in a container too, and without a word to the network.
const ARGUMENTS: [&str; 9] = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
];

/// What a script or a page may take.
const TIMEOUT: Duration = Duration::from_mins(5);

/// More than any answer is: a page as PDF, the log of a page that is wrong everywhere.
const LONGEST: u64 = 256 << 20;

impl Driver {
    /// Starts both, or says what is not installed. What is installed and does not start is a fault.
    pub(crate) fn start() -> Result<Self, String> {
        let browser = program(&["chromium", "chromium-browser", "google-chrome"])
            .ok_or("chromium is not installed (`apt-get install chromium`)")?;
        let driver = program(&["chromedriver"])
            .ok_or("chromedriver is not installed (`apt-get install chromium-driver`)")?;
        let profile = tempfile::tempdir().expect("a folder");
        let (program, port) = Program::start(&driver);
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(TIMEOUT));
        let agent: Agent = config.build().into();
        let mut arguments: Vec<String> = ARGUMENTS.map(Into::into).into();
        arguments.push(format!("--user-data-dir={}", profile.path().display()));
        let wanted = json!({
            "goog:chromeOptions": { "binary": browser, "args": arguments },
            "goog:loggingPrefs": { "browser": "ALL" },
            "timeouts": { "script": TIMEOUT.as_millis(), "pageLoad": TIMEOUT.as_millis() },
        });
        let base = format!("http://127.0.0.1:{port}/session");
        let wanted = json!({ "capabilities": { "alwaysMatch": wanted } });
        let session = value(agent.post(&base).send_json(&wanted)).expect("a session");
        let id = session["sessionId"].as_str().expect("its name");
        Ok(Self {
            session: format!("{base}/{id}"),
            agent,
            _profile: profile,
            _program: program,
        })
    }

    /// Carries out a command that has to succeed.
    pub(crate) fn post(&self, command: &str, body: &Value) -> Value {
        let done = self.try_post(command, body);
        done.unwrap_or_else(|why| panic!("{command}: {why}"))
    }

    /// Carries out a command.
    pub(crate) fn try_post(&self, command: &str, body: &Value) -> Result<Value, String> {
        let address = format!("{}/{command}", self.session);
        value(self.agent.post(address).send_json(body))
    }

    /// Asks for something.
    pub(crate) fn get(&self, what: &str) -> Value {
        let got = value(self.agent.get(format!("{}/{what}", self.session)).call());
        got.unwrap_or_else(|why| panic!("{what}: {why}"))
    }

    /// Ends something: the tab in front (`window`).
    pub(crate) fn delete(&self, what: &str) -> Result<Value, String> {
        value(self.agent.delete(format!("{}/{what}", self.session)).call())
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        if let Err(why) = value(self.agent.delete(&self.session).call()) {
            eprintln!("the browser was not ended: {why}");
        }
    }
}

impl Program {
    /// Starts it on a port that is free, and waits until it has said which.
    fn start(path: &std::path::Path) -> (Self, u16) {
        let mut child = Command::new(path)
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver starts");
        let says = BufReader::new(child.stdout.take().expect("a pipe"));
        // From here on it is ended, whatever happens.
        let mut program = Self { child, says };
        let mut said = String::new();
        loop {
            let before = said.len();
            let read = program.says.read_line(&mut said).expect("a line");
            assert_ne!(read, 0, "chromedriver ended: {said}");
            let line = &said[before..];
            let after = line.split_once("started successfully on port ");
            if let Some(port) =
                after.and_then(|(_, port)| port.trim().trim_end_matches('.').parse().ok())
            {
                return (program, port);
            }
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let ended = self.child.kill().and_then(|()| self.child.wait());
        if let Err(why) = ended {
            eprintln!("chromedriver was not ended: {why}");
        }
    }
}

/// What an answer holds: a value, or why there is none.
fn value(answer: Result<Response<Body>, ureq::Error>) -> Result<Value, String> {
    let mut answer = answer.map_err(|why| why.to_string())?;
    let is_done = answer.status().is_success();
    let body = answer.body_mut().with_config().limit(LONGEST);
    let mut said: Value = body.read_json().map_err(|why| why.to_string())?;
    let value = said["value"].take();
    if is_done {
        Ok(value)
    } else {
        let word = |name: &str| value[name].as_str().unwrap_or_default().to_owned();
        Err(format!("{}: {}", word("error"), word("message")))
    }
}
