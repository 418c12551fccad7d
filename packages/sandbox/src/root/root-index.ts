// SPDX-License-Identifier: MPL-2.0

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { SandboxError } from "../errors.ts";
import { describe } from "../host-error.ts";

/**
 * What a folder of the host cannot say about the files of a guest's root when it was made without
 * root rights: owners, groups, and mode bits that would mean something on the host. It stands in
 * the folder, under this name; the guest does not see it.
 */
export const ROOT_INDEX_NAME = ".aster-root.json";

const VERSION = 1;

/** What is told of one file; what is absent is 0 for owner and group, and the host's for the mode. */
export interface RootIndexFile {
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
}

export interface RootIndex {
  readonly version: typeof VERSION;
  /** Names and versions of the packages that were unpacked. */
  readonly packages: Readonly<Record<string, string>>;
  /** By path from the root, one character per byte. */
  readonly files: Readonly<Record<string, RootIndexFile>>;
}

/** The index of `folder`; undefined where it has none. Throws `SandboxError` for a damaged one. */
export function readRootIndex(folder: string): RootIndex | undefined {
  const path = join(folder, ROOT_INDEX_NAME);
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new SandboxError("root-unusable", `${path} is damaged: ${describe(error)}`);
  }
  if (!isRootIndex(value)) {
    throw new SandboxError("root-unusable", `${path}: expected an index of version ${VERSION}`);
  }
  return value;
}

export function rootIndexText(
  packages: RootIndex["packages"],
  files: ReadonlyMap<string, RootIndexFile>,
): string {
  const index: RootIndex = { version: VERSION, packages, files: Object.fromEntries(files) };
  return `${JSON.stringify(index, undefined, 1)}\n`;
}

function isRootIndex(value: unknown): value is RootIndex {
  return (
    typeof value === "object" &&
    value !== null &&
    "version" in value &&
    value.version === VERSION &&
    "files" in value &&
    typeof value.files === "object"
  );
}
