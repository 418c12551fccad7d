// SPDX-License-Identifier: MPL-2.0

export type BuildErrorCode =
  | "tools-missing"
  | "engine-missing"
  | "tool-failed"
  | "bundle-failed"
  | "interrupted";

/** An image could not be built, for a reason that its message tells. */
export class BuildError extends Error {
  readonly code: BuildErrorCode;

  constructor(code: BuildErrorCode, message: string) {
    super(message);
    this.name = "BuildError";
    this.code = code;
  }
}
