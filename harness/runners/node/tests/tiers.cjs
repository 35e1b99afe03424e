// Which of V8's compilers a configuration uses, as V8 tells it: at the first call of a
// function, and when it was called very often. Prints the two.
'use strict';

const v8 = require('node:v8');
const { choose } = require('../program/configurations.cjs');

const name = process.argv[2];
v8.setFlagsFromString('--allow-natives-syntax');
const compiler = new Function('f', "return %IsLiftoffFunction(f) ? 'Liftoff' : 'TurboFan'");

/// (func (export "add") (param i32 i32) (result i32) local.get 0 local.get 1 i32.add)
const ADD =
  '0061736d0100000001070160027f7f017f030201000707010361646400000a09010700200020016a0b';

choose(name);
const { add } = new WebAssembly.Instance(new WebAssembly.Module(Buffer.from(ADD, 'hex'))).exports;
add(19, 23);
const first = compiler(add);
// V8's budget is some 1,800,000 bytes of code that were run; a compilation in the
// background takes as long as it takes, and is waited for where it has to come.
for (let calls = 0; calls < 5_000_000 || (name === 'v8' && compiler(add) === 'Liftoff'); calls += 1) {
  add(calls, 1);
}
console.log(first, compiler(add));
