// Makes a component of add.js, and writes it to where LABRUN_OUT says.

import { componentize } from "@bytecodealliance/componentize-js";
import { writeFile } from "node:fs/promises";
import process from "node:process";

const { component } = await componentize({
  sourcePath: "add.js",
  witPath: "wit",
  worldName: "add",
  // A command has no HTTP, and its host need not have any.
  disableFeatures: ["http", "fetch-event"],
});
await writeFile(process.env.LABRUN_OUT, component);
