"""The handler: a request in, a response out, as workloads/http/src/respond.rs has it.

    GET /             the greeting, as JSON
    POST /echo        the request's body, with its content type (and PUT)
    GET /primes?n=N   the primes up to N, as JSON
    GET /file/NAME    a file of the granted directory
"""

import os
import re
import stat
from dataclasses import dataclass, field

FILE_LIMIT = 64 << 20
MOST_PRIMES = 1_000_000
TYPES = {
    ".txt": "text/plain; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".json": "application/json",
}


@dataclass
class Response:
    status: int
    content_type: str
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


def error(status: int, reason: str) -> Response:
    """One line of plain text."""
    return Response(status, TYPES[".txt"], f"{reason}\n".encode())


def not_allowed(allowed: str) -> Response:
    response = error(405, f"allowed here: {allowed}")
    response.headers["allow"] = allowed
    return response


def respond(method: str, target: str, content_type: str | None, body: bytes) -> Response:
    path, _, query = target.partition("?")
    if path == "/echo":
        if method not in ("POST", "PUT"):
            return not_allowed("POST, PUT")
        return Response(200, content_type or "application/octet-stream", body)
    if path not in ("/", "/primes") and not path.startswith("/file/"):
        return error(404, "there is nothing here")
    if method not in ("GET", "HEAD"):
        return not_allowed("GET, HEAD")
    if path == "/":
        return Response(200, TYPES[".json"], b'{"message": "Hello from WASM!"}')
    return primes(query) if path == "/primes" else file(path.removeprefix("/file/"))


def primes(query: str) -> Response:
    asked = [pair[2:] for pair in query.split("&") if pair.startswith("n=")]
    # No more digits than a number may have that `int` reads.
    good = len(asked) == 1 and re.fullmatch("[0-9]{1,4000}", asked[0])
    most = int(asked[0]) if good else MOST_PRIMES + 1
    if most > MOST_PRIMES:
        return error(400, f"ask for ?n=N, N from 0 to {MOST_PRIMES}")
    composite = bytearray(most + 1)
    found = []
    for number in range(2, most + 1):
        if not composite[number]:
            found.append(number)
            multiples = range(number * number, most + 1, number)
            composite[number * number :: number] = b"\1" * len(multiples)
    listed = ",".join(map(str, found))
    json = f'{{"n":{most},"count":{len(found)},"primes":[{listed}]}}'
    return Response(200, TYPES[".json"], json.encode())


def file(name: str) -> Response:
    if not re.fullmatch("[A-Za-z0-9_-][A-Za-z0-9._-]{0,254}", name):
        return error(
            400, "a file name has letters, digits, '-', '_' and '.', and starts with no '.'"
        )
    path = os.path.join(os.environ.get("HTTP_FILES", "/grant"), name)
    try:
        # A link is not followed: it could lead out of the directory.
        facts = os.lstat(path)
        if not stat.S_ISREG(facts.st_mode):
            return error(404, "there is no such file")
        if facts.st_size > FILE_LIMIT:
            return error(500, f"cannot read the file: it is over {FILE_LIMIT} bytes")
        with open(path, "rb") as opened:
            content = opened.read()
    except FileNotFoundError:
        return error(404, "there is no such file")
    except OSError as failed:
        return error(500, f"cannot read the file: {failed.strerror}")
    ending = os.path.splitext(name)[1]
    return Response(200, TYPES.get(ending, "application/octet-stream"), content)
