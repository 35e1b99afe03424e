//! `hooks.rs` in the words of wasmtime before 48.

use std::convert::Infallible;

use bytes::Bytes;
use http::Request;
use http_body_util::combinators::MapErr;
use http_body_util::{BodyExt as _, Full};
use wasmtime_wasi_http::p2::bindings::http::types::ErrorCode;
use wasmtime_wasi_http::p2::body::HyperOutgoingBody;
use wasmtime_wasi_http::p2::types::{HostFutureIncomingResponse, OutgoingRequestConfig};
use wasmtime_wasi_http::p2::{HttpResult, WasiHttpHooks};

pub(crate) use wasmtime_wasi_http::WasiHttpCtx;
pub(crate) use wasmtime_wasi_http::p2::{WasiHttpCtxView, WasiHttpView};

/// The body of a request, which cannot fail.
pub(crate) fn body(bytes: Bytes) -> MapErr<Full<Bytes>, fn(Infallible) -> ErrorCode> {
    Full::new(bytes).map_err(|never| match never {})
}

/// Refuses requests.
pub(crate) struct NoRequests;

impl WasiHttpHooks for NoRequests {
    fn send_request(
        &mut self,
        _request: Request<HyperOutgoingBody>,
        _config: OutgoingRequestConfig,
    ) -> HttpResult<HostFutureIncomingResponse> {
        Err(ErrorCode::HttpRequestDenied.into())
    }
}
