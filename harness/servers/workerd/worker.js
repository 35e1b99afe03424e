// Serves the workload's reactor in workerd: HTTP by the product, the module by its own
// WebAssembly, and between them the frames of workloads/http/src/frame.rs.
import module from "./module.wasm";

const text = { encode: new TextEncoder(), decode: new TextDecoder() };

// The instance that answers. With the policy `reused` it stays, as Workers are written.
let reactor;

// What the reactor asks of WASI p1. It is granted nothing: no arguments, no variables, no
// files; descriptors 1 and 2 swallow what is written.
function wasi() {
  const ENOSYS = 52, EBADF = 8;
  const memory = () => new DataView(reactor.memory.buffer);
  const none = (count, size) => {
    memory().setUint32(count, 0, true);
    memory().setUint32(size, 0, true);
    return 0;
  };
  const known = {
    environ_sizes_get: none,
    environ_get: () => 0,
    args_sizes_get: none,
    args_get: () => 0,
    random_get: (at, length) => {
      const room = new Uint8Array(reactor.memory.buffer, at, length);
      crypto.getRandomValues(room);
      return 0;
    },
    clock_time_get: (_id, _precision, at) => {
      memory().setBigUint64(at, BigInt(Date.now()) * 1_000_000n, true);
      return 0;
    },
    fd_prestat_get: () => EBADF,
    fd_write: (_fd, vectors, count, written) => {
      let bytes = 0;
      for (let i = 0; i < count; i++) bytes += memory().getUint32(vectors + 8 * i + 4, true);
      memory().setUint32(written, bytes, true);
      return 0;
    },
    proc_exit: (code) => {
      throw new Error(`the module exited with code ${code}`);
    },
  };
  return new Proxy(known, { get: (all, name) => all[name] ?? (() => ENOSYS) });
}

const imports = wasi();
const wanted = WebAssembly.Module.imports(module).map(({ name }) => [name, imports[name]]);
const imported = { wasi_snapshot_preview1: Object.fromEntries(wanted) };

function instance(policy) {
  if (!reactor || policy === "fresh") {
    reactor = new WebAssembly.Instance(module, imported).exports;
    reactor._initialize();
  }
  return reactor;
}

function frame(method, target, headers, body) {
  const parts = [];
  const number = (value) => {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setUint32(0, value, true);
    parts.push(bytes);
  };
  const bytes = (value) => {
    number(value.length);
    parts.push(value);
  };
  const string = (value) => bytes(text.encode.encode(value));
  string(method);
  string(target);
  number(headers.length);
  for (const [name, value] of headers) {
    string(name);
    string(value);
  }
  bytes(body);
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function response(buffer, at, length) {
  const view = new DataView(buffer, at, length);
  let next = 0;
  const number = () => {
    next += 4;
    return view.getUint32(next - 4, true);
  };
  const bytes = () => {
    const size = number();
    next += size;
    return new Uint8Array(buffer, at + next - size, size);
  };
  const status = view.getUint16(0, true);
  next = 2;
  const headers = [];
  for (let count = number(); count > 0; count--) {
    const name = text.decode.decode(bytes());
    headers.push([name, text.decode.decode(bytes())]);
  }
  // A copy: the memory is the module's.
  return new Response(bytes().slice(), { status, headers });
}

export default {
  async fetch(request, { policy }) {
    const { pathname, search } = new URL(request.url);
    const type = request.headers.get("content-type");
    const headers = type === null ? [] : [["content-type", type]];
    const body = new Uint8Array(await request.arrayBuffer());
    const asked = frame(request.method, pathname + search, headers, body);
    const { handler_alloc, handler_respond, memory } = instance(policy);
    const at = handler_alloc(asked.length);
    if (at === 0) return new Response("there is no memory for the request\n", { status: 500 });
    new Uint8Array(memory.buffer, at, asked.length).set(asked);
    const answer = handler_respond(at, asked.length);
    const length = Number(answer & 0xffffffffn);
    return response(memory.buffer, Number(answer >> 32n), length);
  },
};
