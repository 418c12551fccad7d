// SPDX-License-Identifier: MPL-2.0
//
// Runs a case through the API of @aster/sandbox: a fresh system in a worker, and one command in it.

import { boot } from "@aster/sandbox";

import { CWD, ENV } from "../root.mjs";

/**
 * @param {import('../cases.mjs').Case} testCase
 * @param {number} timeoutMs
 * @returns {Promise<import('../cases.mjs').Outcome>}
 */
export async function runCase(testCase, timeoutMs) {
  const system = await boot({
    files: testCase.files.map(({ guestPath, bytes, mode }) => ({ path: guestPath, bytes, mode })),
    limits: { timeMs: timeoutMs },
  });
  try {
    const { stdout, stderr, exitCode } = await system.exec(testCase.argv, {
      cwd: CWD,
      env: ENV,
      encoding: "bytes",
      ...(testCase.stdin && { stdin: testCase.stdin }),
    });
    return { stdout, stderr, status: exitCode };
  } finally {
    await system.close();
  }
}
