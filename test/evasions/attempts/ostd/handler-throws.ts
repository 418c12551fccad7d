// SPDX-License-Identifier: MPL-2.0

// A handler that throws, so that whoever was interrupted catches what is not theirs.

import { monotonicNs, Timer, WaitQueue } from "@aster/ostd";

export default async (): Promise<unknown> => {
  new Timer({
    onTimer: () => {
      throw new Error("mine");
    },
  }).set(monotonicNs());
  try {
    await new WaitQueue().wait(monotonicNs() + 1_000_000);
  } catch (error) {
    if (error instanceof Error && error.message === "mine") return "GAINED another's exception";
  }
  return "nothing came";
};
