// SPDX-License-Identifier: MPL-2.0

import { x86_64 } from "@aster/hardware";
import type { Native } from "./native.ts";

// The structure `user_trace` of native/intrinsics.c.
const CALLS = 16;
const HEADER_BYTES = 8;
const CALL_BYTES = 72;
const NOT_DONE = 0xffff_ffff;
const ARGUMENTS = 6;

/** General registers in the order of the user frame, as the SDM numbers them. */
const REGISTERS = "rax rcx rdx rbx rsp rbp rsi rdi r8 r9 r10 r11 r12 r13 r14 r15".split(" ");
const PER_LINE = 4;

/** The registers of the thread that ran last, and the last system calls: lines for the console. */
export function describeUserMode(native: Native): string {
  const trace = new DataView(native.userTrace());
  const count = trace.getUint32(0, true);
  const frame = native.userFrame(trace.getUint32(4, true));
  if (frame === undefined) {
    return "user mode was never entered\n";
  }
  return describeRegisters(new DataView(frame)) + describeCalls(trace, count);
}

function describeRegisters(frame: DataView): string {
  const values = REGISTERS.map((name, i) => `${name.padStart(3)} ${hex64(frame, 8 * i)}`);
  values.push(
    `rip ${hex64(frame, x86_64.FRAME_RIP)}`,
    `flags ${hex64(frame, x86_64.FRAME_RFLAGS)}`,
  );
  const fault = x86_64.FRAME_FAULT_ADDRESS;
  const trap = frame.getInt32(x86_64.FRAME_TRAP, true);
  values.push(`trap ${trap}`, `cr2 ${hex64(frame, fault)}`);
  const lines = ["user mode:"];
  for (let i = 0; i < values.length; i += PER_LINE) {
    lines.push(`  ${values.slice(i, i + PER_LINE).join("  ")}`);
  }
  return `${lines.join("\n")}\n`;
}

function describeCalls(trace: DataView, count: number): string {
  const lines = [count === 0 ? "no system call yet" : "last system calls:"];
  for (let n = Math.max(0, count - CALLS); n < count; n++) {
    const at = HEADER_BYTES + (n % CALLS) * CALL_BYTES;
    const words: string[] = [];
    for (let i = 0; i < ARGUMENTS; i++) {
      words.push(shortHex64(trace, at + 16 + 8 * i));
    }
    const isOpen = trace.getUint32(at + 4, true) === NOT_DONE;
    const result = isOpen ? "?" : shortHex64(trace, at + 64);
    const thread = trace.getUint32(at, true);
    lines.push(
      `  thread ${thread}: syscall ${trace.getUint32(at + 8, true)}(${words.join(", ")}) = ${result}`,
    );
  }
  return `${lines.join("\n")}\n`;
}

function hex64(view: DataView, at: number): string {
  const low = view.getUint32(at, true).toString(16).padStart(8, "0");
  return (
    view
      .getUint32(at + 4, true)
      .toString(16)
      .padStart(8, "0") + low
  );
}

function shortHex64(view: DataView, at: number): string {
  return `0x${hex64(view, at).replace(/^0+(?=.)/, "")}`;
}
