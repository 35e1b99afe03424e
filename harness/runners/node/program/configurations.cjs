// The configurations, and how one reaches V8.
'use strict';

const v8 = require('node:v8');

/// V8's flags for each. All of them name all that any of them changes: `describe` goes
/// through them in one process. The reasons are in runner.toml.
const FLAGS = {
  liftoff: ['--liftoff', '--wasm-lazy-compilation', '--no-wasm-tier-up', '--no-wasm-dynamic-tiering'],
  turbofan: ['--no-liftoff', '--no-wasm-lazy-compilation', '--wasm-tier-up', '--wasm-dynamic-tiering'],
  v8: ['--liftoff', '--wasm-lazy-compilation', '--wasm-tier-up', '--wasm-dynamic-tiering'],
};

/// Their names, sorted.
const NAMES = Object.keys(FLAGS);

/// Whether there is one of this name; an error that names them if not.
function check(name) {
  if (!Object.hasOwn(FLAGS, name)) {
    throw new Error(`node has no configuration \`${name}\`; it has ${NAMES.join(', ')}`);
  }
}

/// For all of them: a call from wasm into node:wasi is an ordinary one. In V8's fast calls a collection
/// may begin that does not know what is in use: guests crash, or their objects are destroyed
/// (https://github.com/nodejs/node/issues/46777).
const SOUND = '--no-turbo-fast-api-calls';

/// Modules are compiled so from now on. V8 reads these flags when it compiles one.
function choose(name) {
  for (const flag of [SOUND, ...FLAGS[name]]) v8.setFlagsFromString(flag);
}

module.exports = { NAMES, check, choose };
