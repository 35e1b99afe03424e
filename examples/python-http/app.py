"""The component: the handler behind `wasi:http/incoming-handler`."""

import handler
from componentize_py_types import Err, Ok
from wit_world import exports
from wit_world.imports.streams import StreamError_Closed
from wit_world.imports.types import (
    Fields,
    IncomingRequest,
    Method_Other,
    OutgoingBody,
    OutgoingResponse,
    ResponseOutparam,
)

BODY_LIMIT = 8 << 20
# What one write takes at most.
CHUNK = 4096


class IncomingHandler(exports.IncomingHandler):
    def handle(self, request: IncomingRequest, response_out: ResponseOutparam) -> None:
        body = read(request)
        if body is None:
            response = handler.error(413, "the request body is too large")
        else:
            target = request.path_with_query() or ""
            types = request.headers().get("content-type")
            content_type = str(types[0], "utf-8", "replace") if types else None
            response = handler.respond(method(request), target, content_type, body)
        write(response, response_out)


def method(request: IncomingRequest) -> str:
    asked = request.method()
    if isinstance(asked, Method_Other):
        return asked.value
    # `Method_Get` and its like.
    return type(asked).__name__.removeprefix("Method_").upper()


def read(request: IncomingRequest) -> bytes | None:
    """The whole body; None where it is over the limit."""
    body = bytearray()
    with request.consume() as incoming, incoming.stream() as stream:
        try:
            while len(body) <= BODY_LIMIT:
                body += stream.blocking_read(64 << 10)
        except Err as ended:
            if not isinstance(ended.value, StreamError_Closed):
                raise
    return bytes(body) if len(body) <= BODY_LIMIT else None


def write(response: handler.Response, response_out: ResponseOutparam) -> None:
    headers = {
        "content-type": response.content_type,
        "content-length": str(len(response.body)),
        **response.headers,
    }
    fields = Fields.from_list([(name, value.encode()) for name, value in headers.items()])
    outgoing = OutgoingResponse(fields)
    outgoing.set_status_code(response.status)
    body = outgoing.body()
    ResponseOutparam.set(response_out, Ok(outgoing))
    try:
        with body.write() as stream:
            for at in range(0, len(response.body), CHUNK):
                stream.blocking_write_and_flush(response.body[at : at + CHUNK])
        OutgoingBody.finish(body, None)
    except Err:
        # Whoever asked wants no body (HEAD) or is gone: then nobody is there to be told.
        pass
