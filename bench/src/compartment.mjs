// SPDX-License-Identifier: MPL-2.0

// What the compartment costs: the same commands with the kernel in it and without, in turns.

import { fileURLToPath } from "node:url";
import { benchPair } from "./paired.mjs";

const HELP = `Usage: pnpm bench compartment [--json] [--rounds N]

Runs three commands with the kernel evaluated in its compartment and with it loaded plainly, in
turns, and prints the medians of the CPU time of the whole process with their ratios.

  --json       print one JSON object instead of a table
  --rounds N   how often each command runs in each way (1 to 1000, default 15)
  --help       print this text
`;

const CHILD = fileURLToPath(new URL("compartment-child.mjs", import.meta.url));

const COMPARTMENT = {
  suite: "compartment",
  help: HELP,
  modes: ["plain", "compartment"],
  nodeArguments: (mode) => [CHILD, mode],
};

export const benchCompartment = (args, log) => benchPair(COMPARTMENT, args, log);
