// SPDX-License-Identifier: MPL-2.0

import { readFileSync } from "node:fs";
import { SandboxError } from "../errors.ts";
import { describe } from "../host-error.ts";

/** Where Debian's package busybox-static puts the program (with and without a merged /usr). */
export const BUSYBOX_PLACES: readonly string[] = ["/bin/busybox", "/usr/bin/busybox"];

const INSTALL_HINT =
  "install it with `apt-get install busybox-static`, or name one with `--busybox FILE`";

const PT_INTERP = 3;

/** Reads the busybox at `path`, or the one of the host; throws `SandboxError`. */
export function loadBusybox(path?: string): Uint8Array {
  if (path !== undefined) return check(path, read(path));
  for (const place of BUSYBOX_PLACES) {
    let bytes: Uint8Array;
    try {
      bytes = readBytes(place);
    } catch {
      continue;
    }
    return check(place, bytes);
  }
  throw new SandboxError(
    "busybox-missing",
    `no busybox in ${BUSYBOX_PLACES.join(" or ")}: ${INSTALL_HINT}`,
  );
}

function read(path: string): Uint8Array {
  try {
    return readBytes(path);
  } catch (error) {
    throw new SandboxError("busybox-missing", `cannot read busybox ${path}: ${describe(error)}`);
  }
}

/** Not a Buffer: its `slice` shares memory, and a plain array's does not. */
function readBytes(path: string): Uint8Array {
  const buffer = readFileSync(path);
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length);
}

function check(path: string, bytes: Uint8Array): Uint8Array {
  const problem = whyUnusable(bytes);
  if (problem !== undefined) {
    throw new SandboxError("busybox-unusable", `${path}: ${problem}; ${INSTALL_HINT}`);
  }
  return bytes;
}

/** Why `bytes` is no static x86-64 program; undefined when it is one (elf(5)). */
export function whyUnusable(bytes: Uint8Array): string | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length < 64 || view.getUint32(0, false) !== 0x7f45_4c46) {
    return "expected an ELF program";
  }
  if (view.getUint8(4) !== 2 || view.getUint8(5) !== 1) return "expected a 64-bit ELF program";
  if (view.getUint16(18, true) !== 62) return "expected a program for x86-64";
  const table = view.getUint32(32, true);
  const entryBytes = view.getUint16(54, true);
  const count = view.getUint16(56, true);
  for (let i = 0; i < count; i++) {
    const entry = table + i * entryBytes;
    if (entry + 4 > bytes.length) return "the program header table is cut off";
    if (view.getUint32(entry, true) === PT_INTERP) {
      return "expected a static program, and this one is dynamically linked";
    }
  }
  return undefined;
}
