// SPDX-License-Identifier: MPL-2.0

// Before the tests: systems in workers of their own, and the command line, run compiled modules.
import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Compiles what is older than its source; takes a fraction of a second when nothing is. */
export default function build() {
  const require = createRequire(import.meta.url);
  const compiler = join(dirname(require.resolve("@typescript/native/package.json")), "bin/tsc");
  const project = fileURLToPath(new URL("../..", import.meta.url));
  execFileSync(process.execPath, [compiler, "-b", project], { stdio: "inherit" });
}
