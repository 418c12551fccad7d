// SPDX-License-Identifier: MPL-2.0

import { readFileSync } from "node:fs";
import { SandboxError } from "../errors.ts";
import { describe } from "../host-error.ts";

/** NAME=VALUE as it was given on the command line. */
export function splitVariable(assignment: string): [name: string, value: string] {
  const equals = assignment.indexOf("=");
  return [assignment.slice(0, equals), assignment.slice(equals + 1)];
}

/** Throws `SandboxError`. */
export function readInitramfs(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    const why = describe(error);
    throw new SandboxError("initramfs-unusable", `cannot read the initramfs ${path}: ${why}`);
  }
}
