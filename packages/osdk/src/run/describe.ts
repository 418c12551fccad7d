// SPDX-License-Identifier: MPL-2.0

import { relative } from "node:path";
import type { RunOptions } from "@aster/sandbox/cli";
import type { Project } from "../project/project.ts";
import { kernelArguments } from "./guest.ts";

/** What a boot on the built-in machine would do, by lines of `NAME: VALUE`. */
export function describeBoot(project: Project | undefined, options: RunOptions): string {
  const entry = project === undefined ? "@aster/kernel" : relative(process.cwd(), project.entry);
  const lines = [
    ["machine", "builtin, x86_64"],
    ["kernel", entry],
    ["memory", `${options.memoryMiB ?? 256} MiB`],
    ["jit", options.jit ?? ""],
    ["kernel arguments", kernelArguments(options)],
    ["initramfs", options.initramfs ?? ""],
    ["disks", (options.disks ?? []).join(" ")],
  ];
  return lines
    .filter(([, value]) => value !== "")
    .map(([name, value]) => `${name}: ${value}\n`)
    .join("");
}
