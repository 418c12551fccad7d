// SPDX-License-Identifier: MPL-2.0

import type { Task } from "@aster/ostd";

/** Tasks, first in, first out, in a ring that grows by doubling. */
export class TaskQueue {
  private ring: (Task | undefined)[] = [undefined, undefined, undefined, undefined];
  private head = 0;
  private count = 0;

  get length(): number {
    return this.count;
  }
  get isEmpty(): boolean {
    return this.count === 0;
  }

  push(task: Task): void {
    if (this.count === this.ring.length) this.grow();
    this.ring[(this.head + this.count) & (this.ring.length - 1)] = task;
    this.count++;
  }

  shift(): Task | undefined {
    if (this.count === 0) return undefined;
    const task = this.ring[this.head];
    this.ring[this.head] = undefined;
    this.head = (this.head + 1) & (this.ring.length - 1);
    this.count--;
    return task;
  }

  private grow(): void {
    const larger: (Task | undefined)[] = [];
    for (let index = 0; index < this.count; index++) {
      larger.push(this.ring[(this.head + index) & (this.ring.length - 1)]);
    }
    while (larger.length < this.ring.length * 2) larger.push(undefined);
    this.ring = larger;
    this.head = 0;
  }
}
