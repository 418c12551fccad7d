// SPDX-License-Identifier: MPL-2.0

import { boot, LimitError } from "@aster/sandbox";

const system = await boot({
  limits: { memoryMiB: 64, processes: 16, timeMs: 120_000, outputBytes: 1_000_000 },
});
try {
  for (const command of [
    `awk 'BEGIN { x = "x"; for (;;) x = x x }'`,
    "for i in $(seq 20); do sleep 10 & done; exit 1",
    "while :; do :; done",
    "yes",
  ]) {
    try {
      await system.exec(command, { timeout: 20_000 });
    } catch (error) {
      if (!(error instanceof LimitError)) throw error;
      console.log(error.code.padEnd(13), command);
    }
  }
  // None of them harms the next one.
  console.log(await system.exec("echo still here"));
} finally {
  await system.close();
}
