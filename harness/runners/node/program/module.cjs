// Modules, and instances of them.
'use strict';

const fs = require('node:fs');
const { WASI } = require('node:wasi');
const { Refused, Unsupported, system } = require('./failure.cjs');

/// A module that exports it is a handler.
const RESPOND = 'handler_respond';

const OTHERS = {
  wasip2: 'V8 has no component model',
  native: 'Node.js runs wasm here, and no native code',
};

/// A module, compiled or checked as far as V8 does before there is an instance.
class Module {
  /// Reads and compiles `artifact`. Instances have `descriptors` as their standard streams.
  constructor(target, artifact, descriptors) {
    if (target !== 'wasip1') throw new Unsupported(OTHERS[target]);
    let bytes;
    try {
      bytes = fs.readFileSync(artifact);
    } catch (error) {
      throw system(`cannot read ${artifact}`, error);
    }
    this.name = stem(artifact);
    this.descriptors = descriptors;
    try {
      this.code = new WebAssembly.Module(bytes);
    } catch (error) {
      throw new Refused('cannot load the module', { cause: error });
    }
    const exported = WebAssembly.Module.exports(this.code);
    this.isHandler = exported.some(({ name }) => name === RESPOND);
  }

  /// The phase `instantiate` of a command: WASI context and instance.
  instantiate(grants) {
    return new Guest(this, grants);
  }

  /// The phase `instantiate` of a handler, with its `_initialize` called.
  instantiateHandler(grants) {
    const guest = new Guest(this, grants);
    guest.initialize();
    return guest;
  }
}

/// One instance, with the WASI context that it was made with.
class Guest {
  #wasi;
  #instance;

  constructor(module, { args, env, directories }) {
    const { name, code, descriptors } = module;
    const preopens = {};
    for (const { host, guest } of directories) preopens[guest] = host;
    try {
      this.#wasi = new WASI({
        version: 'preview1',
        args: [name, ...args],
        env,
        preopens,
        returnOnExit: true,
        ...descriptors,
      });
    } catch (error) {
      const hosts = directories.map(({ host }) => host).join(', ');
      throw new Error(hosts === '' ? 'cannot make a WASI context' : `cannot grant ${hosts}`, { cause: error });
    }
    this.#instance = linked(code, this.#wasi.getImportObject());
  }

  /// The phase `call` of a command: runs it to its end, and returns its exit code.
  run() {
    return trapped(() => this.#wasi.start(this.#instance));
  }

  /// Calls `_initialize`, where there is one.
  initialize() {
    // node:wasi takes no instance here that has `_start`; nothing calls that one.
    const { _start, ...exported } = this.#instance.exports;
    trapped(() => this.#wasi.initialize({ exports: exported }));
  }

  get exports() {
    return this.#instance.exports;
  }
}

/// An instance. An import that is not there is a fault of the module, and not of its run: V8
/// says `LinkError` of one that is no function, and `TypeError` where its whole module is missing.
function linked(code, imports) {
  try {
    return new WebAssembly.Instance(code, imports);
  } catch (error) {
    if (error instanceof WebAssembly.LinkError || error instanceof TypeError) {
      throw new Refused('cannot link the module', { cause: error });
    }
    throw error;
  }
}

/// What `work` returns; a trap inside it says so.
function trapped(work) {
  try {
    return work();
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError || error instanceof RangeError) {
      throw new Error('the guest trapped', { cause: error });
    }
    throw error;
  }
}

/// The name of a file without its folder and extension: what instances see as `argv[0]`.
function stem(path) {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const dot = name.lastIndexOf('.');
  return dot > 0 ? name.slice(0, dot) : name;
}

module.exports = { Module, trapped };
