#!/usr/bin/env node
// The runner's program: does what the verb on the command line says.
'use strict';

// The first thing of all: the phase `spawn` ends here.
const entered = process.hrtime.bigint();

// The first version whose node:wasi needs no flag, and whose `start` returns the exit code.
const LEAST = 20;

function main() {
  const [verb, ...more] = process.argv.slice(2);
  if (parseInt(process.versions.node, 10) < LEAST) {
    return refuse(1, `Node.js ${LEAST} or newer is needed for node:wasi, and ${process.execPath} is ${process.versions.node}`);
  }
  if (more.length === 0 && verb === 'job') {
    return require('./job.cjs').serve(entered);
  }
  if (more.length === 0 && verb === 'describe') {
    return require('./describe.cjs').print();
  }
  return refuse(2, 'usage: a runner for node has two verbs: describe, job');
}

function refuse(code, why) {
  require('node:fs').writeSync(2, `${why}\n`);
  process.exitCode = code;
}

main();
