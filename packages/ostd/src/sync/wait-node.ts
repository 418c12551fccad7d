// SPDX-License-Identifier: MPL-2.0

import type { WaitQueue } from "./wait-queue.ts";
import type { Waker } from "./waiter.ts";

/** A waker's place in one wait queue: linked in the queue, and in the list of its waker. */
export class WaitNode {
  queue: WaitQueue | undefined = undefined;
  waker: Waker | undefined = undefined;
  previous: WaitNode | undefined = undefined;
  next: WaitNode | undefined = undefined;
  /** The next place of the same waker. */
  sibling: WaitNode | undefined = undefined;
}
