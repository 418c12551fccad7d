// SPDX-License-Identifier: MPL-2.0
//
// What is checked when a guest powers off: its kernel's state is data, and nothing has leaked.

import { leaksOf, observedKernel, SYSCALLS, tearDown } from "@aster/kernel/inspect";

import { declaredClasses } from "./classes.mjs";
import { walkState } from "./walk.mjs";

const classes = declaredClasses();
/** Declarations of system calls have handlers, and are restored by their names. */
const constants = new Set(SYSCALLS);

/** One system's kernel, with what was found in it when it was left. */
export class CheckedKernel {
  /** @type {string[]} */
  violations = [];
  /** @type {import("@aster/kernel/inspect").Remains | undefined} */
  remains = undefined;
  /** How many objects of each class were met. */
  /** @type {Map<string, number>} */
  census = new Map();
  /** To be booted once. */
  kernel;

  /** @param {import("@aster/kernel/inspect").KernelObserver} [observer] looks in too, first */
  constructor(observer = {}) {
    this.kernel = observedKernel({
      booted: (kernel) => observer.booted?.(kernel),
      leaving: (kernel) => {
        observer.leaving?.(kernel);
        const walk = walkState(kernel, { classes, constants });
        this.violations = walk.violations;
        this.census = walk.census;
        this.remains = tearDown(kernel);
      },
    });
  }

  /**
   * What is wrong, line by line; empty when all is well.
   * @param {import("@aster/kernel/inspect").Remains} baseline what is left of an equal system that did nothing
   */
  problems(baseline) {
    const leaks =
      this.remains === undefined ? ["it was not left"] : leaksOf(this.remains, baseline);
    return [
      ...this.violations.map((text) => `state: ${text}`),
      ...leaks.map((text) => `leak: ${text}`),
    ];
  }
}
