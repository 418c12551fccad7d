// SPDX-License-Identifier: MPL-2.0

// `pnpm bench lmbench`: what programs ask of a kernel, on native Linux, on Aster, and on Debian's kernel
// in qemu-system-x86_64 with TCG, in turns.

import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { readArguments } from "../arguments.mjs";
import { buildPrograms } from "../build.mjs";
import { median } from "../statistics.mjs";
import { table } from "../table.mjs";
import { lmbenchTargets } from "./targets.mjs";

const HELP = `Usage: pnpm bench lmbench [--json] [--rounds N] [--docs]

Measures calls, signals, pipes, processes, memory and files on native Linux, on Aster, and on Debian's kernel
in qemu-system-x86_64 (TCG), in turns, and prints the median of each with its ratios. The kernel is fetched
by apt-get once; without it or QEMU, two are compared.

  --json      print one JSON object instead of a table
  --rounds N  how often each is measured (1 to 20, default 3)
  --docs      also writes the table into docs/speed.md
  --help      print this text
`;
/** No operation should take longer than this, by Linux in QEMU. */
const LIMIT = 1.2;
const PAGE = fileURLToPath(new URL("../../../docs/speed.md", import.meta.url));
const [BEGIN, END] = ["<!-- lmbench: begin -->", "<!-- lmbench: end -->"];

const microseconds = (value) => (value === undefined ? "-" : value.toPrecision(3));
const ratio = (one, other) =>
  one === undefined || other === undefined ? "-" : `${(one / other).toFixed(2)}x`;

function rowsOf(results) {
  return results.map(({ name, native, aster, "linux-tcg": linux }) => [
    name,
    "us",
    microseconds(native),
    microseconds(aster),
    microseconds(linux),
    ratio(aster, native),
    ratio(aster, linux),
  ]);
}
const HEADER = ["", "unit", "native", "aster", "linux-tcg", "aster/native", "aster/linux-tcg"];

function writeDocs(results, rounds) {
  const page = readFileSync(PAGE, "utf8");
  const lines = [["operation", ...HEADER.slice(1)], HEADER.map(() => "---"), ...rowsOf(results)];
  const date = new Date().toISOString().slice(0, 10);
  const text =
    `${BEGIN}\n\nMeasured ${date}, medians of ${rounds} rounds.\n\n` +
    `${lines.map((cells) => `| ${cells.join(" | ")} |\n`).join("")}\n${END}`;
  const [from, to] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (from < 0 || to < 0) throw new Error(`${PAGE} has no place for the table`);
  writeFileSync(PAGE, page.slice(0, from) + text + page.slice(to + END.length));
}

export async function benchLmbench(args, log) {
  const options = readArguments(args, {
    help: HELP,
    rounds: { usual: 3, most: 20 },
    options: { docs: { type: "boolean", default: false } },
  });
  if (options === undefined) return 0;
  const { operations } = buildPrograms(["operations"]);
  const targets = lmbenchTargets(operations, log);
  const samples = new Map();
  for (let round = 1; round <= options.rounds; round += 1) {
    for (const target of targets) {
      log(`round ${round} of ${options.rounds}: ${target.name}`);
      for (const line of await target.run()) {
        const [name, value] = line.split(" ");
        const entry = samples.get(name) ?? {};
        (entry[target.name] ??= []).push(Number(value));
        samples.set(name, entry);
      }
    }
  }
  const results = [...samples].map(([name, values]) => ({
    name,
    ...Object.fromEntries(Object.entries(values).map(([target, all]) => [target, median(all)])),
  }));
  const slow = results.filter((result) => result.aster > LIMIT * result["linux-tcg"]);
  if (options.docs) writeDocs(results, options.rounds);
  if (options.json) {
    process.stdout.write(`${JSON.stringify({ suite: "lmbench", unit: "us", results })}\n`);
  } else {
    process.stdout.write(table(HEADER, rowsOf(results)));
    const names = slow.map(({ name }) => name).join(", ");
    process.stdout.write(`above ${LIMIT} times Linux in QEMU: ${names === "" ? "none" : names}\n`);
  }
  return 0;
}
