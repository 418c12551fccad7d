// SPDX-License-Identifier: MPL-2.0

import { resolve } from "node:path";
import { parseRunArguments, runCli, runKept } from "@aster/sandbox/cli-run";
import type { RunOptions } from "@aster/sandbox/cli-run";
import { tell } from "../cli/messages.ts";
import { MANIFEST_OPTIONS, RUN_OPTIONS } from "../cli/options.ts";
import type { OptionSpec } from "../cli/options.ts";
import { timeoutOf } from "../cli/seconds.ts";
import { takeOptions, type OptionValues } from "../cli/take-options.ts";
import { OsdkError } from "../errors.ts";
import { ExitCode } from "../exit-codes.ts";
import { prepare, type Prepared } from "../project/prepare.ts";
import { theKernel, type Project } from "../project/project.ts";
import { mergeGuest } from "../run/guest.ts";

/** For `run --watch`, which starts processes ahead of their boot. */
const STANDBY: OptionSpec = { name: "standby", about: "waits to be told what to boot" };

/** What is to be booted, as the arguments and OSDK.toml say. */
interface Asked {
  readonly prepared: Prepared;
  readonly project: Project | undefined;
  readonly isLinuxKernel: boolean;
  /** Of the guest. */
  readonly options: RunOptions;
  readonly values: OptionValues;
}

/** `osdk run`: boots the kernel as OSDK.toml and the arguments say; the exit code. */
export async function run(args: readonly string[]): Promise<number> {
  try {
    const { values, guest } = parse(args);
    // `main` answers --help itself.
    if (guest === "help") return ExitCode.SUCCESS;
    if (values.has(STANDBY.name) && process.send !== undefined) {
      const { standBy } = await import("../run/standby.ts");
      values.set("bundle", [await standBy()]);
    }
    return await boot(await understand(values, guest), args);
  } catch (error) {
    // The guest's exit codes may be anything else.
    tell(error);
    return ExitCode.RUN;
  }
}

/**
 * `run` where nothing is asked for but our own kernel on the built-in machine, and code of that was kept; undefined, and nothing is done, where
 * that is not so, or where something is wrong: then `run` does it, or tells it. This is what there is a bundle of
 * (plain-run.ts).
 */
export async function runPlainly(args: readonly string[]): Promise<number | undefined> {
  let asked: Asked;
  try {
    const { values, guest } = parse(args);
    if (guest === "help" || values.has(STANDBY.name)) return undefined;
    asked = await understand(values, guest);
  } catch {
    return undefined;
  }
  return isPlain(asked) ? runKept(asked.options) : undefined;
}

function parse(args: readonly string[]) {
  const { values, rest } = takeOptions(args, [...MANIFEST_OPTIONS, ...RUN_OPTIONS, STANDBY]);
  return { values, guest: parseRunArguments(rest) };
}

async function understand(values: OptionValues, guest: RunOptions): Promise<Asked> {
  const prepared = await prepare("run", values, process.cwd());
  const { place, action } = prepared;
  const project =
    place.projects.length === 0 && place.manifest === undefined
      ? undefined
      : theKernel(place.projects, place.workspace?.directory ?? process.cwd());
  const isLinuxKernel = project === undefined || project.packageJson.name === "@aster/kernel";
  const options = mergeGuest(action, guest, prepared.manifestDirectory, isLinuxKernel);
  return { prepared, project, isLinuxKernel, options, values };
}

function isPlain({ prepared, isLinuxKernel, values }: Asked): boolean {
  const isElsewhere = ["dry-run", "timeout", "watch", "bundle"].some((name) => values.has(name));
  return isLinuxKernel && !isElsewhere && isBuiltin(prepared);
}

function isBuiltin({ action }: Prepared): boolean {
  return (action.boot.method ?? "builtin") === "builtin";
}

async function boot(asked: Asked, args: readonly string[]): Promise<number> {
  if (isPlain(asked)) return runCli(asked.options);
  const { prepared, project, isLinuxKernel, options, values } = asked;
  const { action } = prepared;
  if (!isBuiltin(prepared)) {
    const { runInQemu } = await import("../qemu/run.ts");
    return await runInQemu(asked);
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
  if (project !== undefined && !isLinuxKernel) {
    const { runProject } = await import("../run/run-project.ts");
    return runProject(project, { build: action.build, options, bundle });
  }
  if (bundle === undefined) return runCli(options);
  const { loadKernel } = await import("../run/load-kernel.ts");
  return runCli({ ...options, kernel: await loadKernel(resolve(bundle), bundle) });
}
