// SPDX-License-Identifier: MPL-2.0

import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
} from "node:fs";
import { dirname, join, relative } from "node:path";
import { say } from "../cli/messages.ts";
import { OsdkError } from "../errors.ts";
import { ExitCode } from "../exit-codes.ts";
import { makeFolder, replaceFile, writeFile } from "../files.ts";
import { MANIFEST_NAME } from "../manifest/manifest-file.ts";
import { addMember } from "../new/add-member.ts";
import { checkName } from "../new/name.ts";
import type { NewOptions } from "../new/options.ts";
import { checkout, sourcesFor, type Sources } from "../new/sources.ts";
import { GITIGNORE, manifest, pnpmSettings, projectFiles } from "../new/templates.ts";
import { findWorkspace, isMember, type Workspace } from "../project/workspace.ts";

const FOLDER_MODE = 0o777;
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * `osdk new`: makes a project in a folder of its name. The folder appears when all is in it, and
 * Ctrl-C finds it made or not begun. Throws `OsdkError`, and what the file system says.
 */
export function createProject(options: NewOptions, cwd: string): number {
  const { name, type } = options;
  checkName(name);
  const directory = join(cwd, name);
  if (lstatSync(directory, { throwIfNoEntry: false }) !== undefined) {
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
  withoutSignals(() => {
    // Beside its place, so that relative links hold after the move.
    const partial = mkdtempSync(join(cwd, `.${name}-`));
    try {
      chmodSync(partial, FOLDER_MODE & ~process.umask());
      for (const [file, text] of Object.entries(files)) write(join(partial, file), text);
      sources.link(partial);
      renameSync(partial, directory);
    } catch (error) {
      rmSync(partial, { recursive: true, force: true });
      throw error;
    }
    try {
      if (workspace !== undefined) joinWorkspace(workspace, directory, sources);
    } catch (error) {
      rmSync(directory, { recursive: true, force: true });
      throw error;
    }
  });
  report(options, workspace, sources.isLinked);
  return ExitCode.SUCCESS;
}

/** Runs what takes a moment to its end, whatever signal comes. */
function withoutSignals(run: () => void): void {
  const ignore = (): void => undefined;
  for (const signal of SIGNALS) process.on(signal, ignore);
  try {
    run();
  } finally {
    for (const signal of SIGNALS) process.off(signal, ignore);
  }
}

/** A project within Aster's own checkout stands by itself. */
function workspaceFor(cwd: string): Workspace | undefined {
  const workspace = findWorkspace(cwd);
  return workspace?.directory === checkout() ? undefined : workspace;
}

function write(file: string, text: string): void {
  makeFolder(dirname(file));
  writeFile(file, text);
}

/**
 * Gives the workspace what it lacks, and makes the project a member. What fails leaves the
 * workspace as it was.
 */
function joinWorkspace(workspace: Workspace, directory: string, sources: Sources): void {
  const root = workspace.directory;
  const created: string[] = [];
  const writeMissing = (name: string, text: string): void => {
    const file = join(root, name);
    if (existsSync(file)) return;
    created.push(file);
    write(file, text);
  };
  const devDependencies = { "@aster/osdk": sources.devDependencies["@aster/osdk"] ?? "" };
  // A link is relative to the file that has it.
  const spec = devDependencies["@aster/osdk"];
  if (spec.startsWith("link:") || spec.startsWith("file:")) {
    const [kind, path = ""] = [spec.slice(0, 5), spec.slice(5)];
    devDependencies["@aster/osdk"] = `${kind}${relative(root, join(directory, path))}`;
  }
  const json = { private: true, type: "module", scripts: { osdk: "osdk" }, devDependencies };
  const settings = join(root, "pnpm-workspace.yaml");
  const before = existsSync(settings) ? readFileSync(settings, "utf8") : undefined;
  try {
    writeMissing(MANIFEST_NAME, manifest());
    writeMissing(".gitignore", GITIGNORE);
    writeMissing("package.json", `${JSON.stringify(json, undefined, 2)}\n`);
    sources.link(root);
    if (before !== undefined && !/^allowBuilds:/m.test(before)) {
      replaceFile(settings, before.replace(/\n*$/, "\n") + pnpmSettings(sources));
    }
    if (!isMember(workspace, directory)) addMember(root, relative(root, directory));
  } catch (error) {
    for (const file of created) rmSync(file, { force: true });
    if (before !== undefined) restore(settings, before);
    throw error;
  }
}

function restore(file: string, text: string): void {
  if (readFileSync(file, "utf8") !== text) replaceFile(file, text);
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
