// SPDX-License-Identifier: MPL-2.0

import { existsSync, lstatSync, readFileSync, realpathSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { OsdkError } from "../errors.ts";
import { ExitCode } from "../exit-codes.ts";
import { MANIFEST_NAME } from "../manifest/manifest-file.ts";
import { readPackageJson, type PackageJson } from "./package-json.ts";
import { findWorkspace, isMember, memberDirectories, type Workspace } from "./workspace.ts";

export type ProjectType = "kernel" | "library";

/** A package that OSDK builds: a kernel, or a library for kernels. */
export interface Project {
  readonly directory: string;
  readonly packageJson: PackageJson;
  /** The package's name without its scope: names the files of the build. */
  readonly name: string;
  /** The source file that a build starts from. */
  readonly entry: string;
  /** As the entry tells; the manifest's `project_type` stands above it. */
  readonly type: ProjectType;
}

/** What a command acts on. */
export interface Place {
  /** The one project, or those of the workspace whose root the caller is in. */
  readonly projects: readonly Project[];
  /** The manifest that holds: the project's own, or else the workspace's. */
  readonly manifest: string | undefined;
  readonly workspace: Workspace | undefined;
}

/** Where a project's code may start, the first that exists. */
const ENTRIES = ["src/main.ts", "src/index.ts", "src/lib.ts"];

/**
 * Finds what commands in `directory` act on; without any project there the list is empty. A
 * package is a project when it has an OSDK.toml of its own, or when it is one of its workspace's
 * members with code on OSTD (or in `osdk.members` of the root's package.json).
 */
export function findPlace(directory: string): Place {
  const packageDirectory = nearest(directory, "package.json");
  const workspace = findWorkspace(directory);
  const root = workspace?.directory;
  const shared = root === undefined ? undefined : existing(join(root, MANIFEST_NAME));
  if (packageDirectory !== undefined && packageDirectory !== root) {
    const own = existing(join(packageDirectory, MANIFEST_NAME));
    if (own !== undefined) {
      return { projects: [requireProject(packageDirectory)], manifest: own, workspace };
    }
    if (workspace !== undefined && shared !== undefined) {
      const members = workspaceProjects(workspace);
      const project = members.find((member) => member.directory === packageDirectory);
      if (project !== undefined) return { projects: [project], manifest: shared, workspace };
    }
  }
  if (workspace !== undefined && shared !== undefined) {
    return { projects: workspaceProjects(workspace), manifest: shared, workspace };
  }
  if (packageDirectory !== undefined && packageDirectory === root) {
    const projects = workspace === undefined ? [] : workspaceProjects(workspace);
    return { projects, manifest: undefined, workspace };
  }
  if (existing(join(directory, MANIFEST_NAME)) !== undefined) {
    throw new OsdkError(
      ExitCode.PROJECT,
      `${directory} has ${MANIFEST_NAME}, but no package.json that makes it a project or a workspace`,
    );
  }
  return { projects: [], manifest: undefined, workspace };
}

/** The only kernel among `projects`. Throws `OsdkError`. */
export function theKernel(projects: readonly Project[], place: string): Project {
  const kernels = projects.filter(({ type }) => type === "kernel");
  const [kernel, second] = kernels;
  if (kernel === undefined) {
    const what = projects.length === 1 ? "is a library, which can not be run" : "has no kernel";
    throw new OsdkError(
      ExitCode.NO_KERNEL,
      `${projects.length === 1 ? (projects[0]?.name ?? place) : place} ${what}; ` +
        `a kernel's ${ENTRIES[0]} has \`export default main(…)\` with main of "@aster/ostd"`,
    );
  }
  if (second !== undefined) {
    throw new OsdkError(
      ExitCode.TOO_MANY_KERNELS,
      `${place} has ${kernels.length} kernels (${kernels.map(({ name }) => name).join(", ")}); ` +
        `one is expected: go to its folder, or set osdk.members in package.json`,
    );
  }
  return kernel;
}

function workspaceProjects(workspace: Workspace): Project[] {
  const { members } = readPackageJson(workspace.directory)?.osdk ?? {};
  if (members !== undefined) {
    return memberDirectories({ directory: workspace.directory, patterns: members }).map(
      requireProject,
    );
  }
  return memberDirectories(workspace)
    .filter((directory) => isMember(workspace, directory))
    .filter((directory) => "@aster/ostd" in (readPackageJson(directory)?.dependencies ?? {}))
    .map(projectAt)
    .filter((project) => project !== undefined);
}

function requireProject(directory: string): Project {
  const project = projectAt(directory);
  if (project === undefined) {
    const expected = ENTRIES.join(", ");
    throw new OsdkError(ExitCode.PROJECT, `${directory}: expected one of the files ${expected}`);
  }
  return project;
}

function projectAt(directory: string): Project | undefined {
  const packageJson = readPackageJson(directory);
  const entry = ENTRIES.map((file) => join(directory, file)).find((file) => existsSync(file));
  if (packageJson === undefined || entry === undefined) return undefined;
  return {
    directory: realpathSync(directory),
    packageJson,
    name: packageJson.name === "" ? basename(directory) : basename(packageJson.name),
    entry,
    type: isKernelSource(readFileSync(entry, "utf8")) ? "kernel" : "library",
  };
}

/** Whether a file makes a kernel: it takes `main` from OSTD and exports something as default. */
export function isKernelSource(source: string): boolean {
  const code = source.replace(/\/\*[\s\S]*?\*\/|(^|\s)\/\/.*$/gm, "");
  const takesMain = /import\s*\{[^}]*\bmain\b[^}]*\}\s*from\s*["']@aster\/ostd["']/.test(code);
  return takesMain && /\bexport\s+default\b/.test(code);
}

function nearest(directory: string, name: string): string | undefined {
  for (let at = directory; ; at = dirname(at)) {
    if (existsSync(join(at, name))) return at;
    if (dirname(at) === at) return undefined;
  }
}

/** A link that leads nowhere is there: reading it tells what is wrong. */
function existing(file: string): string | undefined {
  return lstatSync(file, { throwIfNoEntry: false }) === undefined ? undefined : file;
}
