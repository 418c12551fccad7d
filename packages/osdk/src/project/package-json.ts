// SPDX-License-Identifier: MPL-2.0

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { OsdkError } from "../errors.ts";
import { ExitCode } from "../exit-codes.ts";

/** What OSDK reads of a package.json. */
export interface PackageJson {
  readonly name: string;
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
  /** npm's and yarn's way to list the members of a workspace. */
  readonly workspaces: readonly string[];
  /** OSDK's own table; see docs/osdk.md. */
  readonly osdk: {
    /** In a workspace's root: the members that commands act on there. */
    readonly members?: readonly string[];
    /** Features and what each activates besides. */
    readonly features: Readonly<Record<string, readonly string[]>>;
  };
}

type Json = Readonly<Record<string, unknown>>;

/** The package.json of `directory`; undefined when there is none. Throws `OsdkError`. */
export function readPackageJson(directory: string): PackageJson | undefined {
  const file = join(directory, "package.json");
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw new OsdkError(ExitCode.PROJECT, `cannot read ${file}: ${(error as Error).message}`);
  }
  const fail = (what: string): OsdkError => new OsdkError(ExitCode.PROJECT, `${file}: ${what}`);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw fail(`not valid JSON: ${(error as Error).message}`);
  }
  if (!isTable(json)) throw fail("expected an object");
  const { workspaces } = json;
  const patterns = isTable(workspaces) ? workspaces["packages"] : workspaces;
  const osdk = json["osdk"] ?? {};
  if (!isTable(osdk)) throw fail("osdk: expected an object");
  for (const key of Object.keys(osdk)) {
    if (key === "members" || key === "features") continue;
    throw fail(`unknown key "${key}" in osdk; expected one of members, features`);
  }
  const { members } = osdk;
  if (members !== undefined && !isStrings(members)) {
    throw fail("osdk.members: expected an array of strings");
  }
  return {
    name: typeof json["name"] === "string" ? json["name"] : "",
    version: typeof json["version"] === "string" ? json["version"] : "",
    dependencies: stringsOf(json["dependencies"]),
    workspaces: isStrings(patterns) ? patterns : [],
    osdk: { ...(members !== undefined && { members }), features: featuresOf(osdk, fail) },
  };
}

function featuresOf(osdk: Json, fail: (what: string) => OsdkError): Record<string, string[]> {
  const features = osdk["features"] ?? {};
  if (!isTable(features)) throw fail("osdk.features: expected an object");
  for (const [name, others] of Object.entries(features)) {
    if (!isStrings(others)) throw fail(`osdk.features.${name}: expected an array of strings`);
  }
  return features as Record<string, string[]>;
}

function isTable(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isStrings(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((element) => typeof element === "string");
}

function stringsOf(value: unknown): Record<string, string> {
  if (!isTable(value)) return {};
  const entries = Object.entries(value).filter((entry) => typeof entry[1] === "string");
  return Object.fromEntries(entries) as Record<string, string>;
}
