// SPDX-License-Identifier: MPL-2.0

import { dirname, resolve } from "node:path";
import { SandboxError } from "@aster/sandbox";
import { parseRunArguments, reportFailure, RUN_USAGE, runCli } from "@aster/sandbox/cli";
import type { RunOptions } from "@aster/sandbox/cli";
import { ExitCode } from "../exit-codes.ts";
import { findManifest } from "../manifest/find.ts";
import { loadManifest } from "../manifest/load.ts";
import { ManifestError } from "../manifest/manifest-error.ts";
import { resolveAction, UnknownSchemeError } from "../manifest/resolve.ts";
import type { ResolvedAction } from "../manifest/resolve.ts";

const MANIFEST_OPTIONS = `  --scheme NAME      a scheme of OSDK.toml
`;

export const HELP: string = RUN_USAGE.replace("aster run", "osdk run").replace(
  "  --help ",
  `${MANIFEST_OPTIONS}  --help `,
);

/** `osdk run`: boots the kernel as OSDK.toml and the arguments say; the exit code. */
export async function run(args: readonly string[]): Promise<number> {
  try {
    const { scheme, rest } = takeScheme(args);
    const options = parseRunArguments(rest);
    if (options === "help") {
      process.stdout.write(HELP);
      return ExitCode.SUCCESS;
    }
    const manifest = findManifest(process.cwd());
    if (manifest === undefined) {
      if (scheme !== undefined) throw new UnknownSchemeError(scheme, []);
      return await runCli(options);
    }
    const action = resolveAction(loadManifest(manifest), "run", scheme);
    return await runAction(action, options, dirname(manifest));
  } catch (error) {
    if (error instanceof ManifestError || error instanceof UnknownSchemeError) {
      process.stderr.write(`${error.message}\n`);
      return ExitCode.MANIFEST;
    }
    return reportFailure(error);
  }
}

/** Takes `--scheme NAME` out of the arguments that stand before `--`. */
function takeScheme(args: readonly string[]): { scheme: string | undefined; rest: string[] } {
  const end = args.indexOf("--");
  const own = end < 0 ? [...args] : args.slice(0, end);
  const command = end < 0 ? [] : args.slice(end);
  let scheme: string | undefined;
  const rest: string[] = [];
  for (let index = 0; index < own.length; index += 1) {
    const argument = own[index] ?? "";
    if (argument === "--scheme") scheme = own[(index += 1)] ?? "";
    else if (argument.startsWith("--scheme=")) scheme = argument.slice("--scheme=".length);
    else rest.push(argument);
  }
  if (scheme === "") throw new SandboxError("bad-option", "--scheme: expected a name");
  return { scheme, rest: [...rest, ...command] };
}

async function runAction(
  action: ResolvedAction,
  options: RunOptions,
  directory: string,
): Promise<number> {
  const method = action.boot.method ?? "builtin";
  if (method !== "builtin") {
    throw new SandboxError(
      "bad-option",
      `boot.method "${method}" needs a bootable image, which this version does not build; ` +
        `use boot.method = "builtin"`,
    );
  }
  const archs = action.supportedArchs;
  if (archs !== undefined && !archs.includes("x86_64")) {
    throw new SandboxError(
      "bad-option",
      `the built-in machine is x86_64, and the scheme supports ${archs.join(", ")} alone`,
    );
  }
  return runCli(mergeManifest(action, options, directory));
}

/** The command line stands above the manifest. */
function mergeManifest(action: ResolvedAction, options: RunOptions, directory: string): RunOptions {
  const { boot } = action;
  const kernelArgs = [...(boot.kcmd_args ?? []), options.kernelArgs ?? ""].join(" ").trim();
  const initramfs =
    options.initramfs ??
    (boot.initramfs === undefined ? undefined : resolve(directory, boot.initramfs));
  return {
    ...options,
    ...(kernelArgs !== "" && { kernelArgs }),
    ...(initramfs !== undefined && { initramfs }),
  };
}
