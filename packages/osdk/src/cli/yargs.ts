// SPDX-License-Identifier: MPL-2.0

import { RUN_USAGE } from "@aster/sandbox/cli";
import yargs, { type Argv } from "yargs";
import { OsdkError } from "../errors.ts";
import { ExitCode } from "../exit-codes.ts";
import { BUILD_OPTIONS, MANIFEST_OPTIONS, RUN_OPTIONS, TEST_OPTIONS } from "./options.ts";
import type { OptionSpec } from "./options.ts";
import { takeOptions, type OptionValues } from "./take-options.ts";

/** What a command line asks for, when it is not for help. */
interface Outcome {
  exitCode: number;
}

type Handler = (argv: Readonly<Record<string, unknown>>) => number | Promise<number>;

const WIDTH = 100;

/**
 * All commands but the fast path of `run`: yargs checks, helps, completes and guesses what was
 * meant. `args` are the words after the program's name; the exit code comes back.
 */
export async function runCommandLine(args: readonly string[], version: string): Promise<number> {
  const outcome: Outcome = { exitCode: ExitCode.SUCCESS };
  const parser = createParser(args, version, outcome);
  await parser.parseAsync([...args]);
  return outcome.exitCode;
}

function createParser(args: readonly string[], version: string, outcome: Outcome): Argv {
  const given = (specs: readonly OptionSpec[]): OptionValues =>
    takeOptions(args.slice(1), specs).values;
  const handle =
    (handler: Handler) =>
    async (argv: Readonly<Record<string, unknown>>): Promise<void> => {
      outcome.exitCode = await handler(argv);
    };
  const buildOptions = [...BUILD_OPTIONS, ...MANIFEST_OPTIONS];
  const testOptions = [...TEST_OPTIONS, ...MANIFEST_OPTIONS];
  return yargs()
    .scriptName("osdk")
    .usage("Usage: $0 COMMAND [OPTIONS]\n\nCreates, builds, runs and tests kernels.")
    .parserConfiguration({
      "camel-case-expansion": false,
      "dot-notation": false,
      "boolean-negation": false,
      "populate--": true,
      "parse-numbers": false,
      "parse-positional-numbers": false,
    })
    .command(
      "new <NAME>",
      "make a project in a folder of its name",
      (y) =>
        y
          .usage("Usage: $0 new [--kernel | --library] NAME")
          .positional("NAME", { type: "string", demandOption: true })
          .option("kernel", { type: "boolean", describe: "a kernel, which can be run" })
          .option("library", {
            alias: "lib",
            type: "boolean",
            describe: "a library for kernels (default)",
          })
          .option("type", { alias: "t", choices: ["kernel", "library", "lib"], requiresArg: true })
          .option("packages", {
            type: "string",
            requiresArg: true,
            describe: "a folder of tarballs to take Aster's packages from",
          })
          .conflicts({ kernel: ["library", "type"], library: "type" }),
      handle(async ({ NAME, kernel, type, packages }) => {
        const { createProject } = await import("../commands/new.ts");
        const isKernel = kernel === true || type === "kernel";
        return createProject(
          {
            name: String(NAME),
            type: isKernel ? "kernel" : "library",
            packages: typeof packages === "string" ? packages : undefined,
          },
          process.cwd(),
        );
      }),
    )
    .command(
      "build",
      "bundle the projects here",
      (y) => addOptions(y.usage("Usage: $0 build [OPTIONS]"), buildOptions),
      handle(async () => (await import("../commands/build.ts")).build(given(buildOptions))),
    )
    .command(
      "run [-- CMD..]",
      "boot the kernel here, or the Linux-compatible one with a shell",
      (y) =>
        addOptions(y.usage(runUsage()), [...RUN_OPTIONS, ...sandboxOptions(), ...MANIFEST_OPTIONS]),
      handle(async () => (await import("../commands/run.ts")).run(args.slice(1))),
    )
    .command(
      "test [NAME]",
      "run the kernel-mode tests here whose names contain NAME",
      (y) =>
        addOptions(y.usage("Usage: $0 test [NAME] [OPTIONS]"), testOptions).positional("NAME", {
          type: "string",
          describe: "runs only tests with this text in their names",
        }),
      handle(async ({ NAME }) => {
        const { test } = await import("../commands/test.ts");
        return test(typeof NAME === "string" ? NAME : undefined, given(testOptions));
      }),
    )
    .command(
      "check [ARGS..]",
      "check the types of the projects here",
      (y) => y.usage("Usage: $0 check [-- ARGS OF TSC]"),
      handle(async (argv) => (await import("../commands/check.ts")).check(passedOn(argv))),
    )
    .command(
      ["lint [ARGS..]", "clippy"],
      "check that the projects here are safe TypeScript",
      (y) => y.usage("Usage: $0 lint [-- ARGS OF ESLINT]"),
      handle(async (argv) => (await import("../commands/check.ts")).lint(passedOn(argv))),
    )
    .command(
      "rootfs <OUT>",
      "make a root for `run --root` from Debian packages, without root's rights",
      (y) =>
        y
          .usage("Usage: $0 rootfs --packages NAME,NAME... OUT")
          .positional("OUT", { type: "string", demandOption: true, describe: "the folder to make" })
          .option("packages", {
            type: "string",
            array: true,
            nargs: 1,
            requiresArg: true,
            demandOption: "expected --packages NAME,NAME...",
            describe: "packages, to which all that they depend on is added; repeatable",
          }),
      handle(async ({ OUT, packages }) => {
        const { rootfs } = await import("../commands/rootfs.ts");
        return rootfs([packages].flat().map(String), String(OUT));
      }),
    )
    .command(
      "doctor",
      "tell which programs are there, and what missing ones are for",
      (y) => y.usage("Usage: $0 doctor"),
      handle(async () => (await import("../commands/doctor.ts")).doctor()),
    )
    .completion("completion", "print a script that completes commands in bash or zsh")
    .demandCommand(1, "expected a command")
    .strict()
    .recommendCommands()
    .help("help")
    .alias("help", "h")
    .version(version)
    .wrap(WIDTH)
    .exitProcess(false)
    .fail((message: string | null, error: Error | undefined) => {
      // yargs throws some of its complaints and tells the others.
      if (error !== undefined && error.name !== "YError") throw error;
      const what = complaintOf(message ?? error?.message ?? "wrong usage", args);
      throw new OsdkError(ExitCode.USAGE, `${what} (see osdk help)`);
    });
}

/** What yargs complains of, with what was given. */
function complaintOf(message: string, args: readonly string[]): string {
  const [command = ""] = args;
  if (message === `Unknown argument: ${command}`) return `unknown command "${command}"`;
  if (message.startsWith("Did you mean")) return `unknown command "${command}". ${message}`;
  if (message.startsWith("Not enough non-option arguments")) return "expected a NAME";
  return message;
}

function passedOn(argv: Readonly<Record<string, unknown>>): string[] {
  const words = [argv["ARGS"], argv["--"]].filter(Array.isArray).flat();
  return words.map(String);
}

function addOptions(parser: Argv, specs: readonly OptionSpec[]): Argv {
  for (const { name, value, choices, isList, about } of specs) {
    parser.option(name, {
      describe: value === undefined || choices !== undefined ? about : `${about}`,
      ...(value === undefined
        ? { type: "boolean" }
        : { type: "string", requiresArg: true, ...(isList === true && { array: false }) }),
      ...(choices !== undefined && { choices }),
    });
  }
  return parser;
}

/** Options of `run` that the sandbox reads, from its own help text. */
export function sandboxOptions(): OptionSpec[] {
  const known = new Set([...MANIFEST_OPTIONS, ...RUN_OPTIONS].map(({ name }) => name));
  const lines = RUN_USAGE.matchAll(/^ {2}--([a-z-]+)(\[?[= ]\S+)? {2,}(.*)$/gm);
  return [...lines]
    .map(([, name = "", value, about = ""]): OptionSpec => ({
      name,
      about,
      ...(value?.startsWith(" ") === true && { value: value.trim() }),
    }))
    .filter(({ name }) => !known.has(name) && name !== "help");
}

function runUsage(): string {
  return `Usage: $0 run [OPTIONS] [-- CMD ARGS...]

In a project or its workspace: boots its kernel, with CMD as arguments of its init. Elsewhere,
and in Aster's own checkout: boots the Linux-compatible kernel to a shell, or to run CMD.
The exit code is the guest's; 125 for failures of osdk.`;
}
