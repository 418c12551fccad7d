// SPDX-License-Identifier: MPL-2.0

import { OsdkError } from "../errors.ts";
import { ExitCode } from "../exit-codes.ts";
import { describeFileError, isFileError } from "../files.ts";

/** Tells something on standard error. */
export function say(message: string): void {
  process.stderr.write(`osdk: ${message}\n`);
}

/** Tells a failure on standard error; the exit code for it. */
export function tell(error: unknown): number {
  if (error instanceof OsdkError) {
    say(error.message);
    return error.exitCode;
  }
  if (error instanceof Error && error.name === "ManifestError") {
    process.stderr.write(`${error.message}\n`);
    return ExitCode.MANIFEST;
  }
  if (error instanceof Error && error.name === "SandboxError") {
    say(error.message);
    return ExitCode.USAGE;
  }
  if (isFileError(error)) {
    say(describeFileError(error));
    return ExitCode.EXECUTE;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  say(`internal error: ${text}`);
  return ExitCode.FAILURE;
}
