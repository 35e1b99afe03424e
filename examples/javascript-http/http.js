// The handler: a request in, a response out, as workloads/http/src/respond.rs has it.
//
//   GET /             the greeting, as JSON
//   POST /echo        the request's body, with its content type (and PUT)
//   GET /primes?n=N   the primes up to N, as JSON
//
// There is no /file/NAME: a handler of fetch events has no files.

const BODY_LIMIT = 8 << 20;
const MOST_PRIMES = 1_000_000;

function error(status, reason, headers = {}) {
  const type = { "content-type": "text/plain; charset=utf-8" };
  return new Response(reason + "\n", { status, headers: { ...type, ...headers } });
}

function notAllowed(allow) {
  return error(405, `allowed here: ${allow}`, { allow });
}

function json(text) {
  return new Response(text, { headers: { "content-type": "application/json" } });
}

async function echo(request) {
  if (request.method !== "POST" && request.method !== "PUT") return notAllowed("POST, PUT");
  const body = await request.arrayBuffer();
  if (body.byteLength > BODY_LIMIT) return error(413, "the request body is too large");
  const type = request.headers.get("content-type") ?? "application/octet-stream";
  return new Response(body, { headers: { "content-type": type } });
}

function primes(query) {
  const asked = query.split("&").filter((pair) => pair.startsWith("n="));
  const most = asked.length === 1 && /^n=[0-9]+$/.test(asked[0]) ? Number(asked[0].slice(2)) : NaN;
  if (!(most <= MOST_PRIMES)) return error(400, `ask for ?n=N, N from 0 to ${MOST_PRIMES}`);
  const composite = new Uint8Array(most + 1);
  const found = [];
  for (let number = 2; number <= most; number++) {
    if (composite[number]) continue;
    found.push(number);
    for (let multiple = number * number; multiple <= most; multiple += number) {
      composite[multiple] = 1;
    }
  }
  return json(`{"n":${most},"count":${found.length},"primes":[${found.join(",")}]}`);
}

async function respond(request) {
  const { pathname, search } = new URL(request.url);
  if (pathname === "/echo") return echo(request);
  if (pathname !== "/" && pathname !== "/primes") return error(404, "there is nothing here");
  if (request.method !== "GET" && request.method !== "HEAD") return notAllowed("GET, HEAD");
  if (pathname === "/primes") return primes(search.slice(1));
  return json('{"message": "Hello from WASM!"}');
}

addEventListener("fetch", (event) => event.respondWith(respond(event.request)));
