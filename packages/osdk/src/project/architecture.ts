// SPDX-License-Identifier: MPL-2.0

import { OsdkError } from "../errors.ts";
import { ExitCode } from "../exit-codes.ts";
import { ARCHITECTURES, type Architecture, type BootMethod } from "../manifest/values.ts";

/** Names of the host's architecture as Node tells them. */
const NODE_NAMES: Readonly<Record<string, Architecture>> = {
  x64: "x86_64",
  arm64: "aarch64",
  riscv64: "riscv64",
  loong64: "loongarch64",
};

export interface ArchitectureRequest {
  /** Value of `--target-arch`. */
  readonly option: string | undefined;
  readonly method: BootMethod;
  readonly supported: readonly Architecture[] | undefined;
}

/**
 * The architecture to build for: `--target-arch`, then OSDK_TARGET_ARCH, then the only one that the
 * manifest supports, then the machine's: the built-in one is x86_64, QEMU's is the host's. Throws
 * `OsdkError` where manifest or machine do not have it.
 */
export function targetArchitecture({
  option,
  method,
  supported,
}: ArchitectureRequest): Architecture {
  const wanted = option ?? variable();
  const only = supported?.length === 1 ? supported[0] : undefined;
  const machine = method === "builtin" ? "x86_64" : (NODE_NAMES[process.arch] ?? "x86_64");
  const arch = wanted ?? only ?? machine;
  const known = ARCHITECTURES.find((name) => name === arch);
  if (known === undefined) {
    const expected = ARCHITECTURES.join(", ");
    throw new OsdkError(ExitCode.USAGE, `OSDK_TARGET_ARCH=${arch}: expected one of ${expected}`);
  }
  if (supported?.includes(known) === false) {
    const list = supported.length === 0 ? "none" : supported.join(", ");
    throw new OsdkError(
      ExitCode.MANIFEST,
      `${known} is not among supported_archs, which has ${list}`,
    );
  }
  if (method === "builtin" && known !== "x86_64") {
    throw new OsdkError(
      ExitCode.MANIFEST,
      `the built-in machine is x86_64, and ${known} is wanted; --boot-method qemu-direct is for others`,
    );
  }
  return known;
}

function variable(): string | undefined {
  const value = process.env["OSDK_TARGET_ARCH"];
  return value === undefined || value === "" ? undefined : value;
}
