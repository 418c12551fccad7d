// SPDX-License-Identifier: MPL-2.0

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { fileURLToPath } from "node:url";

const TOOL = fileURLToPath(new URL("../bump-version", import.meta.url));
const FILES = {
  VERSION: "0.1.9",
  DOCKER_IMAGE_VERSION: "0.1.9-20260131",
  "CHANGELOG.md": "# Changelog\n\n## Unreleased\n\n- New.\n",
  "package.json": '{\n  "name": "root",\n  "version": "0.1.9"\n}\n',
  "packages/a/package.json":
    '{ "name": "@x/a", "version": "0.1.9",\n  "dependencies": { "other": "^0.1.9", "@x/b": "^0.1.9" } }\n',
  "packages/b/package.json":
    '{ "name": "@x/b", "version": "0.1.9", "devDependencies": { "@x/a": "workspace:^" } }\n',
  "ci.yml": "container: aster/dev:0.1.9-20260131\n",
  "docs/page.md": "aster/dev:0.1.9-20260131 and aster/dev:0.1.9-20260131\n",
};

let root = "";

function git(...args) {
  const identity = ["-c", "user.name=t", "-c", "user.email=t@example.org"];
  return execFileSync("git", [...identity, ...args], { cwd: root, encoding: "utf8" });
}

/** Runs the tool on the test's repository, on the first of February 2026. */
function bump(...args) {
  const env = {
    ...process.env,
    ASTER_ROOT: root,
    SOURCE_DATE_EPOCH: String(Date.UTC(2026, 1, 1) / 1000),
    GIT_AUTHOR_NAME: "t",
    GIT_AUTHOR_EMAIL: "t@example.org",
    GIT_COMMITTER_NAME: "t",
    GIT_COMMITTER_EMAIL: "t@example.org",
  };
  const { status, stdout, stderr } = spawnSync(TOOL, args, { env, encoding: "utf8" });
  return { status, stdout, stderr };
}

function write(file, text) {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), text);
}

const read = (file) => readFileSync(join(root, file), "utf8");

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "bump-version-"));
  for (const [file, text] of Object.entries(FILES)) write(file, text);
  git("init", "-q");
  git("add", ".");
  git("commit", "-q", "-m", "Start");
});
afterEach(() => rmSync(root, { recursive: true }));

test("three steps with their commits move everything, dependencies included", () => {
  assert.equal(bump("--docker_version_file", "minor", "--commit").status, 0);
  assert.equal(read("DOCKER_IMAGE_VERSION"), "0.2.0-20260201");
  assert.equal(bump("--check").status, 0, "the image may be ahead between the commits");

  assert.equal(bump("--docker_version_refs", "--commit").status, 0);
  assert.equal(read("ci.yml"), "container: aster/dev:0.2.0-20260201\n");
  assert.equal(read("docs/page.md"), "aster/dev:0.2.0-20260201 and aster/dev:0.2.0-20260201\n");

  assert.equal(bump("--version_file", "--commit").status, 0);
  assert.equal(read("VERSION"), "0.2.0");
  assert.equal(
    read("packages/a/package.json"),
    '{ "name": "@x/a", "version": "0.2.0",\n  "dependencies": { "other": "^0.1.9", "@x/b": "^0.2.0" } }\n',
  );
  assert.match(read("packages/b/package.json"), /"version": "0\.2\.0".*"workspace:\^"/);
  assert.equal(
    read("CHANGELOG.md"),
    "# Changelog\n\n## Unreleased\n\n## 0.2.0 (2026-02-01)\n\n- New.\n",
  );
  assert.deepEqual(git("log", "--format=%s").trim().split("\n"), [
    "Bump the project version",
    "Switch to a new Docker image",
    "Bump the Docker image version",
    "Start",
  ]);
  assert.equal(git("status", "--short"), "");
  assert.deepEqual(bump("--check"), { status: 0, stdout: "all versions are 0.2.0\n", stderr: "" });
});

for (const [part, expected] of [
  ["major", "1.0.0-20260201"],
  ["minor", "0.2.0-20260201"],
  ["patch", "0.1.10-20260201"],
  ["date", "0.1.9-20260201"],
]) {
  test(`${part} zeroes the lower parts and sets the day`, () => {
    assert.equal(bump("--docker_version_file", part).status, 0);
    assert.equal(read("DOCKER_IMAGE_VERSION"), expected);
  });
}

test("what is done already is no failure and changes nothing", () => {
  assert.match(bump("--version_file").stdout, /0\.1\.9 already; nothing to do/);
  assert.match(bump("--docker_version_refs", "--commit").stdout, /already; nothing to do/);
  assert.equal(git("status", "--short"), "");
});

test("nonsense on the command line is refused and changes nothing", () => {
  for (const args of [
    [],
    ["--commit"],
    ["--nonsense"],
    ["major"],
    ["--docker_version_file"],
    ["--docker_version_file", "huge"],
    ["--docker_version_file", "minor", "major"],
    ["--version_file", "0.3.0"],
    ["--check", "--commit"],
  ]) {
    const { status, stderr } = bump(...args);
    assert.equal(status, 2, `${args.join(" ")}: ${stderr}`);
    assert.match(stderr, /^bump-version: /);
  }
  assert.equal(git("status", "--short"), "");
});

for (const [file, text, message] of [
  ["VERSION", "0.1", /VERSION: "0\.1": expected MAJOR\.MINOR\.PATCH/],
  ["VERSION", "0.2.0", /DOCKER_IMAGE_VERSION is 0\.1\.9(-20260131)?, lower than VERSION 0\.2\.0/],
  ["DOCKER_IMAGE_VERSION", "0.1.9", /expected MAJOR\.MINOR\.PATCH-YYYYMMDD/],
  ["DOCKER_IMAGE_VERSION", "0.1.9-20260231", /expected MAJOR\.MINOR\.PATCH-YYYYMMDD/],
]) {
  test(`${file} with ${text} is refused`, () => {
    write(file, text);
    for (const step of ["--version_file", "--check"]) {
      const { status, stderr } = bump(step);
      assert.equal(status, 1);
      assert.match(stderr, message);
    }
  });
}

test("--check tells all that does not fit together", () => {
  write("packages/b/package.json", '{ "name": "@x/b", "version": "0.1.8" }\n');
  write(
    "packages/a/package.json",
    '{ "name": "@x/a", "version": "0.1.9", "dependencies": { "@x/b": "^0.1.8" } }\n',
  );
  write("ci.yml", "container: aster/dev:0.1.8-20250101\n");
  write("docs/page.md", "aster/dev:0.3.0-20260131\n");
  const { status, stderr } = bump("--check");
  assert.equal(status, 1);
  assert.match(
    stderr,
    /packages\/b\/package\.json: the version is 0\.1\.8, and VERSION says 0\.1\.9/,
  );
  assert.match(stderr, /packages\/a\/package\.json: dependencies asks for @x\/b \^0\.1\.8/);
  assert.match(stderr, /docs\/page\.md: names the image 0\.3\.0-20260131, newer than/);
  assert.match(stderr, /docs\/page\.md: names the image .* and ci\.yml 0\.1\.8-20250101/);
});
