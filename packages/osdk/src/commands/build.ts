// SPDX-License-Identifier: MPL-2.0

import { relative, resolve } from "node:path";
import { bundleKernel } from "../build/bundle.ts";
import { say } from "../cli/messages.ts";
import type { OptionValues } from "../cli/take-options.ts";
import { OsdkError } from "../errors.ts";
import { ExitCode } from "../exit-codes.ts";
import { prepare } from "../project/prepare.ts";

/** `osdk build`: bundles every project of this place, a kernel or a library. Throws `OsdkError`. */
export async function build(values: OptionValues): Promise<number> {
  const cwd = process.cwd();
  const prepared = await prepare("build", values, cwd);
  const { place, action } = prepared;
  if (place.projects.length === 0) {
    throw new OsdkError(ExitCode.PROJECT, "there is no project here; `osdk new NAME` makes one");
  }
  const output = values.get("output")?.[0];
  for (const project of place.projects) {
    const start = performance.now();
    const bundle = await bundleKernel(project, {
      build: action.build,
      ...(output !== undefined && { outputDirectory: resolve(cwd, output) }),
    });
    const { file, bytes } = bundle;
    const ms = (performance.now() - start).toFixed(0);
    const size = (bytes / 1024).toFixed(1);
    say(
      `built the ${project.type} ${project.name} in ${ms} ms: ${relative(cwd, file)}, ${size} KiB`,
    );
    if (project.type === "kernel" && (action.boot.method ?? "builtin") !== "builtin") {
      const { buildBootable } = await import("../qemu/bootable.ts");
      await buildBootable(project, prepared, bundle);
    }
  }
  return ExitCode.SUCCESS;
}
