// SPDX-License-Identifier: MPL-2.0
//
// Cases that Linux passes and Aster does not yet, each with the reason. They run all the same: one that
// passes has to be taken off this list.

/** @type {readonly { cases: RegExp, reason: string }[]} */
export const KNOWN_GAPS = [];

/** @param {string} name */
export function gapOf(name) {
  return KNOWN_GAPS.find(({ cases }) => cases.test(name));
}
