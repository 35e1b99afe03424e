// The command `add` in AssemblyScript: prints the sum of its arguments. Exits 2 if there is none.

/** What `number` answers where there is none. */
const NONE = i64.MIN_VALUE;

/** The i32 that `text` is in decimal digits, with or without a sign. */
function number(text: string): i64 {
  const negative = text.startsWith("-");
  const first = negative || text.startsWith("+") ? 1 : 0;
  if (first == text.length) return NONE;
  let value: i64 = 0;
  for (let at = first; at < text.length; at++) {
    const digit = text.charCodeAt(at) - 48;
    if (digit < 0 || digit > 9) return NONE;
    value = value * 10 + digit;
    // One more than the largest: that of the most negative number.
    if (value > -i64(i32.MIN_VALUE)) return NONE;
  }
  if (negative) value = -value;
  return value > i32.MAX_VALUE ? NONE : value;
}

/** With LABRUN_HOLD=1: stays until stdin ends, so that memory can be measured at rest. */
function holdIfAsked(): void {
  if (!process.env.has("LABRUN_HOLD") || process.env.get("LABRUN_HOLD") != "1") return;
  const ignored = new ArrayBuffer(64);
  while (process.stdin.read(ignored) > 0) {}
}

function fail(reason: string): void {
  process.stderr.write("add: " + reason + "\n");
  process.exit(2);
}

const program = process.argv;
if (program.length < 2) fail("nothing to add; usage: add NUMBER...");
// Only the end has to fit: sums on the way may be larger.
let sum: i64 = 0;
for (let at = 1; at < program.length; at++) {
  const value = number(program[at]);
  if (value == NONE) {
    fail('"' + program[at] + '" is not a whole number from -2147483648 to 2147483647');
  }
  sum += value;
}
if (sum < i32.MIN_VALUE || sum > i32.MAX_VALUE) {
  fail("the sum " + sum.toString() + " does not fit between -2147483648 and 2147483647");
}
process.stdout.write(sum.toString() + "\n");
holdIfAsked();
