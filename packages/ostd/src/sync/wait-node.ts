// SPDX-License-Identifier: MPL-2.0

import type { Waker } from "./waiter.ts";

/** A waker's place in one wait queue: linked in the queue, and in the list of its waker. */
export class WaitNode {
  list: WaitList | undefined = undefined;
  waker: Waker | undefined = undefined;
  previous: WaitNode | undefined = undefined;
  next: WaitNode | undefined = undefined;
  /** The next place of the same waker. */
  sibling: WaitNode | undefined = undefined;
}

/** The places of one wait queue. Never in a kernel's hands, so that nothing of its is called while links change. */
export class WaitList {
  first: WaitNode | undefined = undefined;
  last: WaitNode | undefined = undefined;
  length = 0;

  push(node: WaitNode): void {
    node.list = this;
    node.next = undefined;
    node.previous = this.last;
    if (this.last === undefined) {
      this.first = node;
    } else {
      this.last.next = node;
    }
    this.last = node;
    this.length += 1;
  }

  unlink(node: WaitNode): void {
    if (node.previous === undefined) {
      this.first = node.next;
    } else {
      node.previous.next = node.next;
    }
    if (node.next === undefined) {
      this.last = node.previous;
    } else {
      node.next.previous = node.previous;
    }
    node.previous = undefined;
    node.next = undefined;
    node.list = undefined;
    this.length -= 1;
  }
}
