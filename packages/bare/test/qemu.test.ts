// SPDX-License-Identifier: MPL-2.0
// Boots images in QEMU: `pnpm test:qemu` in this package. The first run compiles the engine (30 s).

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, test } from "@jest/globals";
import {
  buildImage,
  missingBuildPackages,
  missingRunPackages,
  QEMU_STATUS_SUCCESS,
  runQemu,
  type Program,
  type QemuRun,
} from "../src/index.ts";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const MINUTES = 60_000;

const missing = [...missingBuildPackages(), ...missingRunPackages()];
const describeWithTools = missing.length === 0 ? describe : describe.skip;
if (missing.length > 0) {
  process.stderr.write(`bare-metal tests are skipped: apt-get install ${missing.join(" ")}\n`);
}

const folder = mkdtempSync(join(tmpdir(), "aster-bare-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function boot(program: Program): Promise<QemuRun> {
  const image = join(folder, "image.elf");
  const cacheFolder = join(ROOT, "packages/bare/target");
  await buildImage({ program, output: image, cacheFolder });
  return runQemu({ image }, 2 * MINUTES);
}

describeWithTools("an image in QEMU", () => {
  test(
    "hello-kernel prints from ring 3 and powers off with success",
    async () => {
      const run = await boot({ kernel: join(ROOT, "examples/hello-kernel/dist/main.js") });
      expect(run).toEqual({ status: QEMU_STATUS_SUCCESS, output: "Hello, world\n" });
    },
    5 * MINUTES,
  );

  test(
    "the machine keeps every promise of the hardware contract",
    async () => {
      const run = await boot({
        script: join(ROOT, "packages/bare/dist/guest/contract-program.js"),
      });
      expect(run.output).not.toContain("not ok");
      expect(run.status).toBe(QEMU_STATUS_SUCCESS);
    },
    5 * MINUTES,
  );
});
