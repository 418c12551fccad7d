// SPDX-License-Identifier: MPL-2.0
//
// Runs a case on Aster: a fresh boot of the kernel on the built-in machine. Afterwards the kernel's state
// is looked through (state/check.mjs).

import { runCommand } from "@aster/sandbox";
import { kernelRules, ScmlAudit } from "@aster/sandbox/scml-audit";

import { CWD, ENV } from "../root.mjs";
import { CheckedKernel } from "../state/check.mjs";

/** What is left of a system that ran nothing, by whether its calls were traced. */
/** @type {Map<boolean, import("@aster/kernel/inspect").Remains>} */
const baselines = new Map();

/** @param {boolean} isTraced */
async function baselineOf(isTraced) {
  let baseline = baselines.get(isTraced);
  if (baseline === undefined) {
    const checked = new CheckedKernel();
    const trace = isTraced ? { onStrace: () => {} } : {};
    await runCommand({ argv: ["true"], kernel: checked.kernel, ...trace });
    baseline = checked.remains;
    if (baseline === undefined) throw new Error("the kernel was left without a look into it");
    baselines.set(isTraced, baseline);
  }
  return baseline;
}

/**
 * @param {import('../cases.mjs').Case} testCase
 * @param {number} timeoutMs
 * @returns {Promise<import('../cases.mjs').Outcome>}
 */
export async function runCase(testCase, timeoutMs) {
  const audit = testCase.isAudited ? new ScmlAudit([kernelRules()], () => {}) : undefined;
  const baseline = await baselineOf(audit !== undefined);
  const checked = new CheckedKernel();
  const { stdout, stderr, exitCode } = await runCommand({
    kernel: checked.kernel,
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
  return {
    stdout,
    stderr,
    status: exitCode,
    problems: checked.problems(baseline),
    ...(audit && { audit: audit.finish() }),
  };
}
