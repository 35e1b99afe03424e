// The commands of labrun's protocol: what each may hold. The other half is
// harness/protocol; what is not known there is refused here.
'use strict';

/// Version of the protocol.
const PROTOCOL = 3;

const fault = (where, what) => new Error(`${where} is no ${what}`);

/// A value that `fits`, or a fault that calls it no `what`.
const plain = (what, fits) => (value, where) => {
  if (!fits(value)) throw fault(where, what);
  return value;
};

const text = plain('text', (value) => typeof value === 'string');
const oneOf = (...words) => plain(words.join(', '), (value) => words.includes(value));
const within = (least, most) => (value) =>
  Number.isInteger(value) && value >= least && value <= most;
const count = plain('whole number from 0 to 4294967295', within(0, 2 ** 32 - 1));
const number = plain('32-bit number', within(-(2 ** 31), 2 ** 31 - 1));
const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

/// Any of these may be left out.
const or = (otherwise, check) => (value, where) =>
  value === undefined ? otherwise : check(value, where);
const orNull = (check) => (value, where) => ((value ?? null) === null ? null : check(value, where));

const list = (check) => (value, where) => {
  if (!Array.isArray(value)) throw fault(where, 'list');
  return value.map((item, index) => check(item, `${where}[${index}]`));
};

const pair = (check) => (value, where) => {
  if (!Array.isArray(value) || value.length !== 2) throw fault(where, 'pair');
  return list(check)(value, where);
};

const textByName = (value, where) => {
  if (!isObject(value)) throw fault(where, 'object');
  for (const [name, item] of Object.entries(value)) text(item, `${where}.${name}`);
  return value;
};

/// An object that has these fields, and no others.
const struct = (fields) => (value, where) => {
  if (!isObject(value)) throw fault(where, 'object');
  for (const name of Object.keys(value)) {
    if (!Object.hasOwn(fields, name)) throw new Error(`\`${name}\` is not known in ${where}`);
  }
  const checked = {};
  for (const [name, check] of Object.entries(fields)) {
    checked[name] = check(value[name], `\`${name}\``);
  }
  return checked;
};

const GRANTS = {
  args: or([], list(text)),
  env: or({}, textByName),
  directories: or([], list(struct({ host: text, guest: text }))),
};
const grants = struct(GRANTS);
const target = oneOf('wasip1', 'wasip2', 'native');

const COMMANDS = {
  precompile: struct({ configuration: text, target, artifact: text, output: text }),
  load: struct({
    configuration: text,
    target,
    artifact: text,
    precompiled: orNull(text),
    instances: orNull(count),
  }),
  run: grants,
  listen: struct({
    address: text,
    trace: count,
    grants,
    policy: or('fresh', oneOf('fresh', 'reused')),
    threads: or(1, count),
  }),
  repeat: struct({ times: count, grants }),
  call: struct({
    export: text,
    arguments: pair(number),
    expected: number,
    calls: count,
    batches: count,
    grants,
  }),
  hold: struct({ count, grants, request: orNull(text) }),
  ping: struct({}),
};

/// The command in a line: what is to be done, and with what.
function parse(line) {
  try {
    const order = JSON.parse(line);
    if (!isObject(order)) throw fault('it', 'object');
    const { do: what, ...fields } = order;
    if (!Object.hasOwn(COMMANDS, what)) throw new Error(`nothing is called \`${what}\``);
    return [what, COMMANDS[what](fields, `\`${what}\``)];
  } catch (error) {
    throw new Error('not a command', { cause: error });
  }
}

module.exports = { PROTOCOL, parse };
