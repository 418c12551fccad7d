// SPDX-License-Identifier: MPL-2.0

import { BuildError } from "./build-error.ts";

/** What native/boot.S leaves room with. */
const ROOM = "room multib.";
/** Multiboot specification 0.6.96, section 3.1. */
const MAGIC = 0x1bad_b002;
/** Modules in whole pages, and the memory map. */
const FLAGS = 3;
/** The header lies completely in the first 8192 bytes. */
const SEARCHED_BYTES = 8192;

/** An image with a multiboot header: GRUB's command `multiboot` loads it, `qemu -kernel` does not. */
export function withMultibootHeader(image: Uint8Array): Uint8Array {
  const marked = Buffer.from(image);
  const at = marked.subarray(0, SEARCHED_BYTES).indexOf(ROOM, 0, "latin1");
  if (at < 0) throw new BuildError("bundle-failed", "the image has no room for a multiboot header");
  marked.writeUInt32LE(MAGIC, at);
  marked.writeUInt32LE(FLAGS, at + 4);
  marked.writeUInt32LE(-(MAGIC + FLAGS) >>> 0, at + 8);
  return new Uint8Array(marked);
}
