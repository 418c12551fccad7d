// SPDX-License-Identifier: MPL-2.0

import { ITIMER_REAL } from "../abi/time.ts";
import { uint } from "./args.ts";
import { defineSyscall } from "./define.ts";
import type { Syscall } from "./define.ts";
import { readTimer, setTimer } from "./getitimer.ts";

export const alarm: Syscall = defineSyscall({
  name: "alarm",
  number: { x86_64: 37 },
  args: [uint("seconds")],
  support: "full",
  handler: (thread, seconds) => {
    const old = readTimer(thread, ITIMER_REAL);
    setTimer(thread, ITIMER_REAL, seconds * 1_000_000, 0);
    // Rounded as Linux rounds: half a second counts as one, and an armed timer never tells 0.
    const leftUs = old?.valueUs ?? 0;
    const whole = Math.floor(leftUs / 1_000_000);
    const rest = leftUs % 1_000_000;
    return (whole === 0 && rest > 0) || rest >= 500_000 ? whole + 1 : whole;
  },
});
