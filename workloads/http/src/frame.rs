//! The byte layout in which a request and a response cross a linear memory.
//!
//! All integers are little-endian; lengths count bytes. Nothing may follow the end.
//!
//! ```text
//! request  = text(method) text(target) headers bytes(body)
//! response = u16(status) headers bytes(body)
//! headers  = u32(count) { text(name) text(value) }*
//! text     = bytes, valid UTF-8
//! bytes    = u32(length) byte*
//! ```
//!
//! Both sides use this one file: the reactor decodes requests and encodes responses,
//! its host does the reverse. It needs nothing but the standard library.

use std::fmt;

use crate::{Header, Request, Response};

/// Why bytes are not a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FrameError {
    /// The bytes end before the frame does.
    Short,
    /// Bytes follow the end of the frame.
    Long,
    /// A text is not UTF-8.
    NotText,
}

impl fmt::Display for FrameError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Short => "the frame is cut short",
            Self::Long => "bytes follow the end of the frame",
            Self::NotText => "a text in the frame is not UTF-8",
        })
    }
}

impl std::error::Error for FrameError {}

/// Appends the frame of `request` to `out`.
///
/// # Panics
/// If a length does not fit 32 bits; no linear memory could hold it either.
pub fn encode_request(request: &Request, out: &mut Vec<u8>) {
    put_bytes(out, request.method.as_bytes());
    put_bytes(out, request.target.as_bytes());
    put_headers(out, &request.headers);
    put_bytes(out, &request.body);
}

/// The request whose frame `bytes` is.
pub fn decode_request(bytes: &[u8]) -> Result<Request, FrameError> {
    let mut input = Input(bytes);
    let request = Request {
        method: input.text()?.to_owned(),
        target: input.text()?.to_owned(),
        headers: input.headers()?,
        body: input.bytes()?.to_vec(),
    };
    input.end(request)
}

/// Appends the frame of `response` to `out`.
///
/// # Panics
/// As [`encode_request`].
pub fn encode_response(response: &Response, out: &mut Vec<u8>) {
    out.extend_from_slice(&response.status.to_le_bytes());
    put_headers(out, &response.headers);
    put_bytes(out, &response.body);
}

/// The response whose frame `bytes` is.
pub fn decode_response(bytes: &[u8]) -> Result<Response, FrameError> {
    let mut input = Input(bytes);
    let response = Response {
        status: u16::from_le_bytes(input.array()?),
        headers: input.headers()?,
        body: input.bytes()?.to_vec(),
    };
    input.end(response)
}

fn put_length(out: &mut Vec<u8>, length: usize) {
    let length = u32::try_from(length).expect("a frame's lengths fit 32 bits");
    out.extend_from_slice(&length.to_le_bytes());
}

fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    put_length(out, bytes.len());
    out.extend_from_slice(bytes);
}

fn put_headers(out: &mut Vec<u8>, headers: &[Header]) {
    put_length(out, headers.len());
    for (name, value) in headers {
        put_bytes(out, name.as_bytes());
        put_bytes(out, value.as_bytes());
    }
}

/// What is left to read.
struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    fn array<const N: usize>(&mut self) -> Result<[u8; N], FrameError> {
        let (head, tail) = self.0.split_first_chunk().ok_or(FrameError::Short)?;
        self.0 = tail;
        Ok(*head)
    }

    fn length(&mut self) -> Result<usize, FrameError> {
        usize::try_from(u32::from_le_bytes(self.array()?)).map_err(|_| FrameError::Short)
    }

    fn bytes(&mut self) -> Result<&'a [u8], FrameError> {
        let length = self.length()?;
        let (head, tail) = self.0.split_at_checked(length).ok_or(FrameError::Short)?;
        self.0 = tail;
        Ok(head)
    }

    fn text(&mut self) -> Result<&'a str, FrameError> {
        std::str::from_utf8(self.bytes()?).map_err(|_| FrameError::NotText)
    }

    fn headers(&mut self) -> Result<Vec<Header>, FrameError> {
        let count = self.length()?;
        // Grown as they are read: the count itself is not to be trusted.
        let mut headers = Vec::new();
        for _ in 0..count {
            let name = self.text()?.to_owned();
            headers.push((name.into(), self.text()?.to_owned().into()));
        }
        Ok(headers)
    }

    fn end<T>(self, read: T) -> Result<T, FrameError> {
        if self.0.is_empty() {
            Ok(read)
        } else {
            Err(FrameError::Long)
        }
    }
}

#[cfg(test)]
mod tests;
