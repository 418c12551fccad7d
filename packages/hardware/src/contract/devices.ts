// SPDX-License-Identifier: MPL-2.0

import type { Hardware } from "../hardware.ts";
import { assert, assertEqual, type ContractCheck } from "./check.ts";

const TIMER = 0;
const MS = 1e6;

/** Keeps asking until the timer is pending; fails after 5 s of the machine's time. */
function waitForTimer(hardware: Hardware): void {
  const giveUp = hardware.monotonicNs() + 5000 * MS;
  while (hardware.pendingInterrupt() !== TIMER) {
    assert(hardware.monotonicNs() < giveUp, "the timer never became pending");
  }
}

export const deviceChecks: readonly ContractCheck[] = [
  {
    name: "no interrupt is pending at power-on, whatever is masked",
    run(create) {
      const hardware = create();
      assert(hardware.interruptLines >= 1, "there is no interrupt line");
      for (let line = 0; line < hardware.interruptLines; line++) {
        hardware.setInterruptMasked(line, false);
      }
      assertEqual(hardware.pendingInterrupt(), -1, "pending at power-on");
    },
  },
  {
    name: "a deadline in the past raises line 0, once, until it is ended",
    run(create) {
      const hardware = create();
      hardware.setInterruptMasked(TIMER, false);
      hardware.setTimer(0);
      waitForTimer(hardware);
      assertEqual(hardware.pendingInterrupt(), TIMER, "asking clears nothing");
      hardware.endInterrupt(TIMER);
      for (let i = 0; i < 1000; i++) {
        assertEqual(hardware.pendingInterrupt(), -1, "raised again after it was ended");
      }
    },
  },
  {
    name: "a masked timer is not reported, and is when unmasked",
    run(create) {
      const hardware = create();
      hardware.setInterruptMasked(TIMER, true);
      hardware.setTimer(0);
      for (let i = 0; i < 1000; i++) {
        assertEqual(hardware.pendingInterrupt(), -1, "pending while masked");
      }
      hardware.setInterruptMasked(TIMER, false);
      waitForTimer(hardware);
    },
  },
  {
    name: "the timer does not come early, and is pending for who has seen its deadline pass",
    run(create) {
      const hardware = create();
      hardware.setInterruptMasked(TIMER, false);
      const deadline = hardware.monotonicNs() + 2 * MS;
      hardware.setTimer(deadline);
      for (;;) {
        const pending = hardware.pendingInterrupt();
        const now = hardware.monotonicNs();
        if (pending === TIMER) assert(now >= deadline, "the timer came early");
        if (now >= deadline) break;
      }
      assertEqual(hardware.pendingInterrupt(), TIMER, "after the deadline");
    },
  },
  {
    name: "a later deadline replaces an earlier one, and Infinity disarms",
    run(create) {
      const hardware = create();
      hardware.setInterruptMasked(TIMER, false);
      // Far enough that a busy host replaces them in time: one that has passed may have fired.
      const start = hardware.monotonicNs();
      hardware.setTimer(start + 40 * MS);
      hardware.setTimer(start + 3600_000 * MS);
      while (hardware.monotonicNs() < start + 42 * MS) {
        assertEqual(hardware.pendingInterrupt(), -1, "a replaced deadline fired");
      }
      const again = hardware.monotonicNs();
      hardware.setTimer(again + 40 * MS);
      hardware.setTimer(Number.POSITIVE_INFINITY);
      while (hardware.monotonicNs() < again + 42 * MS) {
        assertEqual(hardware.pendingInterrupt(), -1, "a disarmed timer fired");
      }
    },
  },
  {
    name: "idle waits for the timer and no longer than needed",
    async run(create) {
      const hardware = create();
      hardware.setInterruptMasked(TIMER, false);
      const deadline = hardware.monotonicNs() + 5 * MS;
      hardware.setTimer(deadline);
      await hardware.idle();
      assertEqual(hardware.pendingInterrupt(), TIMER, "after idle");
      assert(hardware.monotonicNs() >= deadline, "idle came back early");
      // Pending already: nothing to wait for.
      await hardware.idle();
    },
  },
  {
    name: "yieldToHost comes back",
    async run(create) {
      const hardware = create();
      for (let i = 0; i < 10; i++) await hardware.yieldToHost();
    },
  },
  {
    name: "the monotonic clock starts near zero and never goes back",
    run(create) {
      const hardware = create();
      let last = hardware.monotonicNs();
      assert(last >= 0 && last < 60_000 * MS, `${last} ns since power-on`);
      for (let i = 0; i < 10_000; i++) {
        const now = hardware.monotonicNs();
        assert(Number.isInteger(now), `${now} is no whole number of nanoseconds`);
        assert(now >= last, "the clock went back");
        last = now;
      }
    },
  },
  {
    name: "the wall clock tells a date of this century, in microseconds",
    run(create) {
      const now = create().wallClockUs();
      assert(Number.isInteger(now), `${now} is no whole number`);
      assert(now >= 946_684_800e6 && now < 4_102_444_800e6, `${now} us is no plausible date`);
    },
  },
  {
    name: "random bytes fill the whole buffer, however long, and differ",
    run(create) {
      const hardware = create();
      const first = new Uint8Array(200_000);
      const second = new Uint8Array(200_000);
      hardware.fillRandom(first);
      hardware.fillRandom(second);
      hardware.fillRandom(new Uint8Array(0));
      let equal = 0;
      for (let i = 0; i < first.length; i++) equal += first[i] === second[i] ? 1 : 0;
      assert(equal < 2000, "two fills are alike");
      assert(
        first.subarray(199_000).some((byte) => byte !== 0),
        "the end was not filled",
      );
    },
  },
  {
    name: "the early console takes any byte",
    run(create) {
      const hardware = create();
      for (const byte of [0, 10, 65, 255]) hardware.earlyConsoleWrite(byte);
    },
  },
];
