// SPDX-License-Identifier: MPL-2.0

import type { RootTree } from "./tree.ts";

/** A name such as /usr/bin/awk, and a program that may stand behind it. */
export interface Alternative {
  readonly name: string;
  readonly link: string;
  readonly path: string;
  readonly priority: number;
  /** Names that follow the choice, such as manual pages: link and path. */
  readonly slaves: readonly {
    readonly name: string;
    readonly link: string;
    readonly path: string;
  }[];
}

/**
 * What a package's postinst script installs by update-alternatives(1). Only calls that are spelled
 * out are found: a script that computes its words is not run.
 */
export function findAlternatives(script: string): Alternative[] {
  const lines = script.replaceAll("\\\n", " ").split("\n");
  return lines
    .filter((line) => line.includes("update-alternatives") && line.includes("--install"))
    .map((line) => parseCall(line.slice(line.indexOf("--install")).trim().split(/\s+/)))
    .filter((found) => found !== undefined);
}

function parseCall(words: readonly string[]): Alternative | undefined {
  const [, link = "", name = "", path = "", priority = ""] = words;
  if ([link, name, path].some((word) => word === "" || word.includes("$"))) return undefined;
  const slaves = words.flatMap((word, at) => {
    const [slaveLink = "", slaveName = "", slavePath = ""] = words.slice(at + 1, at + 4);
    const isWhole = word === "--slave" && slavePath !== "" && !slavePath.includes("$");
    return isWhole ? [{ link: slaveLink, name: slaveName, path: slavePath }] : [];
  });
  return { name, link, path, priority: Number.parseInt(priority, 10) || 0, slaves };
}

/** Makes the links of the best alternative of each name. */
export function linkAlternatives(tree: RootTree, found: readonly Alternative[]): void {
  const best = new Map<string, Alternative>();
  for (const alternative of found) {
    if (!tree.exists(alternative.path)) continue;
    const rival = best.get(alternative.name);
    if (rival === undefined || alternative.priority > rival.priority) {
      best.set(alternative.name, alternative);
    }
  }
  for (const alternative of best.values()) {
    for (const { name, link, path } of [alternative, ...alternative.slaves]) {
      if (!tree.exists(path)) continue;
      tree.makeSymlink(`etc/alternatives/${name}`, path);
      tree.makeSymlink(link, `/etc/alternatives/${name}`);
    }
  }
}
