#!/usr/bin/env node
// SPDX-License-Identifier: MPL-2.0

// The command line as a script: Node is the sooner there the fewer modules it reads. What is plain is done by one, and the
// rest as aster-osdk.js does it.
"use strict";
const { existsSync } = require("node:fs");
const { join } = require("node:path");
const { pathToFileURL } = require("node:url");

const bundle = join(__dirname, "../dist/bundle");

async function main(args) {
  if (args[0] === "run" && existsSync(join(bundle, "stamp.json"))) {
    const { plainRun } = require(join(bundle, "plain-run.cjs"));
    const code = await plainRun(args, pathToFileURL(join(bundle, "stamp.json")));
    if (code !== undefined) {
      process.exitCode = code;
      // Node would wait for what V8 still compiles in the background, for a guest that has gone.
      process.stdout.write("", () => process.stderr.write("", () => process.exit()));
      return;
    }
  }
  await import("./aster-osdk.js");
}

main(process.argv.slice(2));
