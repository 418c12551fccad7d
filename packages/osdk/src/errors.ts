// SPDX-License-Identifier: MPL-2.0

import type { ExitCode } from "./exit-codes.ts";

/** A failure that the user can understand and mend; anything else that is thrown is a bug. */
export class OsdkError extends Error {
  override readonly name: string = "OsdkError";
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode, message: string) {
    super(message);
    this.exitCode = exitCode;
  }
}
