// The command `hold`: instances that are kept alive. Their process is measured for its
// memory: what only some of them need is loaded for those.
'use strict';

/// The instances that this process keeps alive, oldest first.
class Held {
  #guests = [];

  get alive() {
    return this.#guests.length;
  }

  /// Drops the newest until no more than `count` are alive.
  shrink(count) {
    if (count === this.alive) return;
    this.#guests.length = count;
    // What is dropped has to be gone when this is answered; V8 would wait for a need.
    collect();
  }

  /// Makes instances of `module` until `count` are alive.
  grow(module, count, grants, request) {
    if (module.isHandler && request === null) {
      throw new Error('the current module is a handler: it needs the path that it is asked for');
    }
    if (!module.isHandler && request !== null) {
      throw new Error('the current module is a command: it takes no request');
    }
    while (this.alive < count) {
      try {
        this.#guests.push(request === null ? command(module, grants) : handler(module, grants, request));
      } catch (error) {
        const which = `instance ${this.alive + 1} of ${count}`;
        throw new Error(`cannot hold ${which}, ${this.alive} are alive`, { cause: error });
      }
    }
  }
}

/// A command that has run.
function command(module, grants) {
  const guest = module.instantiate(grants);
  const code = guest.run();
  if (code !== 0) throw new Error(`the guest exited with code ${code}`);
  return guest;
}

/// A handler that has answered.
function handler(module, grants, path) {
  if (!/^\/[!-~]*$/.test(path)) throw new Error(`${JSON.stringify(path)} is no path`);
  const guest = module.instantiateHandler(grants);
  const { respond } = require('./handler.cjs');
  const { status } = respond(guest.exports, { method: 'GET', target: path });
  if (status !== 200) {
    const { STATUS_CODES } = require('node:http');
    throw new Error(`the handler answered ${status} ${STATUS_CODES[status] ?? ''} to GET ${path}`);
  }
  return guest;
}

/// Has V8 collect what nobody refers to any more.
function collect() {
  require('node:v8').setFlagsFromString('--expose-gc');
  require('node:vm').runInNewContext('gc')();
}

module.exports = { Held };
