// SPDX-License-Identifier: MPL-2.0
//
// Runs a case on Aster in QEMU: a fresh boot of the same kernel on bare x86-64.

import { linuxInQemu } from "@aster/osdk";
import { runCommandOn } from "@aster/sandbox/cli";

import { CWD, ENV } from "../root.mjs";

/** Built once a worker; the image is shared. */
const { start } = await linuxInQemu();

/**
 * @param {import('../cases.mjs').Case} testCase
 * @param {number} timeoutMs
 * @returns {Promise<import('../cases.mjs').Outcome>}
 */
export async function runCase(testCase, timeoutMs) {
  const { stdout, stderr, exitCode } = await runCommandOn(start, {
    argv: testCase.argv,
    env: ENV,
    cwd: CWD,
    files: testCase.files.map(({ guestPath, bytes, mode }) => ({ path: guestPath, bytes, mode })),
    stdin: testCase.stdin,
    timeoutMs,
  });
  return { stdout, stderr, status: exitCode };
}
