// What went wrong, as the one line that an event carries.
'use strict';

/// The runtime cannot do this at all: the row is `unsupported`, not `failed`.
class Unsupported extends Error {}

/// Node.js does not take this module: it does not compile or link here.
class Refused extends Error {}

/// The event that reports `error`.
function failure(error) {
  let event = 'failed';
  if (error instanceof Unsupported) event = 'unsupported';
  if (error instanceof Refused) event = 'refused';
  return { event, reason: oneLine(error) };
}

/// The chain of causes on one line: the first line of each, and none twice.
function oneLine(error) {
  const links = [];
  for (let link = error; link !== undefined; link = link?.cause) {
    const lines = String(link?.message ?? link).split('\n').map((line) => line.trim());
    const line = lines.find((text) => text !== '') ?? 'no reason';
    if (!links.at(-1)?.includes(line)) links.push(line);
  }
  // V8 cuts what it quotes between two halves of a character.
  return links.join(': ').toWellFormed();
}

/// What the system says of a call that failed, with a capital as elsewhere in Unix:
/// `No such file or directory`.
function system(what, error) {
  const [, said] = require('node:util').getSystemErrorMap().get(error.errno) ?? [];
  if (said === undefined) return new Error(what, { cause: error });
  return new Error(`${what}: ${said[0].toUpperCase()}${said.slice(1)}`);
}

module.exports = { Refused, Unsupported, failure, oneLine, system };
