// SPDX-License-Identifier: MPL-2.0

// One command on the built-in machine, as `aster run` does it; with the kernel in a compartment, or
// plainly loaded. Tells the CPU time that the process took on standard error.
//
// compartment-child.mjs plain|compartment COMMAND…

import { runCli } from "@aster/sandbox/cli";

const [mode, ...command] = process.argv.slice(2);
const code = await runCli({ command, isConfined: mode === "compartment" });
const { userCPUTime, systemCPUTime } = process.resourceUsage();
process.stderr.write(`cpu ${(userCPUTime + systemCPUTime) / 1000}\n`);
process.exit(code);
