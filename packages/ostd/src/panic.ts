// SPDX-License-Identifier: MPL-2.0

import { currentSystemOrNone } from "./current.unsafe.ts";

/** A bug of the kernel or of OSTD. Thrown where no system runs, to be seen by the host. */
export class KernelPanic extends Error {
  override readonly name: string = "KernelPanic";
}

/**
 * Ends the system because of a bug of the caller: prints the message and a trace, then powers off
 * with `Failure`. The injected panic handler comes first.
 */
export function panic(message: string): never {
  const failure = new KernelPanic(message);
  const current = currentSystemOrNone();
  if (current !== undefined) {
    current.die(failure);
  }
  throw failure;
}

/** Prints the way to the caller on the early console. */
export function printStackTrace(): void {
  currentSystemOrNone()?.earlyPrint(`${new Error("stack").stack ?? ""}\n`);
}

/** Powers off with `Failure`, without a message. */
export function abort(): never {
  panic("aborted");
}
