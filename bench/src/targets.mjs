// SPDX-License-Identifier: MPL-2.0

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { median } from "./statistics.mjs";

const WARM_UP_COMMANDS = 50;
const MEASURED_COMMANDS = 100;
/** In QEMU a system call takes some hundred times as long as here. */
const QEMU_ARGUMENTS = { calls: ["20"] };

const root = fileURLToPath(new URL("../..", import.meta.url));

/**
 * Where the programs run. `run()` gives the lines that they print; `cannotMeasure` names what a
 * target would report wrongly.
 */
export async function availableTargets(programs, machine = "builtin") {
  const native = {
    name: "native",
    cannotMeasure: [],
    run: async () => [...runAll([], programs), bootNative(), execNative()],
  };
  if (machine === "qemu") {
    const { linuxInQemu } = await import("@aster/osdk");
    const { start } = await linuxInQemu();
    const run = () => runInQemu(start, programs);
    const runNative = async () => [...runAll([], programs, QEMU_ARGUMENTS), bootNative()];
    // There is no agent in QEMU that commands could be sent to.
    return [
      { ...native, run: runNative },
      { name: "aster-qemu", cannotMeasure: [], run },
    ];
  }
  const targets = [native, { name: "aster", cannotMeasure: [], run: () => runOnAster(programs) }];
  if (spawnSync("qemu-x86_64", ["--version"]).status === 0) {
    targets.push({
      name: "qemu-x86_64",
      // An x86-64 host runs what qemu-user execs natively, so fork+exec would be the host's; and
      // there is no kernel that boots.
      cannotMeasure: ["fork+exec+wait"],
      run: async () => runAll(["qemu-x86_64"], programs),
    });
  }
  return targets;
}

function runAll(prefix, programs, further = {}) {
  return Object.entries(programs).flatMap(([name, program]) => {
    const [command, ...args] = [...prefix, program, ...(further[name] ?? [])];
    const result = spawnSync(command, args, { encoding: "utf8" });
    if (result.status !== 0)
      throw new Error(`${command} ${args.join(" ")} failed: ${result.stderr}`);
    return lines(result.stdout);
  });
}

/** A command in a system that is up: the median of many, when the first ones have warmed it up. */
async function warmExec(bootSystem) {
  const system = await bootSystem();
  try {
    const all = [];
    for (let i = 0; i < WARM_UP_COMMANDS + MEASURED_COMMANDS; i += 1) {
      const start = performance.now();
      await system.exec("true");
      if (i >= WARM_UP_COMMANDS) all.push(performance.now() - start);
    }
    return `warm-exec ${median(all).toPrecision(5)} ms 0`;
  } finally {
    await system.close();
  }
}

/** What takes the place of a warm command on the host. */
function execNative() {
  const all = Array.from({ length: 20 }, () => {
    const start = performance.now();
    spawnSync("busybox", ["sh", "-c", "true"]);
    return performance.now() - start;
  });
  return `warm-exec ${median(all).toPrecision(5)} ms 0`;
}

/** What takes the place of a boot on the host: starting the shell for one command. */
function bootNative() {
  return time("boot", () => spawnSync("busybox", ["sh", "-c", "true"]));
}

async function runOnAster(programs) {
  const boot = time("boot", () => {
    const result = spawnSync("./aster", ["run", "--", "sh", "-c", "true"], { cwd: root });
    if (result.status !== 0) throw new Error(`./aster run failed: ${result.stderr}`);
  });
  const { boot: bootSystem, runCommand } = await import("@aster/sandbox");
  return [...(await runGuests(runCommand, programs)), boot, await warmExec(bootSystem)];
}

/** Our kernel on bare x86-64, emulated by qemu-system-x86_64; its boot is that of `osdk run`. */
async function runInQemu(start, programs) {
  const { runCommandOn } = await import("@aster/sandbox/cli");
  const begin = performance.now();
  await runCommandOn(start, { argv: ["sh", "-c", "true"] });
  const boot = `boot ${(performance.now() - begin).toPrecision(5)} ms 0`;
  const run = (options) => runCommandOn(start, options);
  return [...(await runGuests(run, programs, QEMU_ARGUMENTS)), boot];
}

async function runGuests(runCommand, programs, further = {}) {
  const output = [];
  for (const [name, file] of Object.entries(programs)) {
    const { stdout, stderr, exitCode } = await runCommand({
      argv: [`/bin/${name}`, ...(further[name] ?? [])],
      files: [{ path: `/bin/${name}`, bytes: readFileSync(file), mode: 0o755 }],
    });
    if (exitCode !== 0) {
      throw new Error(
        `${name} exited with ${exitCode} on Aster: ${new TextDecoder().decode(stderr)}`,
      );
    }
    output.push(...lines(new TextDecoder().decode(stdout)));
  }
  return output;
}

function time(name, action) {
  const start = performance.now();
  action();
  return `${name} ${(performance.now() - start).toPrecision(5)} ms 0`;
}

function lines(text) {
  return text.split("\n").filter((line) => line !== "");
}
