// SPDX-License-Identifier: MPL-2.0

import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { OsdkError } from "../errors.ts";
import { ExitCode } from "../exit-codes.ts";
import { findPlace, type Project } from "../project/project.ts";

/** A tool of the project's own, from its or a folder above's node_modules. */
interface Tool {
  /** The packages that have it, the first that is installed. */
  readonly packages: readonly string[];
  readonly bin: string;
}

const TSC: Tool = { packages: ["@typescript/native", "typescript"], bin: "tsc" };
const ESLINT: Tool = { packages: ["eslint"], bin: "eslint" };

/** `osdk check`: checks the types of every project of this place. Throws `OsdkError`. */
export async function check(args: readonly string[]): Promise<number> {
  return runForEach(TSC, (project) => {
    const isBuilt = /"composite"\s*:\s*true/.test(tsconfigOf(project));
    return isBuilt ? ["-b", ...args] : ["--noEmit", "-p", ".", ...args];
  });
}

/** `osdk lint`: checks that every project of this place is safe TypeScript. Throws `OsdkError`. */
export async function lint(args: readonly string[]): Promise<number> {
  return runForEach(ESLINT, () => [...args, "."]);
}

/** Our own packages share one configuration, whose options stand in a base file. */
function tsconfigOf(project: Project): string {
  const file = join(project.directory, "tsconfig.json");
  if (!existsSync(file)) {
    const message = `${project.name} has no tsconfig.json; \`osdk new\` shows what it may look like`;
    throw new OsdkError(ExitCode.PROJECT, message);
  }
  const text = readFileSync(file, "utf8");
  const base = /"extends"\s*:\s*"(\.[^"]+)"/.exec(text)?.[1];
  const baseFile = base === undefined ? undefined : join(project.directory, base);
  return baseFile !== undefined && existsSync(baseFile)
    ? text + readFileSync(baseFile, "utf8")
    : text;
}

async function runForEach(tool: Tool, argsOf: (project: Project) => string[]): Promise<number> {
  const { projects } = findPlace(process.cwd());
  if (projects.length === 0) {
    throw new OsdkError(ExitCode.PROJECT, "there is no project here; `osdk new NAME` makes one");
  }
  const { execa } = await import("execa");
  let hasFailed = false;
  for (const project of projects) {
    const program = findTool(tool, project);
    const result = await execa(process.execPath, [program, ...argsOf(project)], {
      cwd: project.directory,
      stdio: "inherit",
      reject: false,
    });
    hasFailed ||= result.failed;
  }
  return hasFailed ? ExitCode.FAILURE : ExitCode.SUCCESS;
}

function findTool({ packages, bin }: Tool, project: Project): string {
  const require = createRequire(join(project.directory, "package.json"));
  for (const name of packages) {
    for (const place of require.resolve.paths(name) ?? []) {
      const file = join(place, name, "package.json");
      if (!existsSync(file)) continue;
      const json = JSON.parse(readFileSync(file, "utf8")) as { bin?: Record<string, string> };
      const program = json.bin?.[bin];
      if (program !== undefined) return join(dirname(file), program);
    }
  }
  const name = packages.at(-1) ?? "";
  const message = `${bin} is not installed for ${project.name}; run: pnpm add -D ${name}`;
  throw new OsdkError(ExitCode.NOT_FOUND, message);
}
