// The command `add` in JavaScript: prints the sum of its arguments. Fails if there is none; WASI
// 0.2 has no other exit code for that.

import { getArguments, getEnvironment } from "wasi:cli/environment@0.2.0";
import { getStderr } from "wasi:cli/stderr@0.2.0";
import { getStdin } from "wasi:cli/stdin@0.2.0";
import { getStdout } from "wasi:cli/stdout@0.2.0";

const LEAST = -(2 ** 31);
const MOST = 2 ** 31 - 1;

function print(stream, text) {
  stream.blockingWriteAndFlush(new TextEncoder().encode(text + "\n"));
}

function number(text) {
  const value = /^[+-]?[0-9]+$/.test(text) ? Number(text) : NaN;
  if (value >= LEAST && value <= MOST) return value;
  throw new Error(`"${text}" is not a whole number from ${LEAST} to ${MOST}`);
}

/** Only the end has to fit: sums on the way may be larger. */
function sumOf(texts) {
  if (texts.length === 0) throw new Error("nothing to add; usage: add NUMBER...");
  const sum = texts.map(number).reduce((sum, value) => sum + value, 0);
  if (sum < LEAST || sum > MOST) {
    throw new Error(`the sum ${sum} does not fit between ${LEAST} and ${MOST}`);
  }
  return sum;
}

/** With LABRUN_HOLD=1: stays until stdin ends, so that memory can be measured at rest. */
function holdIfAsked() {
  if (!getEnvironment().some(([name, value]) => name === "LABRUN_HOLD" && value === "1")) return;
  const stdin = getStdin();
  try {
    for (;;) stdin.blockingRead(64n);
  } catch {
    // It has ended.
  }
}

export const run = {
  run() {
    let sum;
    try {
      sum = sumOf(getArguments().slice(1));
    } catch (error) {
      print(getStderr(), `add: ${error.message}`);
      // What is thrown is the `err` of wasi:cli/run's result.
      throw undefined;
    }
    print(getStdout(), String(sum));
    holdIfAsked();
  },
};
