#!/usr/bin/env node
// SPDX-License-Identifier: MPL-2.0

// Tells whether a file is a busybox that can serve as userland; used by ./aster.
import { loadBusybox } from "../dist/initramfs/busybox.js";

try {
  loadBusybox(process.argv[2]);
} catch (error) {
  process.stderr.write(`aster: ${error.message}\n`);
  process.exit(1);
}
