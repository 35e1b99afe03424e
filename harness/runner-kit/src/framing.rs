//! Requests and responses as the bytes that cross a linear memory.
//!
//! A wasip1 handler is a reactor. Its host asks it for room
//! ([`ALLOC`]`(length) -> address`), writes the request's frame there, and calls
//! [`RESPOND`]`(address, length)`, which returns the address of the response's frame
//! in its upper 32 bits and the length in its lower ones ([`unpack`]). The frames
//! are the workload's own (`http_workload::frame`), so that both sides share one file.

use anyhow::{Context as _, Result};
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::uri::PathAndQuery;
use http::{Request, Response};
use http_workload::frame;

/// Export of a reactor that is called once, before any other.
pub const INITIALIZE: &str = "_initialize";
/// Export of a handler that makes room for a request.
pub const ALLOC: &str = "handler_alloc";
/// Export of a handler that answers a request; a module that has it is a handler.
pub const RESPOND: &str = "handler_respond";
/// Export of a handler: its linear memory.
pub const MEMORY: &str = "memory";

/// The frame of `request`. Of its headers a handler is given the one that it reads, as
/// the workload's native server does, so that all of them do the same work.
pub fn encode(request: &Request<Bytes>) -> Vec<u8> {
    let target = request
        .uri()
        .path_and_query()
        .map_or("", PathAndQuery::as_str);
    let content_type = request.headers().get(CONTENT_TYPE).map(|value| {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        (CONTENT_TYPE.as_str().into(), value.into())
    });
    let framed = http_workload::Request {
        method: request.method().as_str().to_owned(),
        target: target.to_owned(),
        headers: content_type.into_iter().collect(),
        body: request.body().to_vec(),
    };
    let mut bytes = Vec::with_capacity(64 + framed.target.len() + framed.body.len());
    frame::encode_request(&framed, &mut bytes);
    bytes
}

/// The response whose frame `bytes` is.
pub fn decode(bytes: &[u8]) -> Result<Response<Bytes>> {
    let framed = frame::decode_response(bytes).context("the handler's answer is no frame")?;
    http(framed).context("the handler's answer is no HTTP")
}

/// What the workload says to a body that is too long.
pub(crate) fn too_large() -> Response<Bytes> {
    http(http_workload::Response::too_large()).unwrap_or_default()
}

/// What the workload says where something went wrong.
pub(crate) fn error(status: u16, reason: &str) -> Response<Bytes> {
    http(http_workload::Response::error(status, reason)).unwrap_or_default()
}

fn http(framed: http_workload::Response) -> http::Result<Response<Bytes>> {
    let mut response = Response::builder().status(framed.status);
    for (name, value) in &framed.headers {
        response = response.header(name.as_ref(), value.as_ref());
    }
    response.body(framed.body.into())
}

/// Address and length of a response's frame, from what [`RESPOND`] returned.
pub fn unpack(packed: u64) -> (usize, usize) {
    ((packed >> 32) as usize, (packed & 0xffff_ffff) as usize)
}
