// SPDX-License-Identifier: MPL-2.0

import type { SystemEnd } from "@aster/sandbox/cli";
import type { QemuExit } from "./process.ts";

/** QEMU's exit status is 2 * N + 1 for the N that the kernel wrote to isa-debug-exit. */
const statusOf = (code: number): number => 2 * code + 1;
const SUCCESS = statusOf(0x10);
const RESTART = statusOf(0x11);
const FAILURE = statusOf(0x20);
const PANIC = statusOf(0x30);

export type Ending =
  | { readonly kind: "power-off"; readonly code: number }
  | { readonly kind: "restart" }
  | { readonly kind: "panic" }
  /** QEMU itself failed, was ended, or the machine was reset by a fault. */
  | { readonly kind: "qemu-failed"; readonly message: string };

/** What became of the guest. */
export function endingOf({ status, signal, errors }: QemuExit): Ending {
  if (status === SUCCESS) return { kind: "power-off", code: 0 };
  if (status === FAILURE) return { kind: "power-off", code: 1 };
  if (status === RESTART) return { kind: "restart" };
  if (status === PANIC) return { kind: "panic" };
  const said = errors.trim() === "" ? "" : `\n${errors.trimEnd()}`;
  if (signal !== undefined) {
    return { kind: "qemu-failed", message: `QEMU was ended by ${signal}${said}` };
  }
  if (status === 0) {
    const message =
      "QEMU ended without a word of the kernel: it was told to quit, or a fault reset the machine";
    return { kind: "qemu-failed", message: message + said };
  }
  return { kind: "qemu-failed", message: `QEMU failed with exit code ${status}${said}` };
}

/** The same, as the sandbox tells ends. */
export function systemEndOf(ending: Ending, logTail: string): SystemEnd {
  switch (ending.kind) {
    case "power-off":
      return { reason: "power-off", code: ending.code, logTail };
    case "restart":
      return { reason: "restart", code: 0, logTail };
    case "panic":
      return { reason: "failed", code: 1, logTail };
    case "qemu-failed":
      return {
        reason: "failed",
        code: 1,
        logTail,
        failure: logTail === "" ? ending.message : `${ending.message}\n${logTail.trimEnd()}`,
      };
  }
}
