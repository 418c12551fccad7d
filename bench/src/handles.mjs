// SPDX-License-Identifier: MPL-2.0

// What OSTD's checks of handles cost: the same commands with them and without, in turns.

import { fileURLToPath } from "node:url";
import { benchPair } from "./paired.mjs";

const HELP = `Usage: pnpm bench handles [--json] [--rounds N]

Runs three commands on OSTD as it is and on OSTD without what replaces the borrow checker (liveness,
generations, holders of guards, places of releases, lock order), in turns, and prints the medians of the
CPU time of the whole process with their ratios.

  --json       print one JSON object instead of a table
  --rounds N   how often each command runs in each way (1 to 1000, default 15)
  --help       print this text
`;

const CHILD = fileURLToPath(new URL("compartment-child.mjs", import.meta.url));
const REGISTER = new URL("handles-register.mjs", import.meta.url).href;

const HANDLES = {
  suite: "handles",
  help: HELP,
  modes: ["unchecked", "checked"],
  nodeArguments: () => ["--no-warnings", "--import", REGISTER, CHILD, "plain"],
  env: (mode) => ({ HANDLES: mode }),
};

export const benchHandles = (args, log) => benchPair(HANDLES, args, log);
