// SPDX-License-Identifier: MPL-2.0
//
// Runs a case on Aster: a fresh boot of the kernel on the built-in machine.

import { runCommand } from "@aster/sandbox";
import { kernelRules, ScmlAudit } from "@aster/sandbox/scml-audit";

import { CWD, ENV } from "../root.mjs";

/**
 * @param {import('../cases.mjs').Case} testCase
 * @param {number} timeoutMs
 * @returns {Promise<import('../cases.mjs').Outcome>}
 */
export async function runCase(testCase, timeoutMs) {
  const audit = testCase.isAudited ? new ScmlAudit([kernelRules()], () => {}) : undefined;
  const { stdout, stderr, exitCode } = await runCommand({
    argv: testCase.argv,
    env: ENV,
    cwd: CWD,
    files: testCase.files.map(({ guestPath, bytes, mode }) => ({ path: guestPath, bytes, mode })),
    stdin: testCase.stdin,
    ...(testCase.jit && { jit: testCase.jit }),
    ...(testCase.disks && { disks: testCase.disks }),
    ...(audit && { onStrace: audit.write }),
    timeoutMs,
  });
  return { stdout, stderr, status: exitCode, ...(audit && { audit: audit.finish() }) };
}
