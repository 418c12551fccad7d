// SPDX-License-Identifier: MPL-2.0
//
// Runs a case on Aster in QEMU: the same kernel on bare x86-64. It is booted once; each case has a
// copy of the booted machine to itself, with nothing of other cases in it.

import { linuxInQemu } from "@aster/osdk";

import { CWD, ENV } from "../root.mjs";

const { makeTemplate } = await linuxInQemu();
const template = await makeTemplate();

/**
 * @param {import('../cases.mjs').Case} testCase
 * @param {number} timeoutMs
 * @returns {Promise<import('../cases.mjs').Outcome>}
 */
export async function runCase(testCase, timeoutMs) {
  const { stdout, stderr, exitCode } = await template.run({
    argv: testCase.argv,
    env: ENV,
    cwd: CWD,
    files: testCase.files.map(({ guestPath, bytes, mode }) => ({ path: guestPath, bytes, mode })),
    stdin: testCase.stdin,
    timeoutMs,
  });
  return { stdout, stderr, status: exitCode };
}
