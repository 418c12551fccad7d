// SPDX-License-Identifier: MPL-2.0

// `node guest.mjs FILE`: boots Aster, runs the static program FILE in it, and passes on what it
// prints and its exit code.

import { readFileSync } from "node:fs";
import { runCommand } from "@aster/sandbox";

const file = process.argv.at(-1);
const { stdout, stderr, exitCode } = await runCommand({
  argv: ["/bin/program"],
  files: [{ path: "/bin/program", bytes: readFileSync(file), mode: 0o755 }],
});
process.stdout.write(stdout);
process.stderr.write(stderr);
process.exitCode = exitCode;
