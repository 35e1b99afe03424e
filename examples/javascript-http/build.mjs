// Makes a component of http.js, and writes it to where LABRUN_OUT says.

import { componentize } from "@bytecodealliance/componentize-js";
import { writeFile } from "node:fs/promises";
import process from "node:process";

const { component } = await componentize({
  sourcePath: "http.js",
  witPath: "wit",
  worldName: "http",
});
await writeFile(process.env.LABRUN_OUT, component);
