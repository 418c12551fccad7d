// SPDX-License-Identifier: MPL-2.0

import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { dirname, join, relative } from "node:path";
import { say } from "../cli/messages.ts";
import { OsdkError } from "../errors.ts";
import { ExitCode } from "../exit-codes.ts";
import { MANIFEST_NAME } from "../manifest/find.ts";
import { checkout, sourcesFor, type Sources } from "../new/sources.ts";
import { GITIGNORE, manifest, pnpmSettings, projectFiles } from "../new/templates.ts";
import type { ProjectType } from "../project/project.ts";
import { findWorkspace, isMember, type Workspace } from "../project/workspace.ts";
import { addMember } from "../new/add-member.ts";

export interface NewOptions {
  readonly name: string;
  readonly type: ProjectType;
  /** A folder of tarballs to take our packages from. */
  readonly packages: string | undefined;
}

const LONGEST_NAME = 64;

/** `osdk new`: makes a project in a folder of its name. Throws `OsdkError`. */
export function createProject(options: NewOptions, cwd: string): number {
  const { name, type } = options;
  checkName(name);
  const directory = join(cwd, name);
  if (existsSync(directory)) {
    throw new OsdkError(ExitCode.FAILURE, `${directory} exists; choose another name, or remove it`);
  }
  const workspace = workspaceFor(cwd);
  const sources = sourcesFor(directory, options.packages);
  const files = projectFiles({
    name,
    type,
    dependencies: sources.dependencies,
    devDependencies: sources.devDependencies,
    overrides: workspace === undefined ? sources.overrides : {},
    isLinked: sources.isLinked,
    isMember: workspace !== undefined,
  });
  try {
    for (const [file, text] of Object.entries(files)) write(join(directory, file), text);
    sources.link(directory);
    if (workspace !== undefined) joinWorkspace(workspace, directory, sources);
    report(options, workspace, sources.isLinked);
  } catch (error) {
    rmSync(directory, { recursive: true, force: true });
    throw error;
  }
  return ExitCode.SUCCESS;
}

/** A project within Aster's own checkout stands by itself. */
function workspaceFor(cwd: string): Workspace | undefined {
  const workspace = findWorkspace(cwd);
  return workspace?.directory === checkout() ? undefined : workspace;
}

function checkName(name: string): void {
  const fail = (why: string): OsdkError =>
    new OsdkError(ExitCode.BAD_NAME, `"${name}" can not be the name of a project: ${why}`);
  if (name.includes("/")) throw fail("expected a name, not a path; go to the folder first");
  if (!/^[a-z][a-z0-9_-]*$/.test(name)) {
    throw fail('expected a lower-case letter, then lower-case letters, digits, "-" or "_"');
  }
  if (name.length > LONGEST_NAME) throw fail(`expected at most ${LONGEST_NAME} characters`);
  if (isBuiltin(name) || name === "node_modules") throw fail("Node has a module of that name");
}

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

/** Makes the project a member, and gives the workspace what it lacks. */
function joinWorkspace(workspace: Workspace, directory: string, sources: Sources): void {
  const root = workspace.directory;
  const writeMissing = (file: string, text: string): void => {
    if (!existsSync(join(root, file))) write(join(root, file), text);
  };
  if (!isMember(workspace, directory)) addMember(root, relative(root, directory));
  const settings = join(root, "pnpm-workspace.yaml");
  const before = existsSync(settings) ? readFileSync(settings, "utf8") : undefined;
  if (before !== undefined && !/^allowBuilds:/m.test(before)) {
    writeFileSync(settings, before.replace(/\n*$/, "\n") + pnpmSettings(sources));
  }
  writeMissing(MANIFEST_NAME, manifest());
  writeMissing(".gitignore", GITIGNORE);
  const devDependencies = { "@aster/osdk": sources.devDependencies["@aster/osdk"] ?? "" };
  // A link is relative to the file that has it.
  const spec = devDependencies["@aster/osdk"];
  if (spec.startsWith("link:") || spec.startsWith("file:")) {
    const [kind, path = ""] = [spec.slice(0, 5), spec.slice(5)];
    devDependencies["@aster/osdk"] = `${kind}${relative(root, join(directory, path))}`;
  }
  const json = { private: true, type: "module", scripts: { osdk: "osdk" }, devDependencies };
  writeMissing("package.json", `${JSON.stringify(json, undefined, 2)}\n`);
  sources.link(root);
}

function report(
  { name, type }: NewOptions,
  workspace: Workspace | undefined,
  isReady: boolean,
): void {
  const place = workspace === undefined ? "" : ` in the workspace ${workspace.directory}`;
  const next = [`cd ${name}`];
  if (!isReady) next.push("pnpm install");
  next.push(type === "kernel" ? "pnpm osdk run" : "pnpm osdk test");
  say(`created the ${type} ${name}${place}; next: ${next.join(" && ")}`);
}
