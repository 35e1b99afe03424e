// Reading a request to its end, and what is answered instead where that is not possible.
'use strict';

/// Longest body; the workload's own limit, which its native server keeps as well.
const BODY_LIMIT = 8 << 20;

/// Gives the whole request to `take`, or a status and a reason to `refuse`.
function readRequest(message, take, refuse) {
  const { headers, method, url } = message;
  const request = {
    method,
    target: url[0] === '/' || url === '*' ? url : pathAndQuery(url),
    contentType: headers['content-type'],
    body: undefined,
  };
  const announced = headers['content-length'];
  if (headers['transfer-encoding'] === undefined && (announced ?? '0') === '0') {
    take(request);
    return;
  }
  const tooLarge = () => {
    message.removeAllListeners('data');
    message.removeAllListeners('end');
    message.resume();
    refuse(413, 'the request body is too large');
  };
  if (Number(announced) > BODY_LIMIT) {
    tooLarge();
    return;
  }
  const chunks = [];
  let length = 0;
  message.on('data', (chunk) => {
    length += chunk.length;
    chunks.push(chunk);
    if (length > BODY_LIMIT) tooLarge();
  });
  message.on('end', () => {
    request.body = chunks.length === 1 ? chunks[0] : Buffer.concat(chunks);
    take(request);
  });
}

/// Path and query of a target that names its host too.
function pathAndQuery(url) {
  try {
    const { pathname, search } = new URL(url);
    return pathname + search;
  } catch {
    return url;
  }
}

/// What the workload says where something went wrong: one line of plain text.
function refusal(status, reason) {
  const headers = ['content-type', 'text/plain; charset=utf-8'];
  // What is left of a body that nobody reads is not the next request.
  if (status === 413) headers.push('connection', 'close');
  return { status, headers, body: Buffer.from(`${reason}\n`) };
}

module.exports = { readRequest, refusal };
