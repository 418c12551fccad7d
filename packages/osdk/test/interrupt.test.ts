// SPDX-License-Identifier: MPL-2.0

// Needs a build of all packages. Signals are for a process of its own.

import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "@jest/globals";

const MODULE = fileURLToPath(new URL("../dist/qemu/interrupt.js", import.meta.url));

/** What becomes of a build, which is given as an expression. */
function outcome(build: string): string {
  const program = `
    import { whileBuilding } from ${JSON.stringify(MODULE)};
    console.log(await whileBuilding(${build}).catch((error) => error.message));
  `;
  const args = ["--input-type=module", "-e", program];
  const { stdout, signal } = spawnSync(process.execPath, args, { encoding: "utf8" });
  return `${stdout}${signal ?? ""}`;
}

test("a build that nothing interrupts gives what it built", () => {
  expect(outcome("async () => 'built'")).toBe("built\n");
});

test.each(["SIGINT", "SIGTERM", "SIGHUP"])("%s ends a build", (signal) => {
  const build = `(stop) => new Promise((_, reject) => {
    const timer = setTimeout(() => reject(new Error("not interrupted")), 5000);
    stop.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(new Error("ended"));
    });
    process.kill(process.pid, "${signal}");
  })`;
  expect(outcome(build)).toBe("interrupted\n");
});

test("a signal that comes while a build does not pause is not lost", () => {
  const build = `async () => {
    process.kill(process.pid, "SIGINT");
    const end = performance.now() + 20;
    while (performance.now() < end);
    return "built";
  }`;
  expect(outcome(build)).toBe("interrupted\n");
});
