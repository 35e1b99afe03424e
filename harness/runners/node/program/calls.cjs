// The commands `repeat` and `call`: spans taken inside a warm process.
'use strict';

const { now } = require('./clock.cjs');
const { trapped } = require('./module.cjs');

/// Instantiates `module` `times` times; the length of each span. A span holds what the
/// phase `instantiate` holds. When what was made is collected is up to V8.
function repeat(module, times, grants) {
  const spans = new Array(times);
  const instantiate = module.isHandler ? 'instantiateHandler' : 'instantiate';
  for (let i = 0; i < times; i += 1) {
    const begin = now();
    module[instantiate](grants);
    spans[i] = Number(now() - begin);
  }
  return spans;
}

/// Calls an export of one fresh instance; the length of each batch.
function call(module, grants, what) {
  const { arguments: [first, second], expected, calls, batches } = what;
  if (calls === 0 || batches === 0) throw new Error('a call has at least 1 batch of at least 1 call');
  if (module.isHandler) {
    throw new Error('the current module is a handler: it listens, and its exports cannot be called');
  }
  const guest = module.instantiate(grants);
  guest.initialize();
  const called = find(guest.exports, what.export);
  const spans = new Array(batches);
  for (let i = 0; i < batches; i += 1) {
    const begin = now();
    const wrong = trapped(() => batch(called, first, second, expected, calls));
    spans[i] = Number(now() - begin);
    if (wrong !== null) {
      throw new Error(`\`${what.export}\` returned ${wrong} for (${first}, ${second}), and not ${expected}`);
    }
  }
  return spans;
}

/// One batch: beyond the calls it has a comparison for each. What came instead of
/// `expected`, or null.
function batch(called, first, second, expected, calls) {
  for (let i = 0; i < calls; i += 1) {
    const came = called(first, second);
    if (came !== expected) return came;
  }
  return null;
}

/// The export `name`. JavaScript tells how many parameters an export has, and not their
/// types: one that takes others returns what is not expected.
function find(exports, name) {
  const callable = Object.entries(exports).filter(
    ([, exported]) => typeof exported === 'function' && exported.length === 2,
  );
  const found = callable.find(([known]) => known === name);
  if (found !== undefined) return found[1];
  const names = callable.map(([known]) => known).sort().join(', ');
  throw new Error(
    `the module exports no \`${name}\` that takes two i32 and returns one; of such exports it has ${names || 'none'}`,
  );
}

module.exports = { call, repeat };
