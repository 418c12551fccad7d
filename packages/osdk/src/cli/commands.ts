// SPDX-License-Identifier: MPL-2.0

import {
  BUILD_OPTIONS,
  MANIFEST_OPTIONS,
  NEW_OPTIONS,
  ROOTFS_OPTIONS,
  RUN_OPTIONS,
  TEST_OPTIONS,
  type OptionSpec,
} from "./options.ts";
import { SANDBOX_OPTIONS } from "./sandbox-options.ts";

/** A command: what parsing, help and completion need to know of it. */
export interface CommandSpec {
  readonly name: string;
  readonly aliases?: readonly string[];
  /** What stands behind `osdk NAME` in the line "Usage:". */
  readonly usage: string;
  /** Operands as yargs writes them: `<NAME>` must stand, `[NAME]` may. */
  readonly operands: readonly string[];
  readonly about: string;
  /** What there is to say besides. */
  readonly details?: string;
  readonly options: readonly OptionSpec[];
  /** Where operands that are not ours go. */
  readonly tool?: string;
  readonly examples: readonly string[];
}

export const SHELLS = ["bash", "zsh", "fish"] as const;

export const COMMANDS: readonly CommandSpec[] = [
  {
    name: "new",
    usage: "[--kernel | --library] NAME",
    operands: ["<NAME>"],
    about: "make a project in a folder of its name",
    options: NEW_OPTIONS,
    examples: ["osdk new --kernel myos", "osdk new mylib"],
  },
  {
    name: "build",
    usage: "[OPTIONS]",
    operands: [],
    about: "bundle the projects here",
    options: [...BUILD_OPTIONS, ...MANIFEST_OPTIONS],
    examples: ["osdk build --release", "osdk build --output out"],
  },
  {
    name: "run",
    usage: "[OPTIONS] [-- CMD ARGS...]",
    operands: [],
    about: "boot the kernel here, or the Linux-compatible one with a shell",
    details:
      "In a project or its workspace: boots its kernel, with CMD as arguments of its init. Elsewhere,\n" +
      "and in Aster's own checkout: boots the Linux-compatible kernel to a shell, or to run CMD.\n" +
      "The exit code is the guest's; 125 for failures of osdk.",
    options: [...RUN_OPTIONS, ...SANDBOX_OPTIONS, ...MANIFEST_OPTIONS],
    examples: ["osdk run --watch", "osdk run -- uname -a", "osdk run --scheme microvm --dry-run"],
  },
  {
    name: "test",
    usage: "[NAME] [OPTIONS]",
    operands: ["[NAME]"],
    about: "run the kernel-mode tests here, or those whose names contain NAME",
    options: [...TEST_OPTIONS, ...MANIFEST_OPTIONS],
    examples: ["osdk test", "osdk test memory --timeout 5 --junit report.xml"],
  },
  {
    name: "check",
    usage: "[ARGS OF TSC...]",
    operands: [],
    about: "check the types of the projects here",
    options: [],
    tool: "tsc",
    examples: ["osdk check", "osdk check --pretty false"],
  },
  {
    name: "lint",
    aliases: ["clippy"],
    usage: "[ARGS OF ESLINT...]",
    operands: [],
    about: "check that the projects here are safe TypeScript",
    options: [],
    tool: "eslint",
    examples: ["osdk lint", "osdk lint --fix"],
  },
  {
    name: "rootfs",
    usage: "--packages NAME,NAME... OUT",
    operands: ["<OUT>"],
    about: "make a root for `run --root` from Debian packages, without root's rights",
    options: ROOTFS_OPTIONS,
    examples: ["osdk rootfs --packages bash,coreutils root"],
  },
  {
    name: "doctor",
    usage: "",
    operands: [],
    about: "tell which programs are there, and what missing ones are for",
    options: [],
    examples: ["osdk doctor"],
  },
  {
    name: "completion",
    usage: "[bash | zsh | fish]",
    operands: ["[SHELL]"],
    about: "print a script that completes commands, options and values",
    details: "Without a name the shell is the one in the variable SHELL.",
    options: [],
    examples: [
      "osdk completion bash >> ~/.bashrc",
      "osdk completion zsh >> ~/.zshrc",
      "osdk completion fish > ~/.config/fish/completions/osdk.fish",
    ],
  },
  {
    name: "help",
    usage: "[COMMAND]",
    operands: ["[COMMAND]"],
    about: "tell all commands, or one with its options",
    options: [],
    examples: ["osdk help run"],
  },
];

/** The command that is called `name`, or has it as another name. */
export function findCommand(name: string | undefined): CommandSpec | undefined {
  return COMMANDS.find(
    (command) =>
      command.name === name || (name !== undefined && command.aliases?.includes(name) === true),
  );
}
