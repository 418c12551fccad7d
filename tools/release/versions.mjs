// SPDX-License-Identifier: MPL-2.0

// Where versions stand in the repository, and how they are read and moved.

import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export const VERSION_FILE = "VERSION";
export const DOCKER_FILE = "DOCKER_IMAGE_VERSION";
const DEPENDENCY_TABLES = [
  "dependencies",
  "devDependencies",
  "peerDependencies",
  "optionalDependencies",
];
/** A reference to the development image, as it stands in workflows and pages. */
const IMAGE = /\baster\/dev:(\d+\.\d+\.\d+-\d{8})\b/g;
/** History keeps the versions of its time. */
const WITHOUT_REFERENCES = new Set(["CHANGELOG.md", "pnpm-lock.yaml"]);

/** What is wrong with the versions, or with what was asked: told without a trace. */
export class VersionError extends Error {}

/** `1.2.3` as three numbers. Throws `VersionError`. */
export function parseVersion(text, place) {
  const match = /^(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})$/.exec(text);
  if (match === null) {
    throw new VersionError(`${place}: "${text}": expected MAJOR.MINOR.PATCH`);
  }
  return match.slice(1).map(Number);
}

/** `1.2.3-20260131` as version and date. Throws `VersionError`. */
export function parseDockerVersion(text, place) {
  const [version, date, more] = text.split("-");
  parseVersion(version, place);
  const [, year, month, day] = /^(\d{4})(\d{2})(\d{2})$/.exec(date ?? "") ?? [];
  const isReal =
    more === undefined &&
    year !== undefined &&
    new Date(`${year}-${month}-${day}T00:00:00Z`).getUTCDate() === Number(day);
  if (!isReal) {
    throw new VersionError(`${place}: "${text}": expected MAJOR.MINOR.PATCH-YYYYMMDD`);
  }
  return { version, date };
}

/** Below 0, 0 or above 0, as `a` is lower than, equal to or higher than `b`. */
export function compareVersions(a, b) {
  const [x, y] = [parseVersion(a, "version"), parseVersion(b, "version")];
  const index = x.findIndex((part, i) => part !== y[i]);
  return index < 0 ? 0 : x[index] - y[index];
}

/** A checkout of the repository. */
export class Repository {
  constructor(root) {
    this.root = root;
  }

  read(file) {
    return readFileSync(join(this.root, file), "utf8");
  }

  write(file, text) {
    if (this.read(file) === text) return false;
    writeFileSync(join(this.root, file), text);
    return true;
  }

  get version() {
    const text = this.read(VERSION_FILE).trim();
    parseVersion(text, VERSION_FILE);
    return text;
  }

  get dockerVersion() {
    const text = this.read(DOCKER_FILE).trim();
    return { text, ...parseDockerVersion(text, DOCKER_FILE) };
  }

  files(...patterns) {
    const args = ["ls-files", "-z", ...(patterns.length > 0 ? ["--", ...patterns] : [])];
    const listed = execFileSync("git", args, { cwd: this.root, encoding: "utf8" });
    return listed.split("\0").filter((file) => file !== "");
  }

  packageFiles() {
    return this.files("package.json", "*/package.json").filter(
      (file) => JSON.parse(this.read(file)).version !== undefined,
    );
  }

  /** Every place that names an image: file, and the versions that it names. */
  imageReferences() {
    return this.files()
      .filter((file) => !WITHOUT_REFERENCES.has(file) && !file.startsWith("tools/release/"))
      .map((file) => ({ file, versions: [...this.read(file).matchAll(IMAGE)].map((m) => m[1]) }))
      .filter(({ versions }) => versions.length > 0);
  }

  /** Makes all references name the image of `version`; the files that changed. */
  moveImageReferences(version) {
    return this.imageReferences()
      .map(({ file }) => file)
      .filter((file) =>
        this.write(file, this.read(file).replaceAll(IMAGE, `aster/dev:${version}`)),
      );
  }

  /** Moves a package.json, its dependencies on packages of ours included; whether it changed. */
  movePackage(file, version, names) {
    const before = this.read(file);
    const json = JSON.parse(before);
    // Text is replaced, so that the file keeps its form.
    let text = before.replace(/("version":\s*")[^"]*(")/, `$1${version}$2`);
    for (const table of DEPENDENCY_TABLES) {
      for (const [name, spec] of Object.entries(json[table] ?? {})) {
        const prefix = names.has(name) ? rangePrefix(spec) : undefined;
        if (prefix === undefined) continue;
        text = text.replaceAll(`"${name}": "${spec}"`, `"${name}": "${prefix}${version}"`);
      }
    }
    return this.write(file, text);
  }

  /** What does not fit together; empty when all does. */
  problems() {
    const { version } = this;
    const docker = this.dockerVersion;
    const found = [];
    // Between the first and the third commit of a release the image is ahead.
    if (compareVersions(docker.version, version) < 0) {
      found.push(`${DOCKER_FILE} is ${docker.text}, lower than ${VERSION_FILE} ${version}`);
    }
    const files = this.packageFiles();
    const names = this.packageNames(files);
    for (const file of files) {
      const json = JSON.parse(this.read(file));
      if (json.version !== version) {
        found.push(`${file}: the version is ${json.version}, and ${VERSION_FILE} says ${version}`);
      }
      for (const table of DEPENDENCY_TABLES) {
        for (const [name, spec] of Object.entries(json[table] ?? {})) {
          const prefix = names.has(name) ? rangePrefix(spec) : undefined;
          if (prefix === undefined || spec === `${prefix}${version}`) continue;
          found.push(
            `${file}: ${table} asks for ${name} ${spec}, and ${VERSION_FILE} says ${version}`,
          );
        }
      }
    }
    const references = this.imageReferences().flatMap(({ file, versions }) =>
      versions.map((named) => ({ file, named })),
    );
    for (const { file, named } of references) {
      const { version: base, date } = parseDockerVersion(named, file);
      const order = compareVersions(base, docker.version) || date.localeCompare(docker.date);
      if (order > 0) found.push(`${file}: names the image ${named}, newer than ${docker.text}`);
      if (named !== references[0].named) {
        found.push(
          `${file}: names the image ${named}, and ${references[0].file} ${references[0].named}`,
        );
      }
    }
    return found;
  }

  packageNames(files) {
    return new Set(files.map((file) => JSON.parse(this.read(file)).name));
  }
}

/** `^` of `^1.2.3`; undefined for what names no version, such as `workspace:^`. */
function rangePrefix(spec) {
  return /^((?:workspace:)?[~^]?)\d+\.\d+\.\d+$/.exec(spec)?.[1];
}
