// The verb `describe`: the receipt that the runtime is here and works.
'use strict';

const v8 = require('node:v8');
const { WASI } = require('node:wasi');
const { NAMES, choose } = require('./configurations.cjs');
const { oneLine } = require('./failure.cjs');
const { say } = require('./pipes.cjs');
const { PROTOCOL } = require('./protocol.cjs');

/// (func (export "add") (param i32 i32) (result i32) local.get 0 local.get 1 i32.add)
const ADD =
  '0061736d0100000001070160027f7f017f030201000707010361646400000a09010700200020016a0b';

/// Which compiler has to have compiled a function at its first call. TurboFan comes last:
/// having begun with it, V8 may go on for a module after it was switched off.
const FIRST = [['liftoff', 'Liftoff'], ['v8', 'Liftoff'], ['turbofan', 'TurboFan']];

/// Starts every configuration once, and prints what there is.
///
/// V8 ignores a flag that it does not know, so that a configuration could silently be the
/// default one: each has to show which compiler it uses.
function print() {
  process.removeAllListeners('warning');
  try {
    new WASI({ version: 'preview1' });
    v8.setFlagsFromString('--allow-natives-syntax');
    const isLiftoff = new Function('f', 'return %IsLiftoffFunction(f)');
    FIRST.forEach(([name, expected], index) => {
      choose(name);
      const compiler = isLiftoff(compiled(index)) ? 'Liftoff' : 'TurboFan';
      if (compiler !== expected) {
        throw new Error(`node/${name} does not start: V8 ${process.versions.v8} compiles with ${compiler}, whatever its flags say`);
      }
    });
  } catch (error) {
    say(oneLine(error));
    process.exitCode = 1;
    return;
  }
  const receipt = { protocol: PROTOCOL, name: 'node', version: process.versions.node, configurations: NAMES };
  process.stdout.write(`${JSON.stringify(receipt)}\n`);
}

/// A function that was called. V8 keeps compiled modules by their bytes: each has a custom
/// section of its own.
function compiled(index) {
  const bytes = Buffer.concat([Buffer.from(ADD, 'hex'), Buffer.from([0, 2, 1, index])]);
  const { add } = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports;
  if (add(19, 23) !== 42) throw new Error('V8 cannot add');
  return add;
}

module.exports = { print };
