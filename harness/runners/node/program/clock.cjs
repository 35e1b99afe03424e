// The clock that a runner and labrun share, and the marks taken with it.
'use strict';

/// Nanoseconds of CLOCK_MONOTONIC, which is the clock behind `hrtime` on Linux.
const now = process.hrtime.bigint;

/// The ends of phases, in the order in which they happened.
class Marks {
  #ends = [];

  /// `phase` ends now, or ended at `at`.
  end(phase, at = now()) {
    this.#ends.push([phase, at]);
  }

  /// As they go over the wire. A number holds whole nanoseconds for the first 104 days
  /// that a machine is up; after that they are even.
  toJSON() {
    return this.#ends.map(([phase, at]) => ({ phase, end_ns: Number(at) }));
  }
}

module.exports = { Marks, now };
