// SPDX-License-Identifier: MPL-2.0

import { SandboxError } from "../errors.ts";
import type { Argument } from "../initramfs/init-script.ts";

/** Text as the guest's kernel has it: UTF-8, one character per byte. Bytes are taken as they are. */
export function toByteString(text: Argument): string {
  const bytes = typeof text === "string" ? Buffer.from(text, "utf8") : Buffer.from(text);
  if (bytes.includes(0)) throw new SandboxError("bad-option", "an argument or a name holds a NUL");
  return bytes.toString("latin1");
}

/** What the guest calls something, for people; bytes that are no UTF-8 are lost. */
export function fromByteString(text: string): string {
  return Buffer.from(text, "latin1").toString("utf8");
}

/** Data that the caller may give as text or as bytes. */
export function toBytes(data: string | Uint8Array): Uint8Array {
  return typeof data === "string" ? new TextEncoder().encode(data) : data;
}
