// Requests and responses as the bytes that cross a linear memory: the layout of
// workloads/http/src/frame.rs, of which a host writes requests and reads responses.
'use strict';

/// How many bytes the frame of `request` has. Texts are as they came over the connection,
/// a byte a character.
function requestLength({ method, target, contentType, body }) {
  const header = contentType === undefined ? 0 : 8 + CONTENT_TYPE.length + contentType.length;
  return 16 + method.length + target.length + header + (body?.length ?? 0);
}

const CONTENT_TYPE = 'content-type';

/// Writes the frame of `request` to the start of `bytes`. Of its headers a handler is
/// given the one that it reads, as the workload's native server does.
function writeRequest({ method, target, contentType, body }, bytes) {
  let at = putText(bytes, 0, method);
  at = putText(bytes, at, target);
  at = bytes.writeUInt32LE(contentType === undefined ? 0 : 1, at);
  if (contentType !== undefined) {
    at = putText(bytes, at, CONTENT_TYPE);
    at = putText(bytes, at, contentType);
  }
  at = bytes.writeUInt32LE(body?.length ?? 0, at);
  body?.copy(bytes, at);
}

function putText(bytes, at, text) {
  const begin = bytes.writeUInt32LE(text.length, at);
  return begin + bytes.latin1Write(text, begin);
}

/// The response whose frame `bytes` is: its status, its headers as a flat list, and its
/// body, which is copied out of the memory.
function readResponse(bytes) {
  let at = 0;
  const take = (length) => {
    if (at + length > bytes.length) throw new Error('the frame is cut short');
    at += length;
    return at - length;
  };
  const length = () => bytes.readUInt32LE(take(4));
  const text = () => {
    const size = length();
    return bytes.latin1Slice(take(size), at);
  };
  const status = bytes.readUInt16LE(take(2));
  const headers = [];
  for (let left = 2 * length(); left > 0; left -= 1) headers.push(text());
  const size = length();
  const body = Buffer.from(bytes.subarray(take(size), at));
  if (at !== bytes.length) throw new Error('bytes follow the end of the frame');
  return { status, headers, body };
}

module.exports = { readResponse, requestLength, writeRequest };
