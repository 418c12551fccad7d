// SPDX-License-Identifier: MPL-2.0
//
// Finds the cases: each script once, each program once for each C library.

import { existsSync, readFileSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";

import { LIBCS, buildProgram } from "./build.mjs";
import { normalize } from "./normalize.mjs";
import { unifiedDiff } from "./diff.mjs";

const HERE = fileURLToPath(new URL(".", import.meta.url));

/**
 * @typedef {object} Outcome
 * @property {Uint8Array} stdout
 * @property {Uint8Array} stderr
 * @property {number} status
 * @property {string[]} [problems] what is wrong with the kernel that is left
 * @typedef {{guestPath: string, bytes: Uint8Array, mode: number}} GuestFile
 * @typedef {object} Case
 * @property {'script' | 'program'} kind
 * @property {string} name such as scripts/pipes or programs/fork-wait.musl
 * @property {string[]} argv
 * @property {GuestFile[]} files put into the guest before the command starts
 * @property {Uint8Array} [stdin] a pipe with these bytes; /dev/null without it
 * @property {string} recording path of the recorded outcome, without its three suffixes
 * @property {Outcome} [expected] unset while nothing is recorded
 */

/** The command's working directory stays empty: what it runs is in /tmp. */
const GUEST_FOLDER = "/tmp";

/** @param {string} recording @returns {Outcome | undefined} */
function readRecording(recording) {
  if (!existsSync(`${recording}.status`)) return undefined;
  return {
    stdout: readFileSync(`${recording}.stdout`),
    stderr: readFileSync(`${recording}.stderr`),
    status: Number(readFileSync(`${recording}.status`, "utf8")),
  };
}

/** @param {string} kindFolder @param {string} name */
function readStdin(kindFolder, name) {
  const path = join(HERE, kindFolder, `${name}.stdin`);
  return existsSync(path) ? readFileSync(path) : undefined;
}

/** @param {string} name @returns {Case} */
function scriptCase(name) {
  const guestPath = `${GUEST_FOLDER}/${name}.sh`;
  const recording = join(HERE, "recorded", "scripts", name);
  return {
    kind: "script",
    name: `scripts/${name}`,
    argv: ["/bin/sh", guestPath],
    files: [{ guestPath, bytes: readFileSync(join(HERE, "scripts", `${name}.sh`)), mode: 0o644 }],
    stdin: readStdin("scripts", name),
    recording,
    expected: readRecording(recording),
  };
}

/** @param {string} name @param {'musl' | 'glibc'} libc @returns {Case} */
function programCase(name, libc) {
  const guestPath = `${GUEST_FOLDER}/${name}`;
  const recording = join(HERE, "recorded", "programs", name);
  return {
    kind: "program",
    name: `programs/${name}.${libc}`,
    argv: [guestPath],
    files: [{ guestPath, bytes: readFileSync(buildProgram(name, libc)), mode: 0o755 }],
    stdin: readStdin("programs", name),
    recording,
    expected: readRecording(recording),
  };
}

/** @param {string} folder @param {string} suffix */
function namesIn(folder, suffix) {
  return readdirSync(join(HERE, folder))
    .filter((file) => file.endsWith(suffix))
    .map((file) => basename(file, suffix))
    .sort();
}

/**
 * @param {RegExp} [filter] on the case's name; programs left out are not compiled
 * @returns {Generator<Case>}
 */
export function* loadCases(filter = /(?:)/) {
  for (const name of namesIn("scripts", ".sh")) {
    if (filter.test(`scripts/${name}`)) yield scriptCase(name);
  }
  for (const name of namesIn("programs", ".c")) {
    for (const libc of /** @type {('musl' | 'glibc')[]} */ (Object.keys(LIBCS))) {
      if (filter.test(`programs/${name}.${libc}`)) yield programCase(name, libc);
    }
  }
}

/** Bytes as text, one character per byte, so that no output is beyond comparison. @param {Uint8Array} bytes */
function text(bytes) {
  return normalize(Buffer.from(bytes).toString("latin1"));
}

/**
 * @param {Case} testCase
 * @param {Outcome} actual
 * @returns {string} empty when equal, or else a readable account of all differences
 */
export function compare(testCase, actual) {
  const { expected } = testCase;
  if (expected === undefined) return `nothing recorded for ${testCase.name}: run record.mjs\n`;
  let report = (actual.problems ?? []).map((problem) => `${problem}\n`).join("");
  if (actual.status !== expected.status)
    report += `status: expected ${expected.status}, got ${actual.status}\n`;
  for (const stream of /** @type {const} */ (["stdout", "stderr"])) {
    report += unifiedDiff(
      `linux/${stream}`,
      `actual/${stream}`,
      text(expected[stream]),
      text(actual[stream]),
    );
  }
  return report;
}
