// SPDX-License-Identifier: MPL-2.0

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { replaceFile } from "../files.ts";

/** Adds `member`, a path below `root`, to the workspace's list of members. */
export function addMember(root: string, member: string): void {
  const pnpmFile = join(root, "pnpm-workspace.yaml");
  if (existsSync(pnpmFile)) {
    replaceFile(pnpmFile, addToPnpm(readFileSync(pnpmFile, "utf8"), member));
    return;
  }
  const file = join(root, "package.json");
  const json = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
  const { workspaces } = json;
  if (Array.isArray(workspaces)) {
    workspaces.push(member);
  } else {
    const { packages } = workspaces as { packages: string[] };
    packages.push(member);
  }
  replaceFile(file, `${JSON.stringify(json, undefined, 2)}\n`);
}

/** The text of pnpm-workspace.yaml with one more member; all else stays as it was written. */
export function addToPnpm(yaml: string, member: string): string {
  const flow = /^(packages:[ \t]*\[)([^\]]*)\]/m;
  if (flow.test(yaml)) {
    return yaml.replace(flow, (_all, start: string, items: string) => {
      const before = items.trim().replace(/,$/, "");
      return `${start}${before === "" ? "" : `${before}, `}${member}]`;
    });
  }
  const block = /^(packages:[^\n]*(?:\n[ \t]*(?:-[ \t][^\n]*|#[^\n]*)?(?=\n|$))*)/m;
  return yaml.replace(block, (all: string) => {
    const indent = /\n([ \t]*)-[ \t]/.exec(all)?.[1] ?? "  ";
    return `${all.replace(/\s*$/, "")}\n${indent}- ${member}`;
  });
}
