// SPDX-License-Identifier: MPL-2.0

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

/**
 * Where the programs run. `run()` gives the lines that they print; `cannotMeasure` names what a
 * target would report wrongly.
 */
export async function availableTargets(programs) {
  const targets = [
    { name: "native", cannotMeasure: [], run: async () => [...runAll([], programs), bootNative()] },
    { name: "aster", cannotMeasure: [], run: () => runOnAster(programs) },
  ];
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

function runAll(prefix, programs) {
  return Object.values(programs).flatMap((program) => {
    const [command, ...args] = [...prefix, program];
    const result = spawnSync(command, args, { encoding: "utf8" });
    if (result.status !== 0)
      throw new Error(`${command} ${args.join(" ")} failed: ${result.stderr}`);
    return lines(result.stdout);
  });
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
  const { runCommand } = await import("@aster/sandbox");
  const output = [];
  for (const [name, file] of Object.entries(programs)) {
    const { stdout, stderr, exitCode } = await runCommand({
      argv: [`/bin/${name}`],
      files: [{ path: `/bin/${name}`, bytes: readFileSync(file), mode: 0o755 }],
    });
    if (exitCode !== 0) {
      throw new Error(
        `${name} exited with ${exitCode} on aster: ${new TextDecoder().decode(stderr)}`,
      );
    }
    output.push(...lines(new TextDecoder().decode(stdout)));
  }
  return [...output, boot];
}

function time(name, action) {
  const start = performance.now();
  action();
  return `${name} ${(performance.now() - start).toPrecision(5)} ms 0`;
}

function lines(text) {
  return text.split("\n").filter((line) => line !== "");
}
