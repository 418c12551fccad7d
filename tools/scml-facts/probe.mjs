// SPDX-License-Identifier: MPL-2.0

// Asks the installed strace how it prints arguments. A program without a C library makes the wanted
// calls, and strace's fault injection answers them, so that none of them reaches the kernel.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const PROGRAM = `
.globl _start
_start:
  lea table(%rip), %rbx
1: mov (%rbx), %rax
  cmp $-1, %rax
  je 2f
  mov 8(%rbx), %rdi
  mov 16(%rbx), %rsi
  mov 24(%rbx), %rdx
  mov 32(%rbx), %r10
  mov 40(%rbx), %r8
  mov 48(%rbx), %r9
  syscall
  add $56, %rbx
  jmp 1b
2: mov $231, %eax
  xor %edi, %edi
  syscall
.data
.balign 8
table: .incbin "calls.bin"
`;

/** Calls that end or replace the program, or that strace does not let fail. */
export const UNPROBED = new Set(["execve", "exit", "exit_group", "rt_sigreturn"]);

/**
 * Runs calls, given as [number, ...up to six BigInt arguments], under strace, and returns of each
 * {name, args}: the arguments as strace prints them.
 */
export function printedBy(calls, options = []) {
  const dir = mkdtempSync(join(tmpdir(), "scml-facts-"));
  try {
    const table = Buffer.alloc((calls.length + 1) * 56);
    calls.forEach(([number, ...args], index) => {
      table.writeBigInt64LE(BigInt(number), index * 56);
      args.forEach((arg, position) => {
        table.writeBigUInt64LE(BigInt.asUintN(64, arg), index * 56 + 8 + position * 8);
      });
    });
    table.writeBigInt64LE(-1n, calls.length * 56);
    writeFileSync(join(dir, "calls.bin"), table);
    writeFileSync(join(dir, "calls.s"), PROGRAM);
    execFileSync("gcc", ["-nostdlib", "-static", "-o", "calls", "calls.s"], { cwd: dir });
    execFileSync(
      "strace",
      [
        "-s",
        "0",
        ...options,
        "-e",
        "inject=!execve,exit_group:error=ENOSYS",
        "-o",
        "out",
        "./calls",
      ],
      { cwd: dir, stdio: "ignore" },
    );
    const lines = readFileSync(join(dir, "out"), "latin1")
      .split("\n")
      .slice(1, calls.length + 1);
    return lines.map(splitCall);
  } finally {
    rmSync(dir, { recursive: true });
  }
}

function splitCall(line) {
  const open = line.indexOf("(");
  const name = line.slice(0, open);
  const args = [];
  let depth = 0;
  let start = open + 1;
  for (let at = start; at < line.length; at += 1) {
    const char = line[at];
    if (char === '"') at = line.indexOf('"', at + 1);
    else if (char === "/" && line[at + 1] === "*") at = line.indexOf("*/", at) + 1;
    else if ("([{".includes(char)) depth += 1;
    else if (depth > 0 && ")]}".includes(char)) depth -= 1;
    else if (depth === 0 && (char === "," || char === ")")) {
      const text = line.slice(start, at).trim();
      if (text !== "" || char === ",") args.push(text);
      start = at + 1;
      if (char === ")") break;
    }
  }
  return { name, args };
}
