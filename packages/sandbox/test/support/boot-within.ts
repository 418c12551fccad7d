// SPDX-License-Identifier: MPL-2.0

import { LimitError, type RunningSystem } from "@aster/sandbox";

const FIRST_MS = 1000;
const LAST_MS = 64_000;

/**
 * Boots with the shortest limit on time that the boot itself does not use up: how long a boot
 * takes is the host's business, that the limit ends the system is what is tested.
 */
export async function bootWithin(
  boot: (timeMs: number) => Promise<RunningSystem>,
): Promise<RunningSystem> {
  for (let timeMs = FIRST_MS; ; timeMs *= 4) {
    try {
      return await boot(timeMs);
    } catch (error) {
      const isTimeOver = error instanceof LimitError && error.limit === "time";
      if (!isTimeOver || timeMs >= LAST_MS) throw error;
    }
  }
}
