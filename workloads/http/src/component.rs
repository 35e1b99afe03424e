//! The wasip2 component: the handler behind `wasi:http/incoming-handler`.

use std::io::{Read as _, Write as _};

use wasip2::http::types::{
    ErrorCode, Fields, IncomingBody, IncomingRequest, Method, OutgoingBody, OutgoingResponse,
    ResponseOutparam,
};

use crate::{BODY_LIMIT, Request, Response, respond};

struct Component;

wasip2::http::proxy::export!(Component);

impl wasip2::exports::http::incoming_handler::Guest for Component {
    fn handle(request: IncomingRequest, out: ResponseOutparam) {
        let response = match read(&request) {
            Ok(request) => respond(&request),
            Err(response) => response,
        };
        write(&response, out);
    }
}

/// The request, whole; or the response that says what is wrong with it.
fn read(request: &IncomingRequest) -> Result<Request, Response> {
    let content_type = request.headers().get("content-type").into_iter().next();
    let mut headers = Vec::new();
    if let Some(value) = content_type {
        let value = String::from_utf8(value)
            .map_err(|_| Response::error(400, "the content type is not UTF-8"))?;
        headers.push(("content-type".into(), value.into()));
    }
    Ok(Request {
        method: name(request.method()),
        target: request.path_with_query().unwrap_or_default(),
        headers,
        body: read_body(request)?,
    })
}

fn read_body(request: &IncomingRequest) -> Result<Vec<u8>, Response> {
    let broken = |reason: &str| Response::error(400, &format!("cannot read the body: {reason}"));
    let body = request
        .consume()
        .map_err(|()| broken("it was read before"))?;
    let mut bytes = Vec::new();
    {
        let stream = body.stream().map_err(|()| broken("it has no stream"))?;
        stream
            .take(BODY_LIMIT as u64 + 1)
            .read_to_end(&mut bytes)
            .map_err(|error| broken(&error.to_string()))?;
    }
    if bytes.len() > BODY_LIMIT {
        return Err(Response::too_large());
    }
    drop(IncomingBody::finish(body));
    Ok(bytes)
}

fn name(method: Method) -> String {
    match method {
        Method::Get => "GET".to_owned(),
        Method::Head => "HEAD".to_owned(),
        Method::Post => "POST".to_owned(),
        Method::Put => "PUT".to_owned(),
        Method::Delete => "DELETE".to_owned(),
        Method::Connect => "CONNECT".to_owned(),
        Method::Options => "OPTIONS".to_owned(),
        Method::Trace => "TRACE".to_owned(),
        Method::Patch => "PATCH".to_owned(),
        Method::Other(name) => name,
    }
}

fn write(response: &Response, out: ResponseOutparam) {
    let failed = |reason: &str| Err(ErrorCode::InternalError(Some(reason.to_owned())));
    let Some((outgoing, body)) = head(response) else {
        ResponseOutparam::set(out, failed("the response has no valid head"));
        return;
    };
    ResponseOutparam::set(out, Ok(outgoing));
    // Whoever asked may be gone: then nobody is there to be told of an error.
    if let Ok(mut stream) = body.write() {
        let _ = stream.write_all(&response.body);
        let _ = stream.flush();
    }
    let _ = OutgoingBody::finish(body, None);
}

/// Status and headers, and the body to be written.
fn head(response: &Response) -> Option<(OutgoingResponse, OutgoingBody)> {
    let length = response.body.len().to_string();
    let headers = Fields::new();
    for (name, value) in &response.headers {
        headers.append(name, value.as_bytes()).ok()?;
    }
    headers.append("content-length", length.as_bytes()).ok()?;
    let outgoing = OutgoingResponse::new(headers);
    outgoing.set_status_code(response.status).ok()?;
    let body = outgoing.body().ok()?;
    Some((outgoing, body))
}
