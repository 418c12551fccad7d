#!/usr/bin/env node
// SPDX-License-Identifier: MPL-2.0
import { existsSync } from "node:fs";

const program = new URL("../dist/main.js", import.meta.url);
if (existsSync(program)) {
  const { main } = await import(program.href);
  process.exitCode = await main(process.argv.slice(2));
  // Node would wait for what V8 still compiles in the background, for a guest that has gone.
  if (process.argv[2] === "run") {
    process.stdout.write("", () => process.stderr.write("", () => process.exit()));
  }
} else {
  // Only in a checkout: what is published is built.
  process.stderr.write("osdk: this checkout is not built; run: ./aster build\n");
  process.exitCode = 125;
}
