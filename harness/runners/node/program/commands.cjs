// The way in: one command a line on stdin.
'use strict';

const fs = require('node:fs');

const NEWLINE = 0x0a;

/// The lines of stdin. They are read by blocking, which needs no stream to be set up;
/// from the first server on they are waited for on the event loop, which then has others
/// to serve.
class Commands {
  #rest = Buffer.alloc(0);
  #chunks = null;

  /// From now on the event loop has other work.
  share() {
    this.#chunks ??= process.stdin[Symbol.asyncIterator]();
  }

  /// The next line that is not empty; null at the end.
  async next() {
    for (;;) {
      const end = this.#rest.indexOf(NEWLINE);
      if (end >= 0) {
        const line = this.#rest.toString('utf8', 0, end).trim();
        this.#rest = this.#rest.subarray(end + 1);
        if (line !== '') return line;
        continue;
      }
      const chunk = this.#chunks === null ? read() : (await this.#chunks.next()).value;
      if (chunk === undefined) return this.#last();
      this.#rest = Buffer.concat([this.#rest, chunk]);
    }
  }

  /// What came after the last newline.
  #last() {
    const line = this.#rest.toString('utf8').trim();
    this.#rest = Buffer.alloc(0);
    return line === '' ? null : line;
  }
}

/// Blocks until there is something; undefined at the end.
function read() {
  const chunk = Buffer.allocUnsafe(16384);
  const length = fs.readSync(0, chunk);
  return length === 0 ? undefined : chunk.subarray(0, length);
}

module.exports = { Commands };
