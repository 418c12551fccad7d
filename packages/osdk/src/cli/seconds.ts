// SPDX-License-Identifier: MPL-2.0

import { OsdkError } from "../errors.ts";
import { ExitCode } from "../exit-codes.ts";
import type { OptionValues } from "./take-options.ts";

const MAX_SECONDS = 86_400;

/** The value of `--timeout` in milliseconds; undefined when it is not given. Throws `OsdkError`. */
export function timeoutOf(values: OptionValues): number | undefined {
  const text = values.get("timeout")?.[0];
  if (text === undefined) return undefined;
  const seconds = Number(text);
  if (!/^\d+(\.\d+)?$/.test(text) || seconds <= 0 || seconds > MAX_SECONDS) {
    const message = `--timeout ${text}: expected a number of seconds, at most ${MAX_SECONDS}`;
    throw new OsdkError(ExitCode.USAGE, message);
  }
  return seconds * 1000;
}
