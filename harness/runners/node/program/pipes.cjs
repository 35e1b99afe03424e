// Where lines go, and which descriptors a guest is given.
'use strict';

const fs = require('node:fs');

/// The descriptor on which labrun hands over the pipe for guest output.
const GUEST_STDOUT = 3;

/// Writes one event and its newline to stdout.
function send(event) {
  const line = Buffer.from(`${JSON.stringify(event)}\n`);
  for (let at = 0; at < line.length; ) at += fs.writeSync(1, line, at);
}

/// Says something on stderr, for a person. Not `console`, which makes a stream first.
function say(text) {
  fs.writeSync(2, `${text}\n`);
}

/// The descriptors of a guest: an empty stdin, the pipe for its output (or stderr where
/// there is none), and stderr.
function guestDescriptors() {
  return {
    stdin: fs.openSync('/dev/null', 'r'),
    stdout: isOpen(GUEST_STDOUT) ? GUEST_STDOUT : 2,
    stderr: 2,
  };
}

/// Whether it was given to this process. Otherwise the number is that of libuv's epoll,
/// which has no type of file.
function isOpen(descriptor) {
  try {
    return (fs.fstatSync(descriptor).mode & fs.constants.S_IFMT) !== 0;
  } catch {
    return false;
  }
}

module.exports = { guestDescriptors, say, send };
