// SPDX-License-Identifier: MPL-2.0

/**
 * Constructors of handles ask for this symbol, so that only OSTD can make them.
 *
 * SAFETY: it is not exported from `index.ts`, no handle keeps it, and a symbol cannot be guessed;
 * a kernel in its compartment has no way to it.
 */
export const PRIVILEGE: unique symbol = Symbol("OSTD's privilege");

export type Privilege = typeof PRIVILEGE;
