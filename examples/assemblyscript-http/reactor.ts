// The wasip1 reactor: the handler over linear memory. The contract, and the layout of the frames,
// are those of workloads/http/src/reactor.rs and frame.rs:
//
//   request  = text(method) text(target) headers bytes(body)
//   response = u16(status) headers bytes(body)
//   headers  = u32(count) { text(name) text(value) }*
//   text, bytes = u32(length) byte*, all integers little-endian, as wasm has them

import { Request, Response, error, respond } from "./handler";

// Room for the request; the response's frame, until the next call.
let room = new ArrayBuffer(0);
let frame = new ArrayBuffer(0);

export function handler_alloc(length: u32): u32 {
  // One byte at least, so that the address is a real one.
  room = new ArrayBuffer(max(<i32>length, 1));
  return <u32>changetype<usize>(room);
}

export function handler_respond(at: u32, length: u32): u64 {
  const placed = at == <u32>changetype<usize>(room) && length <= <u32>room.byteLength;
  const request = placed ? new Input(room, length).request() : null;
  let response: Response;
  if (!placed) {
    response = error(400, "the request is not where handler_alloc put it");
  } else if (request === null) {
    response = error(400, "the frame cannot be read");
  } else {
    response = respond(request);
  }
  frame = encoded(response);
  return (<u64>changetype<usize>(frame) << 32) | <u64>frame.byteLength;
}

/** What is left to read. */
class Input {
  private at: u32 = 0;
  private broken: bool = false;

  constructor(
    private from: ArrayBuffer,
    private end: u32,
  ) {}

  /** The request, where the frame could be read and nothing follows it. */
  request(): Request | null {
    const request = new Request();
    request.method = this.text();
    request.target = this.text();
    const count = this.number();
    for (let at: u32 = 0; at < count && !this.broken; at++) {
      const name = this.text();
      const value = this.text();
      if (name == "content-type") request.contentType = value;
    }
    request.body = this.bytes();
    return this.broken || this.at != this.end ? null : request;
  }

  private number(): u32 {
    if (this.end - this.at < 4) {
      this.broken = true;
      return 0;
    }
    const value = load<u32>(changetype<usize>(this.from) + this.at);
    this.at += 4;
    return value;
  }

  private bytes(): ArrayBuffer {
    const length = this.number();
    if (this.broken || this.end - this.at < length) {
      this.broken = true;
      return new ArrayBuffer(0);
    }
    this.at += length;
    return this.from.slice(<i32>(this.at - length), <i32>this.at);
  }

  private text(): string {
    return String.UTF8.decode(this.bytes());
  }
}

/** The frame of `response`. */
function encoded(response: Response): ArrayBuffer {
  const headers = [String.UTF8.encode("content-type"), String.UTF8.encode(response.contentType)];
  const allow = response.allow;
  if (allow !== null) {
    headers.push(String.UTF8.encode("allow"));
    headers.push(String.UTF8.encode(allow));
  }
  let length = 2 + 4 + 4 + response.body.byteLength;
  for (let at = 0; at < headers.length; at++) length += 4 + headers[at].byteLength;
  const frame = new ArrayBuffer(length);
  let out = changetype<usize>(frame);
  store<u16>(out, response.status);
  store<u32>(out, headers.length / 2, 2);
  out += 6;
  for (let at = 0; at < headers.length; at++) out = put(out, headers[at]);
  put(out, response.body);
  return frame;
}

/** Writes the length of `bytes` and then them to `out`; where they end. */
function put(out: usize, bytes: ArrayBuffer): usize {
  store<u32>(out, bytes.byteLength);
  memory.copy(out + 4, changetype<usize>(bytes), bytes.byteLength);
  return out + 4 + bytes.byteLength;
}
