// SPDX-License-Identifier: MPL-2.0

import { resolve } from "node:path";
import { parseRunArguments, runCli } from "@aster/sandbox/cli-run";
import type { RunOptions } from "@aster/sandbox/cli-run";
import { tell } from "../cli/messages.ts";
import { MANIFEST_OPTIONS, RUN_OPTIONS } from "../cli/options.ts";
import type { OptionSpec } from "../cli/options.ts";
import { timeoutOf } from "../cli/seconds.ts";
import { takeOptions, type OptionValues } from "../cli/take-options.ts";
import { OsdkError } from "../errors.ts";
import { ExitCode } from "../exit-codes.ts";
import { prepare, type Prepared } from "../project/prepare.ts";
import { theKernel } from "../project/project.ts";
import { mergeGuest } from "../run/guest.ts";

/** For `run --watch`, which starts processes ahead of their boot. */
const STANDBY: OptionSpec = { name: "standby", about: "waits to be told what to boot" };

/** `osdk run`: boots the kernel as OSDK.toml and the arguments say; the exit code. */
export async function run(args: readonly string[]): Promise<number> {
  try {
    const { values, rest } = takeOptions(args, [...MANIFEST_OPTIONS, ...RUN_OPTIONS, STANDBY]);
    const guest = parseRunArguments(rest);
    // `main` answers --help itself.
    if (guest === "help") return ExitCode.SUCCESS;
    if (values.has(STANDBY.name) && process.send !== undefined) {
      const { standBy } = await import("../run/standby.ts");
      values.set("bundle", [await standBy()]);
    }
    const prepared = await prepare("run", values, process.cwd());
    return await runPrepared(prepared, guest, values, args);
  } catch (error) {
    // The guest's exit codes may be anything else.
    tell(error);
    return ExitCode.RUN;
  }
}

async function runPrepared(
  prepared: Prepared,
  guest: RunOptions,
  values: OptionValues,
  args: readonly string[],
): Promise<number> {
  const { place, action } = prepared;
  const project =
    place.projects.length === 0 && place.manifest === undefined
      ? undefined
      : theKernel(place.projects, place.workspace?.directory ?? process.cwd());
  const isLinuxKernel = project === undefined || project.packageJson.name === "@aster/kernel";
  const options = mergeGuest(action, guest, prepared.manifestDirectory, isLinuxKernel);
  if ((action.boot.method ?? "builtin") !== "builtin") {
    const { runInQemu } = await import("../qemu/run.ts");
    return await runInQemu({ prepared, project, isLinuxKernel, options, values });
  }
  if (values.has("dry-run")) {
    const { describeBoot } = await import("../run/describe.ts");
    process.stdout.write(describeBoot(project, options));
    return ExitCode.SUCCESS;
  }
  const timeoutMs = timeoutOf(values);
  if (timeoutMs !== undefined) {
    if (values.has("watch")) {
      throw new OsdkError(ExitCode.USAGE, "--watch and --timeout exclude each other");
    }
    const { supervise } = await import("../run/supervise.ts");
    return supervise(args, timeoutMs);
  }
  if (values.has("watch")) {
    if (project === undefined) {
      throw new OsdkError(ExitCode.PROJECT, "--watch needs a project; there is no source here");
    }
    const { watch } = await import("../run/watch.ts");
    return watch(project, action.build, args);
  }
  const bundle = values.get("bundle")?.[0];
  if (!isLinuxKernel) {
    const { runProject } = await import("../run/run-project.ts");
    return runProject(project, { build: action.build, options, bundle });
  }
  if (bundle === undefined) return runCli(options);
  const { loadKernel } = await import("../run/load-kernel.ts");
  return runCli({ ...options, kernel: await loadKernel(resolve(bundle), bundle) });
}
