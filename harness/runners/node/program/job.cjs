// The verb `job`: one command in, one event out, until stdin ends.
//
// What only some commands need is loaded by them: the cold start of a command does not
// pay for a server.
'use strict';

const { Marks } = require('./clock.cjs');
const { Commands } = require('./commands.cjs');
const configurations = require('./configurations.cjs');
const { failure } = require('./failure.cjs');
const { Module } = require('./module.cjs');
const pipes = require('./pipes.cjs');
const { parse } = require('./protocol.cjs');

/// Serves the commands on stdin until they end. `entered` is when the program was.
async function serve(entered) {
  // node:wasi calls itself experimental on stderr; making that stream takes a millisecond.
  process.removeAllListeners('warning');
  process.on('warning', (warning) => {
    if (warning.name !== 'ExperimentalWarning') pipes.say(`${warning.name}: ${warning.message}`);
  });
  const commands = new Commands();
  const job = new Job(entered, commands);
  for (let line = await commands.next(); line !== null; line = await commands.next()) {
    pipes.send(await job.answer(line));
  }
  // A server that still listens, and instances that are held, end with the process.
  process.exit(0);
}

/// What a runner process has at one time.
class Job {
  #entered;
  #commands;
  #descriptors = pipes.guestDescriptors();
  /// The configuration of the first load, for good.
  #configuration = null;
  #current = null;
  /// The module before the current one: a host that serves many does not drop one in order
  /// to load another.
  #previous = null;
  #front = null;
  #held = null;

  constructor(entered, commands) {
    this.#entered = entered;
    this.#commands = commands;
  }

  /// The event that answers one line.
  async answer(line) {
    try {
      const [what, order] = parse(line);
      return { event: 'done', ...(await this[what](order)) };
    } catch (error) {
      return failure(error);
    }
  }

  ping() {
    return {};
  }

  precompile({ configuration }) {
    configurations.check(configuration);
    throw new Error(`node/${configuration} compiles at load; there is nothing to precompile`);
  }

  load({ configuration, target, artifact, precompiled }) {
    const marks = new Marks();
    if (this.#entered !== null) marks.end('spawn', this.#entered);
    this.#entered = null;
    configurations.check(configuration);
    if (precompiled !== null) {
      throw new Error(`node/${configuration} compiles at load, and takes no precompiled file`);
    }
    if (this.#configuration === null) {
      configurations.choose(configuration);
      this.#configuration = configuration;
      marks.end('runtime');
    } else if (this.#configuration !== configuration) {
      throw new Error(`this process runs node/${this.#configuration}; ${configuration} needs a process of its own`);
    }
    // From here on the last module is not current any more, also where this one does not
    // load: requests wait, and nobody runs one for the other.
    this.#front?.serve(null);
    this.#previous = this.#current;
    this.#current = null;
    const module = new Module(target, artifact, this.#descriptors);
    marks.end('compile');
    this.#front?.serve(module);
    this.#current = module;
    return { marks };
  }

  run(grants) {
    const module = this.#loaded();
    if (module.isHandler) {
      throw new Error('the current module is a handler: it listens, and cannot be run');
    }
    const marks = new Marks();
    let guest = module.instantiate(grants);
    marks.end('instantiate');
    const exit_code = guest.run();
    marks.end('call');
    // Nobody refers to it any more. When it is collected is up to V8.
    guest = null;
    marks.end('drop');
    return { marks, exit_code };
  }

  async listen({ address, trace, grants, policy, threads }) {
    const { Front } = require('./server.cjs');
    const marks = new Marks();
    if (this.#front?.isAt(address, policy, threads)) {
      this.#front.renew(trace, grants);
    } else {
      // Its address may be the one that is wanted now.
      await this.#front?.stop();
      this.#front = null;
      this.#front = await Front.start({ address, policy, threads }, trace, grants);
      this.#front.serve(this.#current);
      this.#commands.share();
    }
    marks.end('listen');
    return { marks };
  }

  repeat({ times, grants }) {
    return { spans_ns: require('./calls.cjs').repeat(this.#loaded(), times, grants) };
  }

  call({ grants, ...what }) {
    return { spans_ns: require('./calls.cjs').call(this.#loaded(), grants, what) };
  }

  hold({ count, grants, request }) {
    const { Held } = require('./hold.cjs');
    const marks = new Marks();
    this.#held ??= new Held();
    if (count > this.#held.alive) {
      this.#held.grow(this.#loaded(), count, grants, request);
    } else {
      this.#held.shrink(count);
    }
    marks.end('hold');
    return { marks };
  }

  #loaded() {
    if (this.#current === null) throw new Error('no module is loaded');
    return this.#current;
  }
}

module.exports = { serve };
