//! The way out: one event, one line, from whichever thread.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use labrun_protocol::Event;

/// Writes events. Clones write to the same place, and lines never mix.
#[derive(Clone)]
pub struct Events(Arc<Mutex<Box<dyn Write + Send>>>);

impl Events {
    /// Events go to `out`, each with one `write`.
    pub fn new(out: impl Write + Send + 'static) -> Self {
        Self(Arc::new(Mutex::new(Box::new(out))))
    }

    /// Writes `event` and its newline.
    pub fn send(&self, event: &Event) -> io::Result<()> {
        let mut line = serde_json::to_vec(event)?;
        line.push(b'\n');
        let mut out = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        out.write_all(&line)?;
        out.flush()
    }
}
