// SPDX-License-Identifier: MPL-2.0

/** Exit codes of OSDK's own failures; `run -- CMD` passes on the command's own code instead. */
export const ExitCode = {
  SUCCESS: 0,
  /** The command line is wrong. */
  USAGE: 2,
  /** The manifest can not be read or is wrong. */
  MANIFEST: 5,
  /** `run` failed before or beside the guest's command. */
  RUN: 125,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];
