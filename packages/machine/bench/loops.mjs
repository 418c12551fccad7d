// SPDX-License-Identifier: MPL-2.0

// Runs small C loops, compiled by gcc here and now, on the CPU and natively:
//   node bench/loops.mjs [name…]
// Prints guest instructions per second and the ratio to native time. Build the package first.

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { x86_64 } from "@aster/hardware";
import { Guest } from "../dist/cpu/testing/guest.js";
import { loadElf } from "../dist/cpu/testing/elf.js";

const PROGRAMS = {
  crc32: `
    static unsigned table[256];
    static unsigned char data[65536];
    unsigned long work(void) {
      for (unsigned i = 0; i < 256; i++) {
        unsigned c = i;
        for (int k = 0; k < 8; k++) c = c & 1 ? 0xedb88320u ^ (c >> 1) : c >> 1;
        table[i] = c;
      }
      for (int i = 0; i < 65536; i++) data[i] = i * 31;
      unsigned c = ~0u;
      for (int round = 0; round < 500; round++)
        for (int i = 0; i < 65536; i++) c = table[(c ^ data[i]) & 255] ^ (c >> 8);
      return c;
    }`,
  quicksort: `
    static int a[1 << 20];
    static void sort(int *p, long lo, long hi) {
      while (lo < hi) {
        int pivot = p[(lo + hi) / 2];
        long i = lo, j = hi;
        while (i <= j) {
          while (p[i] < pivot) i++;
          while (p[j] > pivot) j--;
          if (i <= j) { int t = p[i]; p[i] = p[j]; p[j] = t; i++; j--; }
        }
        if (j - lo < hi - i) { sort(p, lo, j); lo = i; } else { sort(p, i, hi); hi = j; }
      }
    }
    unsigned long work(void) {
      unsigned long sum = 0;
      for (int round = 0; round < 2; round++) {
        unsigned x = 1;
        for (int i = 0; i < 1 << 20; i++) { x = x * 1664525 + 1013904223; a[i] = x >> 8; }
        sort(a, 0, (1 << 20) - 1);
        sum = sum * 31 + a[500000];
      }
      return sum;
    }`,
  fib: `
    static __attribute__((noinline)) unsigned long fib(unsigned n) { return n < 2 ? n : fib(n - 1) + fib(n - 2); }
    unsigned long work(void) { return fib(34); }`,
  sieve: `
    static unsigned char composite[1 << 20];
    unsigned long work(void) {
      unsigned long count = 0;
      for (int round = 0; round < 20; round++) {
        for (int i = 0; i < 1 << 20; i++) composite[i] = 0;
        for (int i = 2; i < 1 << 20; i++) {
          if (composite[i]) continue;
          count++;
          for (int j = 2 * i; j < 1 << 20; j += i) composite[j] = 1;
        }
      }
      return count;
    }`,
};

const START = `
  unsigned long work(void);
  static char text[24];
  __attribute__((force_align_arg_pointer)) void _start(void) {
    unsigned long v = work();
    int at = 23;
    text[at] = '\\n';
    do { text[--at] = '0' + v % 10; v /= 10; } while (v);
    long r;
    __asm__ volatile("syscall" : "=a"(r) : "0"(1L), "D"(1L), "S"(text + at), "d"(24L - at) : "rcx", "r11", "memory");
    __asm__ volatile("syscall" : "=a"(r) : "0"(231L), "D"(0L) : "rcx", "r11", "memory");
  }`;

const FLAGS =
  "-O2 -static -nostdlib -fno-pie -no-pie -mno-sse -fno-builtin -fno-tree-loop-distribute-patterns -Wl,-z,norelro".split(
    " ",
  );

const SYS_WRITE = 1n;
const SYS_EXIT_GROUP = 231n;

function runGuest(elf) {
  const guest = new Guest(64 << 20);
  guest.rip = loadElf(guest, elf).entry;
  guest.allocate(0x7fff0000, 0x10000);
  guest.set(x86_64.RSP, 0x7ffffff0);
  let output = "";
  // Time of this process, not of the clock: other programs on the machine should not count.
  const start = process.cpuUsage();
  for (;;) {
    const trap = guest.run();
    if (trap !== x86_64.TRAP_SYSCALL)
      throw new Error(`trap ${trap} at 0x${guest.rip.toString(16)}`);
    const number = guest.get(x86_64.RAX);
    if (number === SYS_EXIT_GROUP) break;
    if (number !== SYS_WRITE) throw new Error(`system call ${number}`);
    const [at, length] = [Number(guest.get(x86_64.RSI)), Number(guest.get(x86_64.RDX))];
    output += new TextDecoder().decode(guest.read(at, length));
    guest.set(x86_64.RAX, length);
  }
  const used = process.cpuUsage(start);
  const ns = 1000 * (used.user + used.system);
  return { output, ns, instructions: guest.cpu.instructions };
}

const folder = mkdtempSync(join(tmpdir(), "aster-loops-"));
try {
  const names = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(PROGRAMS);
  console.log("loop        M instructions   M/s   ns each   native ms   ratio");
  for (const name of names) {
    const source = join(folder, `${name}.c`);
    const binary = join(folder, name);
    writeFileSync(source, PROGRAMS[name] + START);
    execFileSync("gcc", [...FLAGS, "-o", binary, source], { stdio: "inherit" });
    let native = Infinity;
    let expected = "";
    for (let i = 0; i < 3; i++) {
      const start = process.hrtime.bigint();
      expected = execFileSync(binary).toString();
      native = Math.min(native, Number(process.hrtime.bigint() - start));
    }
    const elf = readFileSync(binary);
    let best = { ns: Infinity, instructions: 0, output: "" };
    for (let i = 0; i < 5; i++) {
      const result = runGuest(elf);
      if (result.output !== expected)
        throw new Error(`${name}: ${result.output} but native ${expected}`);
      if (result.ns < best.ns) best = result;
    }
    const each = best.ns / best.instructions;
    console.log(
      [
        name.padEnd(12),
        (best.instructions / 1e6).toFixed(1).padStart(12),
        (1000 / each).toFixed(0).padStart(8),
        each.toFixed(2).padStart(8),
        (native / 1e6).toFixed(1).padStart(11),
        (best.ns / native).toFixed(1).padStart(8),
      ].join(" "),
    );
  }
} finally {
  rmSync(folder, { recursive: true });
}
