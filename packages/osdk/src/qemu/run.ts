// SPDX-License-Identifier: MPL-2.0

import { OsdkError } from "../errors.ts";
import { ExitCode } from "../exit-codes.ts";
import { checkGiven } from "./given-files.ts";
import { runKernel } from "./run-kernel.ts";
import { runLinux } from "./run-linux.ts";
import { channelsOf, Session, setUp, type QemuRun } from "./session.ts";
import { showPlan } from "./show-plan.ts";

/** Builds the kernel's image and boots it in QEMU; the exit code. Throws `OsdkError`. */
export async function runInQemu(run: QemuRun): Promise<number> {
  if (run.values.has("watch")) {
    throw new OsdkError(ExitCode.USAGE, "--watch is for the built-in machine");
  }
  checkGiven(run.options);
  const setup = await setUp(run);
  if (run.values.has("dry-run")) {
    await showPlan(run, setup, channelsOf(run, setup));
    return ExitCode.SUCCESS;
  }
  const session = await Session.open(run, setup);
  return run.isLinuxKernel ? runLinux(run, session) : runKernel(run, session);
}
