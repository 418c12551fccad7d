// SPDX-License-Identifier: MPL-2.0
// The kernel on a machine whose devices stand on PCI, with and without an IOMMU before them.

import { expect, test } from "@jest/globals";
import { MemoryBlockBackend } from "@aster/machine";
import { runCommand } from "@aster/sandbox";

const SECTOR_BYTES = 512;

test.each([
  { bus: "pci", iommu: false },
  { bus: "pci", iommu: true },
  { bus: "mmio", iommu: true },
] as const)("console, entropy and disk work on $bus, IOMMU: $iommu", async ({ bus, iommu }) => {
  const disk = new Uint8Array(256 * SECTOR_BYTES);
  disk.fill(0x41, 0, SECTOR_BYTES);
  let log = "";
  const result = await runCommand({
    argv: [
      "sh",
      "-c",
      "cat; head -c 3 /dev/vda; echo; printf written | dd of=/dev/vda bs=512 seek=2 2>&1 | tail -1;" +
        " sync; head -c 16 /dev/urandom | wc -c",
    ],
    stdin: new TextEncoder().encode("typed\n"),
    disks: [new MemoryBlockBackend(disk)],
    timeoutMs: 50_000,
    bus,
    iommu,
    onLog: (bytes) => {
      log += new TextDecoder().decode(bytes);
    },
  });
  const lines = new TextDecoder().decode(result.stdout).split("\n");
  expect(lines[0]).toBe("typed");
  expect(lines[1]).toBe("AAA");
  expect(lines.at(-2)).toBe("16");
  expect(result.exitCode).toBe(0);
  expect(new TextDecoder().decode(disk.subarray(1024, 1031))).toBe("written");
  expect(log).toBe("");
});
