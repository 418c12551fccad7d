// SPDX-License-Identifier: MPL-2.0

// Moves versions, one step of a release at a time: see HELP.

import { execFileSync } from "node:child_process";
import { existsSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  compareVersions,
  DOCKER_FILE,
  parseVersion,
  Repository,
  VERSION_FILE,
  VersionError,
} from "./versions.mjs";

const HELP = `Usage: tools/bump-version STEP [--commit]

A release takes three commits; a change of the Docker image alone takes the first two.

  --docker_version_file PART   "Bump the Docker image version": moves ${DOCKER_FILE}.
                               PART is major, minor, patch or date (of today, in UTC)
  --docker_version_refs        "Switch to a new Docker image": makes workflows and pages name it
  --version_file               "Bump the project version": gives ${VERSION_FILE}, all packages and
                               what they ask of each other the version of ${DOCKER_FILE}
  --commit                     commits what the step changed, with its message
  --check                      tells what does not fit together; exits with 1 when anything
  --help                       this text

Exits with 0 when done or nothing is to do, 1 when versions are wrong, 2 for a wrong command line.
`;

const PARTS = ["major", "minor", "patch", "date"];
const CHANGELOG = "CHANGELOG.md";

class UsageError extends Error {}

function today() {
  const epoch = process.env.SOURCE_DATE_EPOCH;
  const now = epoch === undefined ? new Date() : new Date(Number(epoch) * 1000);
  return now.toISOString().slice(0, 10);
}

/** Each step gives the files that it changed. */
const STEPS = {
  "--docker_version_file": {
    message: "Bump the Docker image version",
    run(repository, part) {
      const { text, version } = repository.dockerVersion;
      const parts = parseVersion(version, DOCKER_FILE);
      const index = PARTS.indexOf(part);
      const moved = parts.map((value, i) => (i < index ? value : i === index ? value + 1 : 0));
      const base = part === "date" ? version : moved.join(".");
      const next = `${base}-${today().replaceAll("-", "")}`;
      if (next === text) return nothing(`the Docker image version is ${text} already`);
      if (part === "date" && next < text) {
        throw new VersionError(`${DOCKER_FILE} is ${text}, later than today, ${today()}`);
      }
      repository.write(DOCKER_FILE, next);
      process.stdout.write(`${DOCKER_FILE}: ${text} -> ${next}\n`);
      return [DOCKER_FILE];
    },
  },
  "--docker_version_refs": {
    message: "Switch to a new Docker image",
    run(repository) {
      const { text } = repository.dockerVersion;
      const files = repository.moveImageReferences(text);
      if (files.length === 0) return nothing(`all references name the image ${text} already`);
      for (const file of files) process.stdout.write(`${file}: aster/dev:${text}\n`);
      return files;
    },
  },
  "--version_file": {
    message: "Bump the project version",
    run(repository) {
      const { version } = repository;
      const next = repository.dockerVersion.version;
      const order = compareVersions(next, version);
      if (order < 0) {
        throw new VersionError(`${DOCKER_FILE} is ${next}, lower than ${VERSION_FILE} ${version}`);
      }
      if (order === 0) return nothing(`the project version is ${version} already`);
      const files = repository.packageFiles();
      const names = repository.packageNames(files);
      const changed = files.filter((file) => repository.movePackage(file, next, names));
      repository.write(VERSION_FILE, repository.read(VERSION_FILE).replace(version, next));
      process.stdout.write(
        `${VERSION_FILE} and ${changed.length} packages: ${version} -> ${next}\n`,
      );
      return [VERSION_FILE, ...changed, ...openChangelog(repository, next)];
    },
  },
};

/** What was unreleased becomes the section of the new version. */
function openChangelog(repository, version) {
  if (!existsSync(join(repository.root, CHANGELOG))) return [];
  const text = repository.read(CHANGELOG);
  const heading = /^## Unreleased$/m;
  if (!heading.test(text)) {
    throw new VersionError(`${CHANGELOG}: expected a section "## Unreleased"`);
  }
  repository.write(CHANGELOG, text.replace(heading, `## Unreleased\n\n## ${version} (${today()})`));
  return [CHANGELOG];
}

function nothing(why) {
  process.stdout.write(`${why}; nothing to do\n`);
  return [];
}

/** Reads the command line. Throws `UsageError`. */
function parse(args) {
  const rest = args.filter((arg) => arg !== "--commit");
  const commit = rest.length < args.length;
  const [step, ...values] = rest;
  if (step === "--check" && values.length === 0 && !commit) return { check: true };
  if (step === undefined || !Object.hasOwn(STEPS, step)) {
    throw new UsageError(step === undefined ? "expected a step" : `unknown argument "${step}"`);
  }
  const [part, extra] = step === "--docker_version_file" ? values : [undefined, values[0]];
  if (extra !== undefined) throw new UsageError(`unexpected argument "${extra}"`);
  if (step === "--docker_version_file" && !PARTS.includes(part)) {
    const what = part === undefined ? "nothing" : `"${part}"`;
    throw new UsageError(`${step}: expected one of ${PARTS.join(", ")}, not ${what}`);
  }
  return { step, part, commit };
}

function check(repository) {
  const problems = repository.problems();
  for (const problem of problems) process.stderr.write(`bump-version: ${problem}\n`);
  if (problems.length === 0) process.stdout.write(`all versions are ${repository.version}\n`);
  return problems.length === 0 ? 0 : 1;
}

export function main(args, root) {
  if (args.includes("--help") || args.includes("-h")) {
    process.stdout.write(HELP);
    return 0;
  }
  try {
    const request = parse(args);
    const repository = new Repository(root);
    if (request.check) return check(repository);
    const { run, message } = STEPS[request.step];
    const files = run(repository, request.part);
    if (request.commit && files.length > 0) {
      execFileSync("git", ["commit", "-q", "-m", message, "--", ...files], { cwd: root });
    }
    return 0;
  } catch (error) {
    if (error instanceof UsageError) {
      process.stderr.write(`bump-version: ${error.message}\n\n${HELP}`);
      return 2;
    }
    if (!(error instanceof VersionError)) throw error;
    process.stderr.write(`bump-version: ${error.message}\n`);
    return 1;
  }
}

if (realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const root = process.env.ASTER_ROOT ?? fileURLToPath(new URL("../..", import.meta.url));
  process.exitCode = main(process.argv.slice(2), root);
}
