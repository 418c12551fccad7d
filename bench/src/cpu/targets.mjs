// SPDX-License-Identifier: MPL-2.0

import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { loadBusybox } from "@aster/sandbox";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const guest = fileURLToPath(new URL("guest.mjs", import.meta.url));

/**
 * Where loops and programs run: `loop(file)` and `program(argv)` give the command line. The two others are left out, with a
 * message, where they are not installed.
 */
export function availableTargets(log, options = []) {
  loadBusybox(); // tells what to install
  const targets = [
    { name: "native", loop: (file) => [file], program: (argv) => ["busybox", ...argv] },
    {
      name: "aster",
      loop: (file) => [process.execPath, guest, ...options, file],
      program: (argv) => [`${root}aster`, "run", ...options, "--", ...argv],
    },
  ];
  if (spawnSync("busybox", ["true"]).status !== 0) {
    throw new Error(
      "busybox is not in PATH, and its programs are measured: apt-get install busybox-static",
    );
  }
  if (spawnSync("qemu-x86_64", ["--version"]).status === 0) {
    const busybox = spawnSync("sh", ["-c", "command -v busybox"], {
      encoding: "utf8",
    }).stdout.trim();
    targets.push({
      name: "qemu-x86_64",
      loop: (file) => ["qemu-x86_64", file],
      program: (argv) => ["qemu-x86_64", busybox, ...argv],
    });
  } else {
    log("qemu-x86_64 is not installed, so it is not compared with: apt-get install qemu-user");
  }
  return targets;
}
