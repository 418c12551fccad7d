// SPDX-License-Identifier: MPL-2.0

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cachedFile } from "./loops.mjs";

const MIB = 1 << 20;
const LINES_PER_MIB = 18_000;

/** Lines as a server might log them, the same ones every time. */
function logText(mebibytes) {
  const paths = ["/", "/index.html", "/login", "/api/v1/items", "/static/app.js", "/search?q="];
  const words = ["started", "finished", "timed out", "was refused", "moved", "is being retried"];
  let seed = 2463534242;
  const random = (n) => {
    seed ^= seed << 13;
    seed ^= seed >>> 17;
    seed ^= seed << 5;
    return (seed >>> 0) % n;
  };
  const lines = [];
  for (let i = 0; i < mebibytes * LINES_PER_MIB; i += 1) {
    const address = `10.${random(4)}.${random(256)}.${random(256)}`;
    const status = [200, 200, 200, 304, 404, 500][random(6)];
    lines.push(
      `${1700000000 + i} ${address} GET ${paths[random(6)]}${random(1000)} ${status} ${random(90000)} ${words[random(6)]}`,
    );
  }
  return `${lines.join("\n")}\n`;
}

const AWK =
  '{ bytes[$5] += $6; if ($2 ~ /^10\\.3\\./) n++; words[$7]++ } END { print NR, n; for (w in words) print w, words[w] | "sort"; close("sort"); for (s in bytes) print s, bytes[s] | "sort" }';

/** Whole programs: busybox's applets, and how many MiB of log each reads from its standard input. */
export const PROGRAMS = [
  { name: "gzip", argv: ["gzip", "-c"], mebibytes: 16 },
  { name: "sha256sum", argv: ["sha256sum"], mebibytes: 128 },
  { name: "awk", argv: ["awk", AWK], mebibytes: 16 },
  { name: "sort", argv: ["sort"], mebibytes: 32 },
  { name: "bzip2", argv: ["bzip2", "-c"], mebibytes: 6 },
];

function input(mebibytes) {
  return cachedFile(`log-${mebibytes}.txt`, () => {
    // More than a few MiB are the same lines again.
    const unit = Buffer.from(logText(Math.min(mebibytes, 16)));
    return Buffer.concat(Array.from({ length: Math.ceil(mebibytes / 16) }, () => unit));
  }).subarray(0, mebibytes * MIB);
}

/**
 * Runs a whole program, from the start of its process to its end, and gives milliseconds and a digest of its output. On
 * Aster that is a start of Node, a boot, and everything that has to be compiled.
 */
export function runProgram({ name, argv, mebibytes }, target) {
  const [command, ...args] = target.program(argv);
  const data = input(mebibytes);
  const start = performance.now();
  const result = spawnSync(command, args, { input: data, maxBuffer: 256 * MIB });
  const value = performance.now() - start;
  if (result.status !== 0) {
    const end = result.error?.message ?? `status ${result.status ?? result.signal}`;
    throw new Error(`${name} on ${target.name} failed (${end}): ${result.stderr}`);
  }
  return { value, check: createHash("sha256").update(result.stdout).digest("hex") };
}
