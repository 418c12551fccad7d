// SPDX-License-Identifier: MPL-2.0

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { readPackageJson } from "./package-json.ts";

const PNPM_FILE = "pnpm-workspace.yaml";

/** A folder whose packages belong together. */
export interface Workspace {
  readonly directory: string;
  /** Patterns of its members' folders, as package managers write them. */
  readonly patterns: readonly string[];
}

const PACKAGES_KEY =
  /^packages:[ \t]*(?:\[([^\]]*)\]|(?:#.*)?((?:\r?\n[ \t]*(?:-[ \t].*|#.*)?)*))/m;

/** The workspace that is `directory` or the nearest one around it. */
export function findWorkspace(directory: string): Workspace | undefined {
  for (let at = directory; ; at = dirname(at)) {
    const workspace = workspaceAt(at);
    if (workspace !== undefined) return workspace;
    if (dirname(at) === at) return undefined;
  }
}

function workspaceAt(directory: string): Workspace | undefined {
  const file = join(directory, PNPM_FILE);
  if (existsSync(file)) {
    // A file without `packages` holds settings of one package.
    const patterns = pnpmPatterns(readFileSync(file, "utf8"));
    return patterns && { directory, patterns };
  }
  const patterns = readPackageJson(directory)?.workspaces ?? [];
  return patterns.length === 0 ? undefined : { directory, patterns };
}

/** The strings of `packages:`, written as a block or as a flow sequence of YAML. */
export function pnpmPatterns(yaml: string): string[] | undefined {
  const found = PACKAGES_KEY.exec(yaml);
  if (found === null) return undefined;
  const [, flow, block] = found;
  const items =
    flow?.split(",") ??
    (block ?? "").split("\n").map((line) => /^\s*-\s+(.*)$/.exec(line)?.[1] ?? "");
  return items
    .map((item) => item.replace(/\s#.*$/, "").trim())
    .map((item) => /^(['"])(.*)\1$/.exec(item)?.[2] ?? item)
    .filter((item) => item !== "");
}

/** The folders of all members that have a package.json, in the order of their names. */
export function memberDirectories(workspace: Workspace): string[] {
  const wanted = workspace.patterns.filter((pattern) => !pattern.startsWith("!"));
  const unwanted = workspace.patterns.filter((pattern) => pattern.startsWith("!"));
  const found = new Set(wanted.flatMap((pattern) => expand(workspace.directory, pattern)));
  const isUnwanted = (directory: string): boolean =>
    unwanted.some((pattern) => matches(workspace.directory, pattern.slice(1), directory));
  return [...found].filter((directory) => !isUnwanted(directory)).sort();
}

/** Whether a pattern of the workspace covers `directory`. */
export function isMember(workspace: Workspace, directory: string): boolean {
  const matching = (pattern: string): boolean =>
    matches(workspace.directory, pattern.replace(/^!/, ""), directory);
  const covering = workspace.patterns.filter(matching);
  return covering.length > 0 && !covering.some((pattern) => pattern.startsWith("!"));
}

function segmentsOf(pattern: string): string[] {
  return pattern.split("/").filter((part) => part !== "" && part !== ".");
}

function matches(root: string, pattern: string, directory: string): boolean {
  const path = relative(root, directory).split(sep);
  const match = (parts: readonly string[], names: readonly string[]): boolean => {
    const [part, ...others] = parts;
    if (part === undefined) return names.length === 0;
    if (part === "**") {
      return match(others, names) || (names.length > 0 && match(parts, names.slice(1)));
    }
    const [name, ...below] = names;
    return name !== undefined && matchesName(part, name) && match(others, below);
  };
  return match(segmentsOf(pattern), path);
}

function matchesName(part: string, name: string): boolean {
  const pattern = part.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*");
  return new RegExp(`^${pattern}$`).test(name);
}

function expand(root: string, pattern: string): string[] {
  let directories = [root];
  for (const part of segmentsOf(pattern)) {
    if (part === "**") {
      directories = directories.flatMap((directory) => [directory, ...below(directory)]);
    } else if (part.includes("*")) {
      directories = directories.flatMap((directory) =>
        children(directory)
          .filter((name) => matchesName(part, name))
          .map((name) => join(directory, name)),
      );
    } else {
      directories = directories.map((directory) => join(directory, part));
    }
  }
  return directories.filter((directory) => existsSync(join(directory, "package.json")));
}

function children(directory: string): string[] {
  try {
    return readdirSync(directory, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && entry.name !== "node_modules")
      .map((entry) => entry.name);
  } catch {
    return [];
  }
}

function below(directory: string): string[] {
  return children(directory).flatMap((name) => {
    const child = join(directory, name);
    return [child, ...below(child)];
  });
}
