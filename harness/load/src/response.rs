//! The parser of a connection's responses, kept between reads.
//!
//! A head is parsed once, when it is whole. A body is checked against what is expected as it comes,
//! so that one buffer is enough for bodies of any length. Its beginning is kept where that is asked for.

use httparse::Status;

use crate::head::{Framing, Head, Malformed};

/// Bytes of a connection's buffer: the longest head, and the most that one read takes.
const BUFFER: usize = 16 << 10;

/// A response that is here to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer {
    /// Its status.
    pub status: u16,
    /// Whether its body is, byte for byte, what was expected.
    pub matches: bool,
    /// Whether the connection may be used again.
    pub keeps: bool,
    /// Bytes of head and body.
    pub bytes: u64,
}

/// What a connection that ended left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// A response that ends with its connection.
    Answer(Answer),
    /// Part of a response.
    Truncated,
    /// Nothing.
    Nothing,
}

#[derive(Debug, Clone, Copy)]
enum State {
    Head,
    Length(u64),
    ChunkSize,
    Chunk(u64),
    ChunkEnd,
    Trailers,
    UntilClose,
}

/// What a step came to.
enum Step {
    Again,
    Wait,
    Done,
}

/// Reads one response after the other.
#[derive(Debug)]
pub struct Reader {
    buffer: Box<[u8]>,
    /// What of the buffer is filled, and how much of that is used up.
    filled: usize,
    used: usize,
    state: State,
    head: Head,
    /// Bytes of the body so far.
    seen: usize,
    matches: bool,
    bytes: u64,
    /// The beginning of the last body, and how much of one is kept.
    kept: Vec<u8>,
    keeps: usize,
    /// Whether a HEAD is answered.
    to_head: bool,
}

impl Default for Reader {
    fn default() -> Self {
        Self::new()
    }
}

impl Reader {
    /// One to which nothing came yet.
    pub fn new() -> Self {
        Self {
            buffer: vec![0; BUFFER].into_boxed_slice(),
            filled: 0,
            used: 0,
            state: State::Head,
            head: Head {
                status: 0,
                framing: Framing::UntilClose,
                keeps: false,
            },
            seen: 0,
            matches: true,
            bytes: 0,
            kept: Vec::new(),
            keeps: 0,
            to_head: false,
        }
    }

    /// One that keeps so many bytes of each body.
    pub fn keeping(bytes: usize) -> Self {
        Self {
            keeps: bytes,
            ..Self::new()
        }
    }

    /// From here on keeps so many bytes of each body; where HEAD is answered there is none.
    pub(crate) fn set(&mut self, keeps: usize, to_head: bool) {
        (self.keeps, self.to_head) = (keeps, to_head);
    }

    /// What was kept of the last body.
    pub fn kept(&self) -> &[u8] {
        &self.kept
    }

    /// Forgets what came, for a new connection.
    pub fn clear(&mut self) {
        (self.filled, self.used, self.bytes) = (0, 0, 0);
        self.begin();
    }

    fn begin(&mut self) {
        self.state = State::Head;
        self.seen = 0;
        self.matches = true;
        self.bytes = 0;
    }

    /// Where the next bytes go; never empty.
    pub fn space(&mut self) -> &mut [u8] {
        &mut self.buffer[self.filled..]
    }

    /// Takes the `count` bytes that were put into [`space`](Self::space). Gives the
    /// answer once it is whole. More than one answer to one request is malformed.
    pub fn take(
        &mut self,
        count: usize,
        expected: Option<&[u8]>,
    ) -> Result<Option<Answer>, Malformed> {
        self.filled += count;
        self.bytes += count as u64;
        loop {
            match self.step(expected)? {
                Step::Again => {}
                Step::Wait => {
                    self.make_room()?;
                    return Ok(None);
                }
                Step::Done => {
                    if self.used < self.filled {
                        return Err(Malformed);
                    }
                    let answer = self.answer(expected);
                    self.clear();
                    return Ok(Some(answer));
                }
            }
        }
    }

    /// What was left when the connection ended.
    pub fn end(&mut self, expected: Option<&[u8]>) -> End {
        let end = match self.state {
            State::UntilClose => End::Answer(self.answer(expected)),
            State::Head if self.bytes == 0 => End::Nothing,
            _ => End::Truncated,
        };
        self.clear();
        end
    }

    fn answer(&self, expected: Option<&[u8]>) -> Answer {
        Answer {
            status: self.head.status,
            matches: self.matches && expected.is_none_or(|whole| whole.len() == self.seen),
            keeps: self.head.keeps,
            bytes: self.bytes,
        }
    }

    fn step(&mut self, expected: Option<&[u8]>) -> Result<Step, Malformed> {
        let rest = &self.buffer[self.used..self.filled];
        match self.state {
            State::Head => {
                let Some((head, length)) = Head::parse(rest, self.to_head)? else {
                    return Ok(Step::Wait);
                };
                self.used += length;
                if head.status == 101 {
                    return Err(Malformed);
                }
                if head.status < 200 {
                    // It only announces the response.
                    return Ok(Step::Again);
                }
                self.head = head;
                self.kept.clear();
                self.state = match head.framing {
                    Framing::Length(0) => return Ok(Step::Done),
                    Framing::Length(length) => State::Length(length),
                    Framing::Chunked => State::ChunkSize,
                    Framing::UntilClose => State::UntilClose,
                };
            }
            State::Length(left) => {
                let left = self.body(left, expected);
                self.state = State::Length(left);
                return Ok(if left == 0 { Step::Done } else { Step::Wait });
            }
            State::UntilClose => {
                self.body(u64::MAX, expected);
                return Ok(Step::Wait);
            }
            State::ChunkSize => match httparse::parse_chunk_size(rest).map_err(|_| Malformed)? {
                Status::Partial => return Ok(Step::Wait),
                Status::Complete((length, size)) => {
                    self.used += length;
                    self.state = match size {
                        0 => State::Trailers,
                        size => State::Chunk(size),
                    };
                }
            },
            State::Chunk(left) => {
                let left = self.body(left, expected);
                if left > 0 {
                    self.state = State::Chunk(left);
                    return Ok(Step::Wait);
                }
                self.state = State::ChunkEnd;
            }
            State::ChunkEnd => match rest {
                [b'\r', b'\n', ..] => {
                    self.used += 2;
                    self.state = State::ChunkSize;
                }
                [] | [b'\r'] => return Ok(Step::Wait),
                _ => return Err(Malformed),
            },
            State::Trailers => {
                let mut trailers = [httparse::EMPTY_HEADER; 16];
                let parsed = httparse::parse_headers(rest, &mut trailers);
                match parsed.map_err(|_| Malformed)? {
                    Status::Partial => return Ok(Step::Wait),
                    Status::Complete((length, _)) => self.used += length,
                }
                return Ok(Step::Done);
            }
        }
        Ok(Step::Again)
    }

    /// Uses up to `left` bytes as body; gives how many are still to come.
    fn body(&mut self, left: u64, expected: Option<&[u8]>) -> u64 {
        let here = (self.filled - self.used).min(usize::try_from(left).unwrap_or(usize::MAX));
        let part = &self.buffer[self.used..self.used + here];
        if let Some(whole) = expected {
            let wanted = whole.get(self.seen..).and_then(|rest| rest.get(..here));
            self.matches &= wanted == Some(part);
        }
        let room = self.keeps.saturating_sub(self.kept.len());
        self.kept.extend_from_slice(&part[..here.min(room)]);
        self.seen = self.seen.saturating_add(here);
        self.used += here;
        left - here as u64
    }

    /// Makes room for the next read. A head or a line that fills the whole buffer and
    /// has no end is no response.
    fn make_room(&mut self) -> Result<(), Malformed> {
        if self.used > 0 {
            self.buffer.copy_within(self.used..self.filled, 0);
            self.filled -= self.used;
            self.used = 0;
        }
        if self.filled == self.buffer.len() {
            return Err(Malformed);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
