// SPDX-License-Identifier: MPL-2.0

/** Whether `--help` stands before any `--`, behind which a guest's own arguments are. */
export function asksForHelp(args: readonly string[]): boolean {
  const end = args.indexOf("--");
  const own = end < 0 ? args : args.slice(0, end);
  return own.includes("--help") || own.includes("-h");
}
