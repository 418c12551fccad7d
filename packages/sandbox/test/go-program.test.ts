// SPDX-License-Identifier: MPL-2.0

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

import { expect, test } from "@jest/globals";
import { boot } from "@aster/sandbox";

/** esbuild's own program: static, and in Go, with its runtime's threads, signals and timers. */
function esbuildProgram(): Uint8Array {
  const esbuild = createRequire(import.meta.url).resolve("esbuild");
  return readFileSync(createRequire(esbuild).resolve("@esbuild/linux-x64/bin/esbuild"));
}

test("a static Go program bundles files in the guest", async () => {
  const system = await boot({ thread: "caller", limits: { memoryMiB: 512 } });
  try {
    await system.fs.writeFile("/tmp/esbuild", esbuildProgram(), { mode: 0o755 });
    await system.fs.writeFile("/tmp/a.ts", 'import { n } from "./b.ts"; console.log(n + 1);\n');
    await system.fs.writeFile("/tmp/b.ts", "export const n: number = 41; export const no = 'x';\n");
    expect(await system.exec("cd /tmp && ./esbuild a.ts --bundle --minify")).toMatchObject({
      exitCode: 0,
      stdout: "(()=>{console.log(42);})();\n",
    });
  } finally {
    await system.close();
  }
});
