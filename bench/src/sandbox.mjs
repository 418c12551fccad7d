// SPDX-License-Identifier: MPL-2.0

// `pnpm bench sandbox [--json] [--rounds N]`: what the API costs: a boot, a warm command, memory.

import { spawnSync } from "node:child_process";
import { readArguments } from "./arguments.mjs";
import { median } from "./statistics.mjs";
import { table } from "./table.mjs";

const HELP = `Usage: pnpm bench sandbox [--json] [--rounds N]

Boots systems through @aster/sandbox, each in a worker of its own, and prints medians: how long a boot takes,
and a warm exec of "true", beside a process of the host that does the same.

  --json       print one JSON object instead of a table
  --rounds N   systems to boot (1 to 100, default 5)
`;
/** Commands in a system before it counts as warm, and those that are measured. */
const WARM_UP = 100;
const MEASURED = 200;

async function time(call) {
  const start = performance.now();
  await call();
  return performance.now() - start;
}

async function times(count, call) {
  const all = [];
  for (let i = 0; i < count; i += 1) all.push(await time(call));
  return median(all);
}

export async function benchSandbox(args, log) {
  const options = readArguments(args, { help: HELP, rounds: { usual: 5, most: 100 } });
  if (options === undefined) return 0;
  const { boot } = await import("@aster/sandbox");
  const samples = { boot: [], "exec true": [], "exec sh -c true": [], "RSS of a system": [] };
  const native = { "exec true": [], "exec sh -c true": [] };
  for (let round = 1; round <= rounds; round += 1) {
    log(`round ${round} of ${rounds}`);
    const rss = process.memoryUsage.rss();
    let system;
    samples.boot.push(await time(async () => (system = await boot())));
    try {
      for (let i = 0; i < WARM_UP; i += 1) await system.exec(i % 2 === 0 ? ["true"] : "true");
      samples["exec true"].push(await times(MEASURED, () => system.exec(["true"])));
      samples["exec sh -c true"].push(await times(MEASURED, () => system.exec("true")));
      samples["RSS of a system"].push((process.memoryUsage.rss() - rss) / 1048576);
    } finally {
      await system.close();
    }
    const host = (...command) => times(20, () => spawnSync("busybox", command));
    native["exec true"].push(await host("true"));
    native["exec sh -c true"].push(await host("sh", "-c", "true"));
  }
  const results = Object.entries(samples).map(([name, all]) => ({
    name,
    unit: name.startsWith("RSS") ? "MiB" : "ms",
    // The first system of a process compiles what the later ones share.
    median: median(name.startsWith("RSS") ? all.slice(0, 1) : all),
    host: native[name] && median(native[name]),
  }));
  const report = { suite: "sandbox", results };
  const rows = results.map(({ name, unit, median: value, host }) => [
    name,
    unit,
    value.toFixed(2),
    host?.toFixed(2) ?? "-",
  ]);
  process.stdout.write(
    options.json
      ? `${JSON.stringify(report)}\n`
      : table(["", "unit", "aster, median", "busybox on the host"], rows),
  );
  return 0;
}
