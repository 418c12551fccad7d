// SPDX-License-Identifier: MPL-2.0

import { SandboxError } from "../errors.ts";
import type { Argument } from "../initramfs/init-script.ts";

/** Text as the guest's kernel has it: UTF-8, one character per byte. Bytes are taken as they are. */
export function toByteString(text: Argument): string {
  const bytes = Buffer.from(toBytes(text));
  if (bytes.includes(0)) throw new SandboxError("bad-option", "an argument or a name holds a NUL");
  return bytes.toString("latin1");
}

/** What the guest calls something, for people; bytes that are no UTF-8 are lost. */
export function fromByteString(text: string): string {
  return Buffer.from(text, "latin1").toString("utf8");
}

/** The bytes of a byte string. */
export function byteStringBytes(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, "latin1"));
}

/** Data that the caller may give as text or as bytes. */
export function toBytes(data: string | Uint8Array): Uint8Array {
  if (typeof data === "string") return new TextEncoder().encode(data);
  // Programs in plain JavaScript give anything.
  if (data instanceof Uint8Array) return data;
  throw new SandboxError("bad-option", `expected text or bytes, got ${describeValue(data)}`);
}

function describeValue(value: unknown): string {
  return value === null ? "null" : typeof value;
}
