// The handler: a request in, a response out, as workloads/http/src/respond.rs has it.
//
//   GET /             the greeting, as JSON
//   POST /echo        the request's body, with its content type (and PUT)
//   GET /primes?n=N   the primes up to N, as JSON
//
// There is no /file/NAME: wasi-shim has no files.

const MOST_PRIMES = 1000000;

export class Request {
  method: string = "";
  /** Path and query, as sent. */
  target: string = "";
  contentType: string | null = null;
  body: ArrayBuffer = new ArrayBuffer(0);
}

export class Response {
  /** The methods that are allowed, with a 405. */
  allow: string | null = null;

  constructor(
    public status: u16,
    public contentType: string,
    public body: ArrayBuffer,
  ) {}
}

/** An error: one line of plain text. */
export function error(status: u16, reason: string): Response {
  return new Response(status, "text/plain; charset=utf-8", String.UTF8.encode(reason + "\n"));
}

function notAllowed(allowed: string): Response {
  const response = error(405, "allowed here: " + allowed);
  response.allow = allowed;
  return response;
}

function json(text: string): Response {
  return new Response(200, "application/json", String.UTF8.encode(text));
}

export function respond(request: Request): Response {
  const mark = request.target.indexOf("?");
  const path = mark < 0 ? request.target : request.target.substring(0, mark);
  const query = mark < 0 ? "" : request.target.substring(mark + 1);
  const method = request.method;
  if (path == "/echo") {
    if (method != "POST" && method != "PUT") return notAllowed("POST, PUT");
    const contentType = request.contentType;
    const known = contentType === null ? "application/octet-stream" : contentType;
    return new Response(200, known, request.body);
  }
  if (path != "/" && path != "/primes") return error(404, "there is nothing here");
  if (method != "GET" && method != "HEAD") return notAllowed("GET, HEAD");
  return path == "/" ? json('{"message": "Hello from WASM!"}') : primes(query);
}

/** The N of the query's one `n=N`, or -1. */
function askedFor(query: string): i32 {
  const pairs = query.split("&");
  let asked = -1;
  for (let at = 0; at < pairs.length; at++) {
    const pair = pairs[at];
    if (!pair.startsWith("n=")) continue;
    if (asked >= 0 || pair.length == 2) return -1;
    asked = 0;
    for (let i = 2; i < pair.length; i++) {
      const digit = pair.charCodeAt(i) - 48;
      if (digit < 0 || digit > 9) return -1;
      asked = asked * 10 + digit;
      if (asked > MOST_PRIMES) return -1;
    }
  }
  return asked;
}

function primes(query: string): Response {
  const most = askedFor(query);
  if (most < 0) return error(400, "ask for ?n=N, N from 0 to " + MOST_PRIMES.toString());
  const composite = new Uint8Array(most + 1);
  const found = new Array<i32>();
  for (let number = 2; number <= most; number++) {
    if (composite[number]) continue;
    found.push(number);
    for (let multiple = number * 2; multiple <= most; multiple += number) composite[multiple] = 1;
  }
  const head = `{"n":${most},"count":${found.length},"primes":[`;
  return json(head + found.join(",") + "]}");
}
