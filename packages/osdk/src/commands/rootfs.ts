// SPDX-License-Identifier: MPL-2.0

import { OsdkError } from "../errors.ts";
import { ExitCode } from "../exit-codes.ts";
import { buildRoot } from "../rootfs/build-root.ts";

/** `osdk rootfs --packages NAMES OUT`: a root from Debian packages; the exit code. */
export async function rootfs(packages: readonly string[], out: string): Promise<number> {
  const names = packages.flatMap((list) => list.split(/[\s,]+/)).filter((name) => name !== "");
  if (names.length === 0) {
    throw new OsdkError(
      ExitCode.USAGE,
      "--packages: expected names of packages, separated by commas",
    );
  }
  await buildRoot(names, out);
  return ExitCode.SUCCESS;
}
