// SPDX-License-Identifier: MPL-2.0
//
// Cases that Linux passes and Aster does not yet, each with the reason. They run all the same: one that
// passes has to be taken off this list.

/** @type {readonly { cases: RegExp, reason: string }[]} */
export const KNOWN_GAPS = [];

/**
 * What QEMU's emulated processor (TCG) does otherwise than a real one, on any kernel: `qemu-x86_64` shows the
 * same with the same programs.
 *
 * @type {readonly { cases: RegExp, reason: string }[]}
 */
export const EMULATOR_GAPS = [
  { cases: /^programs\/alignment-check\./, reason: "QEMU's processor has no alignment check" },
  { cases: /^programs\/fault-signals\./, reason: "QEMU's processor never raises #XM" },
];

/** @param {string} name @param {string} runner */
export function gapOf(name, runner) {
  const gaps = runner === "qemu" ? [...KNOWN_GAPS, ...EMULATOR_GAPS] : KNOWN_GAPS;
  return gaps.find(({ cases }) => cases.test(name));
}
