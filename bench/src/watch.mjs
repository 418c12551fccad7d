// SPDX-License-Identifier: MPL-2.0

// `pnpm bench watch [--json] [--rounds N]`: from the save of a source file to what the kernel prints.

import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { readArguments } from "./arguments.mjs";
import { median } from "./statistics.mjs";
import { table } from "./table.mjs";

const HELP = `Usage: pnpm bench watch [--json] [--rounds N]

Makes a kernel with "osdk new" in a folder of its own, runs it with "osdk run --watch", and saves its source
again and again: prints how long each save takes until the kernel that was built of it has printed its line.

  --json       print one JSON object instead of a table
  --rounds N   saves (1 to 100, default 7)
`;
const OSDK = fileURLToPath(new URL("../../packages/osdk/bin/aster-osdk.js", import.meta.url));
/** Between two saves: as somebody saves who looks at what it changed, and as fast as can be. */
const PAUSES_MS = { "saves some seconds apart": 2500, "a save in each second": 1000 };
const DEADLINE_MS = 30_000;

/** Milliseconds of each save. */
async function measure(project, rounds, pauseMs) {
  const file = join(project, "src", "main.ts");
  const source = readFileSync(file, "utf8");
  const child = spawn(process.execPath, [OSDK, "run", "--watch"], {
    cwd: project,
    stdio: ["ignore", "pipe", "ignore"],
  });
  let printed = "";
  child.stdout.on("data", (bytes) => (printed += bytes));
  const until = async (text) => {
    const start = performance.now();
    while (!printed.includes(text)) {
      if (performance.now() - start > DEADLINE_MS) throw new Error(`${text}: not printed`);
      await sleep(2);
    }
    return performance.now() - start;
  };
  try {
    await until("Hello world");
    const times = [];
    for (let round = 1; round <= rounds; round += 1) {
      await sleep(pauseMs);
      writeFileSync(file, source.replace("Hello", `save ${round}:`));
      times.push(await until(`save ${round}: world`));
    }
    return times;
  } finally {
    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGINT");
    await gone;
    writeFileSync(file, source);
  }
}

export async function benchWatch(args, log) {
  const options = readArguments(args, { help: HELP, rounds: { usual: 7, most: 100 } });
  if (options === undefined) return 0;
  const directory = mkdtempSync(join(tmpdir(), "aster-watch-"));
  try {
    execFileSync(process.execPath, [OSDK, "new", "--kernel", "watched"], {
      cwd: directory,
      stdio: "ignore",
    });
    const results = [];
    for (const [name, pauseMs] of Object.entries(PAUSES_MS)) {
      log(name);
      const times = await measure(join(directory, "watched"), rounds, pauseMs);
      results.push({ name, unit: "ms", median: median(times), worst: Math.max(...times) });
    }
    const rows = results.map(({ name, unit, median: middle, worst }) => [
      name,
      unit,
      middle.toFixed(0),
      worst.toFixed(0),
    ]);
    process.stdout.write(
      options.json
        ? `${JSON.stringify({ suite: "watch", results })}\n`
        : table(["from a save to the kernel's line", "unit", "median", "worst"], rows),
    );
    return 0;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
