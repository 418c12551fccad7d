// SPDX-License-Identifier: MPL-2.0

/**
 * Constructors of handles ask for this object, so that only OSTD can make them.
 *
 * SAFETY: neither the class nor its instance is exported from `index.ts`; a kernel in its
 * compartment has no other way to reach them.
 */
class Privilege {
  #privileged = true;

  /** Whether `value` is the one privilege. */
  static holds(value: Privilege): boolean {
    return #privileged in value;
  }
}

export type { Privilege };

export const PRIVILEGE: Privilege = new Privilege();
