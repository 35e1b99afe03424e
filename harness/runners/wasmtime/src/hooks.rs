//! What a component gets for HTTP: the body of a request that it answers, and a refusal where
//! it makes one, since outgoing requests are not among the grants.

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use wasmtime_wasi_http::{Error, RequestOptions, WasiBody, WasiHttpHooks};

pub(crate) use wasmtime_wasi_http::{WasiHttpCtx, WasiHttpCtxView, WasiHttpView};

/// The body of a request.
pub(crate) fn body(bytes: Bytes) -> Full<Bytes> {
    Full::new(bytes)
}

/// Refuses requests.
pub(crate) struct NoRequests;

type Sent = Box<dyn Future<Output = Result<(), Error>> + Send>;

impl WasiHttpHooks for NoRequests {
    fn send_request(
        &mut self,
        _request: Request<WasiBody>,
        _options: Option<RequestOptions>,
        _sent: Sent,
    ) -> Box<dyn Future<Output = Result<(Response<WasiBody>, Sent), Error>> + Send> {
        Box::new(async { Err(Error::HttpRequestDenied) })
    }
}
