// SPDX-License-Identifier: MPL-2.0

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { UsageError, namesOf, readArguments } from "../arguments.mjs";
import { LOOP_NAMES } from "../cpu/loops.mjs";
import { geometricMean, median } from "../statistics.mjs";
import { table, times } from "../table.mjs";
import { buildInitrd, runNatively } from "./initrd.mjs";
import { V86_VERSION, installV86 } from "./install.mjs";

const HELP = `Usage: pnpm bench v86 --image BZIMAGE [--bios FILE] [--vga-bios FILE] [--only NAME,...]
                     [--timeout SECONDS] [--json]

Measures the loops of \`pnpm bench cpu\`, compiled for 32 bits, natively and in v86 ${V86_VERSION}, and prints v86's
times and their ratios to native ones. v86 has no 64-bit mode, so that its ratios and not its times compare with ours.

  --image FILE    a 32-bit Linux kernel (bzImage) with a serial console and support of initramfs, such as
                  /boot/vmlinuz of Debian's linux-image-686
  --bios FILE     default /usr/share/seabios/bios.bin (Debian's package seabios)
  --vga-bios FILE default /usr/share/seabios/vgabios.bin
  --only LIST     measure only these loops, separated by commas
  --timeout N     seconds for boot and loops (default 1800)
  --json          print one JSON object instead of a table
  --help          print this text

v86 is installed by npm into ~/.cache/aster the first time; gcc has to compile for 32 bits
(apt-get install gcc-multilib).
`;

function parseArguments(args) {
  const given = readArguments(args, {
    help: HELP,
    options: {
      image: { type: "string" },
      bios: { type: "string", default: "/usr/share/seabios/bios.bin" },
      "vga-bios": { type: "string", default: "/usr/share/seabios/vgabios.bin" },
      only: { type: "string", default: LOOP_NAMES.join(",") },
      timeout: { type: "string", default: "1800" },
    },
  });
  if (given === undefined) return undefined;
  const { image, bios, "vga-bios": vgaBios, json } = given;
  if (image === undefined) {
    throw new UsageError("--image FILE is needed: a 32-bit Linux kernel (see --help)");
  }
  const only = namesOf("--only", given.only, LOOP_NAMES);
  const timeout = Number(given.timeout);
  if (!(timeout > 0)) throw new UsageError("--timeout takes a number of seconds");
  for (const [name, file] of Object.entries({
    "--image": image,
    "--bios": bios,
    "--vga-bios": vgaBios,
  })) {
    if (!existsSync(file)) throw new UsageError(`${name}: there is no ${file}`);
  }
  return { image, bios, vgaBios, only, timeout, json };
}

/** `pnpm bench v86`; the exit code. */
export async function benchV86(args, log) {
  const options = parseArguments(args);
  if (options === undefined) return 0;
  const initrd = buildInitrd(options.only);
  const directory = installV86(log);
  log("natively, for 32 bits");
  const native = new Map(options.only.map((name) => [name, runNatively(name)]));
  log("in v86; this takes minutes");
  // A process of its own: v86 ends when it is told to, and its timers keep a process alive.
  const guest = spawnSync(
    process.execPath,
    [
      new URL("guest.mjs", import.meta.url).pathname,
      directory,
      options.image,
      initrd,
      options.bios,
      options.vgaBios,
      String(options.timeout),
    ],
    { encoding: "utf8", maxBuffer: 1 << 26, stdio: ["ignore", "pipe", "inherit"] },
  );
  if (guest.status !== 0)
    throw new Error(`v86 did not run the loops:\n${guest.stdout.slice(-2000)}`);
  const results = options.only.map((name) => {
    const lines = [
      ...guest.stdout.matchAll(new RegExp(`^LOOP ${name} (\\S+) (\\S+) (\\S+)`, "gm")),
    ];
    const expected = native.get(name);
    if (lines.length === 0)
      throw new Error(`v86 said nothing of ${name}:\n${guest.stdout.slice(-2000)}`);
    const wrong = lines.find(([, , , check]) => check !== expected.check);
    if (wrong !== undefined)
      throw new Error(`${name} in v86 gave ${wrong[3]}, not ${expected.check}`);
    return { name, native: expected.value, v86: median(lines.map(([, , value]) => Number(value))) };
  });
  const ratios = results.map(({ native: n, v86 }) => v86 / n);
  const report = { version: V86_VERSION, results, geomean: geometricMean(ratios) };
  process.stdout.write(options.json ? `${JSON.stringify(report)}\n` : print(report));
  return 0;
}

function print({ results, geomean }) {
  const rows = results.map(({ name, native, v86 }) => [
    name,
    native.toFixed(2),
    v86.toFixed(2),
    times(v86 / native),
  ]);
  return table([
    ["loop, ms, 32 bits", "native", "v86", "v86/native"],
    ...rows,
    ["geomean", "", "", times(geomean)],
  ]);
}
