// SPDX-License-Identifier: MPL-2.0

import type { OptionValues } from "../cli/take-options.ts";
import { OsdkError } from "../errors.ts";
import { ExitCode } from "../exit-codes.ts";
import type { ProjectType } from "../project/project.ts";

export interface NewOptions {
  readonly name: string;
  readonly type: ProjectType;
  /** A folder of tarballs to take our packages from. */
  readonly packages: string | undefined;
}

/** What the options of `osdk new` say. Throws `OsdkError`. */
export function newOptions(name: string, options: OptionValues): NewOptions {
  const given = ["kernel", "library", "type"].filter((option) => options.has(option));
  if (given.length > 1) {
    const list = given.map((option) => `--${option}`).join(" and ");
    throw new OsdkError(ExitCode.USAGE, `${list} exclude each other (see: osdk help new)`);
  }
  const isKernel = options.has("kernel") || options.get("type")?.[0] === "kernel";
  return {
    name,
    type: isKernel ? "kernel" : "library",
    packages: options.get("packages")?.[0],
  };
}
