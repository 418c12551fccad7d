// SPDX-License-Identifier: MPL-2.0

import { OsdkError } from "../errors.ts";
import { ExitCode } from "../exit-codes.ts";
import { parseManifest } from "./load.ts";
import { ManifestError } from "./manifest-error.ts";
import type { Manifest } from "./schema.ts";

/**
 * What one `--config KEY=VALUE` says. The value is TOML, or else a string: `boot.method=builtin`,
 * `build.strip_elf=true` and `boot.init_args=["sh"]` all do.
 */
export function manifestOfConfig(assignment: string): Manifest {
  const [, key, value] = /^([\w."-]+)=(.*)$/s.exec(assignment) ?? [];
  if (key === undefined || value === undefined) {
    throw new OsdkError(ExitCode.USAGE, `--config ${assignment}: expected KEY=VALUE`);
  }
  const place = `--config ${assignment}`;
  const texts = [`${key} = ${value}\n`, `${key} = ${JSON.stringify(value)}\n`];
  let failure: unknown;
  for (const text of texts) {
    try {
      return parseManifest(text, place);
    } catch (error) {
      if (!(error instanceof ManifestError)) throw error;
      // What is no TOML is a string; what is TOML of a wrong type is told as such.
      const isSyntax = error.complaints.some(({ message }) => message.startsWith("not valid TOML"));
      failure ??= error;
      if (!isSyntax) failure = error;
      if (!isSyntax) break;
    }
  }
  const [complaint] = failure instanceof ManifestError ? failure.complaints : [];
  throw new OsdkError(ExitCode.USAGE, `${place}: ${complaint?.message ?? "can not be used"}`);
}
