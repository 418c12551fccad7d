// SPDX-License-Identifier: MPL-2.0

import { Reg } from "@aster/ostd";
import { AT_FDCWD } from "../../abi/fcntl.ts";
import { signalName } from "../../abi/signal.ts";
import type { Thread } from "../../process/thread.ts";
import type { Arg } from "../args.ts";
import type { Syscall } from "../define.ts";
import { argument } from "../dispatch.ts";
import { renderAddress, renderFlags, renderHex, renderOctal, renderOneOf } from "./numbers.ts";
import { quoteBytes, quoteString } from "./quote.ts";
import { structRenderer } from "./structs.ts";

/** Bytes of a string that are printed (strace -s). */
const STRING_MAX = 32;
const PATH_MAX = 4096;
/** Strings of argv that are printed. */
const ARRAY_MAX = 32;
const REGISTERS = [Reg.RDI, Reg.RSI, Reg.RDX, Reg.R10, Reg.R8, Reg.R9] as const;

/** Whether an argument can be printed only once the call has ended. */
export function isOutArgument({ render }: Arg): boolean {
  return render.as === "buffer-out" || (render.as === "struct" && render.out);
}

/** Argument `index` of the call in the thread's registers; `result` once the call has ended. */
export function renderArgument(
  thread: Thread,
  call: Syscall,
  index: number,
  result: number | undefined,
): string {
  const arg = call.args[index];
  if (arg === undefined) return "";
  const value = argument(thread.context, call, index);
  const { render } = arg;
  switch (render.as) {
    case "decimal":
    case "fd":
      return renderDecimal(thread, arg, index, value);
    case "dirfd":
      return value === AT_FDCWD ? "AT_FDCWD" : `${value}`;
    case "hex":
      return renderHex(value);
    case "octal":
      return renderOctal(value);
    case "address":
      return renderAddress(value);
    case "path":
      return renderPath(thread, value);
    case "signal":
      return signalName(value);
    case "flags":
      return renderFlags(value, render.names, render.empty);
    case "one-of":
      return renderOneOf(value, render.names);
    case "buffer-in":
      return renderBuffer(thread, value, argument(thread.context, call, render.length));
    case "buffer-out":
      return result === undefined || result < 0
        ? renderAddress(value)
        : renderBuffer(thread, value, result);
    case "struct":
      return renderStruct(thread, value, render.layout, render.out && (result ?? 0) < 0);
    case "nothing":
      return "";
    case "string-array":
      return arg.name === "envp" ? renderCount(thread, value) : renderStrings(thread, value);
  }
}

/** 64-bit numbers above 2^53 are printed exactly: -1 as an unsigned size, say. */
function renderDecimal(thread: Thread, arg: Arg, index: number, value: number): string {
  if (Number.isSafeInteger(value) || arg.decoding === "int") return `${value}`;
  const register = REGISTERS[index] ?? Reg.R9;
  const high = BigInt(thread.context.regHi(register));
  return `${(high << 32n) | BigInt(thread.context.regLo(register))}`;
}

function renderPath(thread: Thread, address: number): string {
  if (address === 0) return "NULL";
  const path = thread.memory.readCString(address, PATH_MAX);
  return typeof path === "string" ? renderAddress(address) : quoteString(path.bytes);
}

function renderBuffer(thread: Thread, address: number, length: number): string {
  if (address === 0) return "NULL";
  const count = Math.min(length, STRING_MAX);
  const bytes = new Uint8Array(count);
  if (thread.memory.readBytes(address, bytes, 0, count) !== count) return renderAddress(address);
  return quoteBytes(bytes) + (length > count ? "..." : "");
}

function renderStruct(thread: Thread, address: number, layout: string, hasFailed: boolean): string {
  if (address === 0) return "NULL";
  const renderer = structRenderer(layout);
  if (renderer === undefined || hasFailed) return renderAddress(address);
  const bytes = new Uint8Array(renderer.size);
  if (thread.memory.readBytes(address, bytes, 0, renderer.size) !== renderer.size) {
    return renderAddress(address);
  }
  return renderer.render(new DataView(bytes.buffer));
}

function renderStrings(thread: Thread, address: number): string {
  if (address === 0) return "NULL";
  const strings: string[] = [];
  for (let at = address; ; at += 8) {
    const pointer = thread.memory.readU64(at);
    if (pointer < 0) return renderAddress(address);
    if (pointer === 0) break;
    if (strings.length === ARRAY_MAX) {
      strings.push("...");
      break;
    }
    strings.push(renderText(thread, pointer));
  }
  return `[${strings.join(", ")}]`;
}

function renderText(thread: Thread, address: number): string {
  const text = thread.memory.readCString(address, PATH_MAX);
  if (text === "PageFault") return renderAddress(address);
  const bytes = text === "TooLong" ? undefined : text.bytes;
  if (bytes !== undefined && bytes.length <= STRING_MAX) return quoteString(bytes);
  return renderBuffer(thread, address, PATH_MAX);
}

function renderCount(thread: Thread, address: number): string {
  let count = 0;
  for (let at = address; address !== 0; at += 8) {
    const pointer = thread.memory.readU64(at);
    if (pointer <= 0) break;
    count++;
  }
  return address === 0 ? "NULL" : `${renderAddress(address)} /* ${count} vars */`;
}
