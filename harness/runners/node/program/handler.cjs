// Asking a handler: a request's frame into its memory, a response's frame out of it.
'use strict';

const { readResponse, requestLength, writeRequest } = require('./frame.cjs');
const { trapped } = require('./module.cjs');

/// Has the instance with these exports answer `request`.
function respond(exports, request) {
  const length = requestLength(request);
  const address = trapped(() => exports.handler_alloc(length)) >>> 0;
  if (address === 0) throw new Error('the handler has no memory for the request');
  writeRequest(request, view(exports, address, length, 'the room for the request'));
  const packed = BigInt.asUintN(64, trapped(() => exports.handler_respond(address, length)));
  const frame = view(exports, Number(packed >> 32n), Number(packed & 0xffffffffn), "the handler's answer");
  try {
    return readResponse(frame);
  } catch (error) {
    throw new Error("the handler's answer is no frame", { cause: error });
  }
}

/// A part of the memory as it is now: it is another one after each call that grew it.
function view({ memory }, address, length, what) {
  if (address + length > memory.buffer.byteLength) throw new Error(`${what} is outside its memory`);
  return Buffer.from(memory.buffer, address, length);
}

module.exports = { respond };
