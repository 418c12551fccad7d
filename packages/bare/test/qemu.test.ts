// SPDX-License-Identifier: MPL-2.0
// Boots images in QEMU: `pnpm test:qemu` in this package. The first run compiles the engine (30 s).

import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
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
  type QemuMachine,
  type QemuOptions,
  type QemuRun,
} from "../src/index.ts";
import { CpioWriter } from "../../sandbox/src/initramfs/cpio.ts";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const BUSYBOX = "/usr/bin/busybox";
const MINUTES = 60_000;

const missing = [...missingBuildPackages(), ...missingRunPackages()];
const describeWithTools = missing.length === 0 ? describe : describe.skip;
if (missing.length > 0) {
  process.stderr.write(`bare-metal tests are skipped: apt-get install ${missing.join(" ")}\n`);
}

const folder = mkdtempSync(join(tmpdir(), "aster-bare-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function boot(
  program: Program,
  options: Omit<QemuOptions, "image"> = {},
  compile: "hot" | "all" | "none" = "hot",
): Promise<QemuRun> {
  const image = join(folder, "image.elf");
  const cacheFolder = join(ROOT, "packages/bare/target");
  await buildImage({ program, output: image, cacheFolder, compile });
  return runQemu({ image, ...options }, 2 * MINUTES);
}

const LINUX: Program = { kernel: join(ROOT, "packages/kernel/dist/index.js") };
const GUARDED = "iommu_platform=on,disable-legacy=on";

/** Boots the Linux-compatible kernel with a script as init; what came out of its console. */
async function bootScript(
  machine: QemuMachine,
  bus: string,
  script: string,
  further: readonly string[] = [],
): Promise<{ status: number; console: string; disk: Buffer }> {
  const disk = join(folder, "disk.img");
  const console = join(folder, "console.txt");
  const initramfs = join(folder, "initramfs.cpio");
  writeFileSync(disk, Buffer.concat([Buffer.alloc(512, "A"), Buffer.alloc(64 * 1024)]));
  const archive = new CpioWriter();
  archive.addFile("/bin/busybox", readFileSync(BUSYBOX), 0o755);
  archive.addFile("/init", Buffer.from(`#!/bin/busybox sh\n${script}\n`), 0o755);
  archive.addDirectory("/dev");
  writeFileSync(initramfs, archive.finish());
  const run = await boot(LINUX, {
    machine,
    initramfs,
    devices: [
      ...further,
      ...["-device", `virtio-rng-${bus}`],
      ...["-drive", `file=${disk},format=raw,if=none,id=disk`],
      ...["-device", `virtio-blk-${bus},drive=disk`],
      ...["-chardev", `file,path=${console},id=out`],
      ...["-device", `virtio-serial-${bus}`, "-device", "virtconsole,chardev=out"],
    ],
  });
  const text = readFileSync(console, "latin1").replaceAll("\r\n", "\n");
  return { status: run.status, console: text, disk: readFileSync(disk) };
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
    "scripts do the same compiled as interpreted, to the lines in stack traces",
    async () => {
      const program = { script: join(ROOT, "packages/bare/test/kernels/language.ts") };
      const interpreted = await boot(program, {}, "none");
      const size = statSync(join(folder, "image.elf")).size;
      const compiled = await boot(program, {}, "all");
      expect(compiled).toEqual(interpreted);
      expect(compiled.status).toBe(QEMU_STATUS_SUCCESS);
      expect(compiled.output).toContain("at fails (kernel.js:");
      expect(statSync(join(folder, "image.elf")).size).toBeGreaterThan(size + 50_000);
    },
    5 * MINUTES,
  );

  test(
    "a hostile kernel finds no intrinsics, no global object of OSTD's, makes no code and changes nothing",
    async () => {
      const kernel = join(ROOT, "packages/bare/test/kernels/confinement.ts");
      const run = await boot({ kernel }, { kernelCommandLine: "loglevel=0" });
      expect(run).toEqual({
        status: QEMU_STATUS_SUCCESS,
        output: "35 attempts, 0 gained something\n",
      });
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

  const withBusybox = existsSync(BUSYBOX) ? test.each : test.skip.each;
  withBusybox<[string, QemuMachine, string, readonly string[]]>([
    ["microvm", "microvm", "device", []],
    ["q35", "q35", "pci", []],
    ["q35, IOMMU", "q35", `pci,${GUARDED}`, ["-device", "intel-iommu,intremap=on"]],
    ["q35, IOMMU for DMA alone", "q35", `pci,${GUARDED}`, ["-device", "intel-iommu,intremap=off"]],
  ])(
    "busybox, console, entropy and disk on %s",
    async (_name, machine, bus, further) => {
      const script =
        "/bin/busybox head -c 3 /dev/vda; echo; printf written | /bin/busybox dd of=/dev/vda " +
        "bs=512 seek=2 2>/dev/null; /bin/busybox sync; /bin/busybox head -c 16 /dev/urandom | " +
        "/bin/busybox wc -c; /bin/busybox poweroff -f";
      const run = await bootScript(machine, bus, script, further);
      expect(run.console).toBe("AAA\n16\n");
      expect(run.disk.subarray(1024, 1031).toString()).toBe("written");
      expect(run.status).toBe(QEMU_STATUS_SUCCESS);
    },
    5 * MINUTES,
  );

  test(
    "behind QEMU's IOMMU a device reaches what is mapped for it, and nothing else",
    async () => {
      const run = await boot(
        { kernel: join(ROOT, "packages/bare/test/kernels/dma-attack.ts") },
        {
          machine: "q35",
          kernelCommandLine: "loglevel=0",
          devices: [
            ...["-device", "intel-iommu,intremap=on"],
            ...["-device", `virtio-rng-pci,${GUARDED}`, "-device", `virtio-rng-pci,${GUARDED}`],
          ],
        },
      );
      expect(run.output.split("\r\n").join("\n")).toBe(
        "guarded true\nmapped: true, written true\nfaults 0\n" +
          "dropped: written false\nrecorded: write, reason 5\n" +
          "never mapped: written false\nrecorded: write, reason 5\n",
      );
      expect(run.status).toBe(QEMU_STATUS_SUCCESS);
    },
    5 * MINUTES,
  );
});
