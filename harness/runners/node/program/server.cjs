// The HTTP front end: Node's own server, which hands each request to an instance of the
// current module. All of it is on the one thread that runs JavaScript: a request is
// answered before the next one is looked at.
'use strict';

const http = require('node:http');
const { Marks } = require('./clock.cjs');
const { Unsupported, oneLine, system } = require('./failure.cjs');
const { respond } = require('./handler.cjs');
const { say, send } = require('./pipes.cjs');
const { readRequest, refusal } = require('./request.cjs');

/// As many as any runner's server may have.
const MOST_THREADS = 16;

const ONE_THREAD =
  'Node.js runs JavaScript on one thread, and cannot hand a connection to another one: its servers use more cores by more processes.';

/// A server that listens.
class Front {
  #place;
  #server;
  #grants;
  /// How many more requests are to be reported.
  #trace;
  /// None where no handler is loaded.
  #handler = null;
  /// Requests that came while there was none.
  #waiting = [];
  /// Instances of the current handler that wait for the next request.
  #idle = [];

  constructor(place, trace, grants) {
    this.#place = place;
    this.#trace = trace;
    this.#grants = grants;
    // Idle connections stay, as with the other runners' servers.
    this.#server = http.createServer({ keepAliveTimeout: 0 }, (request, response) =>
      readRequest(request, (read) => this.#take(read, response), (status, reason) => answer(response, refusal(status, reason))),
    );
  }

  /// Binds the address and starts the server.
  static async start(place, trace, grants) {
    const { threads, address } = place;
    if (threads < 1 || threads > MOST_THREADS) {
      throw new Error(`a server has 1 to ${MOST_THREADS} threads, and not ${threads}`);
    }
    if (threads > 1) throw new Unsupported(ONE_THREAD);
    const front = new Front(place, trace, grants);
    await front.#listen(address);
    return front;
  }

  #listen(address) {
    const colon = address.lastIndexOf(':');
    const host = address.slice(0, colon).replace(/^\[|\]$/g, '');
    const port = Number(address.slice(colon + 1));
    return new Promise((done, fail) => {
      this.#server.once('error', (error) => fail(system(`cannot listen on ${address}`, error)));
      this.#server.listen({ host, port }, done);
    });
  }

  /// Whether it is where and how a server is wanted.
  isAt(address, policy, threads) {
    const place = this.#place;
    return place.address === address && place.policy === policy && place.threads === threads;
  }

  /// Reports the next `trace` requests, and grants their instances `grants`.
  renew(trace, grants) {
    this.#trace = trace;
    this.#grants = grants;
    this.#idle = [];
  }

  /// Requests go to `module` from now on; where it is no handler, they wait.
  serve(module) {
    this.#handler = module?.isHandler ? module : null;
    this.#idle = [];
    if (this.#handler === null) return;
    for (const exchange of this.#waiting.splice(0)) exchange();
  }

  /// Stops it, and waits until its address is free.
  stop() {
    return new Promise((done) => {
      this.#server.close(done);
      this.#server.closeAllConnections();
    });
  }

  /// A request that was read to its end.
  #take(request, response) {
    let marks = null;
    if (this.#trace > 0) {
      this.#trace -= 1;
      marks = new Marks();
      marks.end('accept');
    }
    if (this.#handler === null) {
      this.#waiting.push(() => this.#exchange(request, response, marks));
    } else {
      this.#exchange(request, response, marks);
    }
  }

  #exchange(request, response, marks) {
    try {
      const guest = this.#idle.pop() ?? this.#handler.instantiateHandler(this.#grants);
      marks?.end('instantiate');
      const answered = respond(guest.exports, request);
      marks?.end('call');
      // One that failed does not come this far.
      if (this.#place.policy === 'reused') this.#idle.push(guest);
      answer(response, answered, marks && (() => report(marks)));
    } catch (error) {
      const reason = oneLine(error);
      say(`a request failed: ${reason}`);
      answer(response, refusal(500, reason), marks && (() => report(marks)));
    }
  }
}

/// Sends `answered`, and calls `then` once the kernel has it.
function answer(response, { status, headers, body }, then) {
  response.writeHead(status, [...headers, 'content-length', body.length]);
  response.end(body, then ?? undefined);
}

/// Reports a traced request.
function report(marks) {
  marks.end('drop');
  send({ event: 'served', marks });
}

module.exports = { Front };
