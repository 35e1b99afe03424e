// Runs a WASI p1 command by node:wasi, for products that have it but no option for it:
// PRODUCT wasi.mjs [--dir HOST::GUEST] [--env NAME=VALUE] MODULE [ARGUMENT...]
import { readFileSync } from "node:fs";
import { WASI } from "node:wasi";

const words = process.argv.slice(2);
const preopens = {};
const env = {};
while (words[0] === "--dir" || words[0] === "--env") {
  const [option, value] = words.splice(0, 2);
  if (option === "--dir") {
    const [host, guest] = value.split("::");
    preopens[guest] = host;
  } else {
    const end = value.indexOf("=");
    env[value.slice(0, end)] = value.slice(end + 1);
  }
}
const wasi = new WASI({ version: "preview1", args: words, env, preopens, returnOnExit: true });
const module = await WebAssembly.compile(readFileSync(words[0]));
const instance = await WebAssembly.instantiate(module, wasi.getImportObject());
process.exitCode = wasi.start(instance);
