// SPDX-License-Identifier: MPL-2.0

// Boots systems again and again, then many at once, and fails when memory, threads, files or handles
// stay behind. Needs a build.
//
//   node --expose-gc tools/soak/main.mjs [--boots 200] [--at-once 20] [--memory MIB] [--json]

import { readdirSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { boot } from "../../packages/sandbox/dist/index.js";
import { readOptions } from "../command-line/options.mjs";

const HELP = `Usage: node --expose-gc tools/soak/main.mjs [--boots 200] [--at-once 20] [--memory MIB] [--json]

Boots systems one after the other with work in each, then some at the same time, and tells what is
left of them. Exits with 1 when more memory, threads, files or handles stay than the first tenth left.

  --boots N     systems one after the other (default 200)
  --at-once N   systems at the same time (default 20)
  --memory MIB  memory of each guest (default 64)
  --json        prints one JSON object
`;

/** Memory that may stay per boot after the first tenth, which warms caches and the allocator up. */
const KIB_PER_BOOT = 100;
/** Of the system's allocator and V8, whatever the number of boots. */
const SLACK_MIB = 48;

/** What the process holds now, after what is garbage has gone. */
async function usage() {
  for (let i = 0; i < 4; i++) {
    globalThis.gc?.();
    await sleep(20);
  }
  return {
    rssMiB: process.memoryUsage.rss() / 1048576,
    heapMiB: process.memoryUsage().heapUsed / 1048576,
    // Workers that do not keep the process alive stand in no list of Node's.
    threads: readdirSync("/proc/self/task").length,
    files: readdirSync("/proc/self/fd").length,
    handles: process.getActiveResourcesInfo().length,
  };
}

/** Each kind of thing that could be left behind: output, input, a terminal, files, an unread stream. */
async function work(system) {
  const { stdout } = await system.exec("cat; ls / | wc -l", { stdin: new Uint8Array(100_000) });
  if (stdout.length < 100_000) throw new Error(`only ${stdout.length} bytes came back`);
  await system.fs.writeFile("/tmp/file", new Uint8Array(300_000));
  await system.spawn(["yes"]);
  const shell = await system.spawn(["sh"], { pty: true });
  await shell.stdin.getWriter().write("exit 3\r");
  const { exitCode } = await shell.exit;
  if (exitCode !== 3) throw new Error(`the shell ended with ${exitCode}`);
}

/** One line of what the process held at a time. */
function show(name, { rssMiB, heapMiB, threads, files, handles }) {
  return `${name.padEnd(24)} ${rssMiB.toFixed(1).padStart(7)} MiB RSS ${heapMiB.toFixed(1).padStart(6)} MiB heap ${threads} threads, ${files} files, ${handles} handles\n`;
}

async function oneAfterTheOther(boots, options) {
  const tenth = Math.max(1, Math.floor(boots / 10));
  let first;
  for (let done = 1; done <= boots; done++) {
    const system = await boot(options);
    await work(system);
    await system.close();
    if (done % tenth !== 0) continue;
    const now = await usage();
    first ??= now;
    process.stderr.write(show(`${done} boots`, now));
  }
  return { first, last: await usage() };
}

/** All are up at the same time, and all work; how long that took, and what they held. */
async function atOnce(count, options) {
  const start = performance.now();
  const systems = await Promise.all(Array.from({ length: count }, () => boot(options)));
  const bootMs = performance.now() - start;
  try {
    const answers = await Promise.all(
      systems.map((system, i) => system.exec(`echo ${i} > /tmp/me; cat /tmp/me`)),
    );
    const wrong = answers.findIndex(({ stdout }, i) => stdout !== `${i}\n`);
    if (wrong >= 0) throw new Error(`system ${wrong} answered ${answers[wrong].stdout}`);
    return { bootMs, rssMiB: (await usage()).rssMiB };
  } finally {
    await Promise.all(systems.map((system) => system.close()));
  }
}

function judge(boots, { first, last, after }) {
  const problems = [];
  const allowed = SLACK_MIB + (boots * KIB_PER_BOOT) / 1024;
  const grown = last.rssMiB - first.rssMiB;
  if (grown > allowed) {
    problems.push(`${grown.toFixed(1)} MiB more than after the first tenth (at most ${allowed})`);
  }
  for (const name of ["threads", "files", "handles"]) {
    if (last[name] > first[name]) problems.push(`${last[name]} ${name}, at first ${first[name]}`);
    if (after[name] > first[name]) problems.push(`${after[name]} ${name} after all at once`);
  }
  return problems;
}

const { values } = readOptions({
  help: HELP,
  options: {
    boots: { type: "string", default: "200" },
    "at-once": { type: "string", default: "20" },
    memory: { type: "string", default: "64" },
    json: { type: "boolean", default: false },
  },
});
const [boots, count] = [Number(values.boots), Number(values["at-once"])];
const options = { limits: { memoryMiB: Number(values.memory) } };
const before = await usage();
const { first, last } = await oneAfterTheOther(boots, options);
const together = await atOnce(count, options);
const after = await usage();
const problems = judge(boots, { first, last, after });
if (values.json) {
  const report = { boots, before, first, last, atOnce: { count, ...together }, after, problems };
  process.stdout.write(`${JSON.stringify(report)}\n`);
} else {
  process.stdout.write(
    show("before", before) +
      show(`after ${Math.max(1, Math.floor(boots / 10))} boots`, first) +
      show(`after ${boots} boots`, last) +
      `${count} at once: up in ${(together.bootMs / 1000).toFixed(1)} s, ${together.rssMiB.toFixed(0)} MiB RSS in all\n` +
      show(`after those`, after) +
      problems.map((problem) => `LEAK ${problem}\n`).join(""),
  );
}
process.exitCode = problems.length === 0 ? 0 : 1;
