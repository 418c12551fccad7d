// SPDX-License-Identifier: MPL-2.0

// Runs a static x86-64 program on the bare CPU, with the few system calls that it needs to compute:
//   node bench/program.mjs [--profile | --exits] [--stdin FILE] PROGRAM ARGUMENT…
// --profile counts micro-ops of the interpreter; --exits why and where compiled code returns.

import { existsSync, readFileSync, writeFileSync, writeSync } from "node:fs";
import { x86_64 } from "@aster/hardware";
import { Guest } from "../dist/cpu/testing/guest.js";
import { loadElf } from "../dist/cpu/testing/elf.js";
import { opTable } from "../dist/cpu/cpu.js";
import { buildTier0 } from "../dist/cpu/tier0/build.js";

const args = process.argv.slice(2);
let profile = false;
let exits;
let input = new Uint8Array(0);
for (;;) {
  if (args[0] === "--profile") profile = true;
  else if (args[0] === "--exits") exits = new Map();
  else if (args[0] === "--stdin") input = readFileSync(args.splice(0, 1) && args[0]);
  else break;
  args.shift();
}
const tier0 = profile
  ? new WebAssembly.Module(buildTier0(opTable(), { profile: true }))
  : undefined;
const observeExit = (code, rip) => {
  const key = 16 * (rip >>> 0) + code;
  exits.set(key, (exits.get(key) ?? 0) + 1);
};
const guest = new Guest(256 << 20, {
  ...(tier0 !== undefined && { tier0 }),
  ...(exits !== undefined && { observeExit }),
});
const elf = loadElf(guest, readFileSync(args[0]));

const STACK_TOP = 0x7fff_0000;
guest.allocate(STACK_TOP - 0x100000, 0x100000);
let sp = STACK_TOP - 64;
const text = (s) => {
  const bytes = new TextEncoder().encode(s + "\0");
  sp -= bytes.length;
  guest.write(sp, bytes);
  return sp;
};
const argv = args.map(text);
const random = text("0123456789abcdef");
const vector = [argv.length, ...argv, 0, 0];
for (const [key, value] of [
  [3, elf.headers],
  [4, 56],
  [5, elf.headerCount],
  [6, 4096],
  [9, elf.entry],
  [23, 0],
  [25, random],
  [11, 0],
  [12, 0],
  [13, 0],
  [14, 0],
  [0, 0],
])
  vector.push(key, value);
sp = (sp - 8 * vector.length) & ~15;
guest.write(sp, new Uint8Array(new BigUint64Array(vector.map(BigInt)).buffer));
guest.set(x86_64.RSP, sp);
guest.rip = elf.entry;

let brk = Math.ceil(elf.end / 4096) * 4096;
let mmapTop = 0x6000_0000;
let position = 0;
const number = (r) => Number(BigInt.asIntN(64, guest.get(r)));
const start = performance.now();
/** Milliseconds that this thread has computed, where the system tells: other programs on the machine do not count. */
const computed = () => {
  const file = `/proc/self/task/${process.pid}/schedstat`;
  return existsSync(file) ? Number(readFileSync(file, "utf8").split(" ")[0]) / 1e6 : NaN;
};
const computedAtStart = computed();
for (let code; code === undefined;) {
  const trap = guest.run();
  if (trap !== x86_64.TRAP_SYSCALL) {
    const fault = guest.word64(x86_64.FRAME_FAULT_ADDRESS).toString(16);
    console.error(
      `trap ${trap} at 0x${guest.rip.toString(16)}, fault address 0x${fault}`,
      [...guest.read(guest.rip, 16)].map((b) => b.toString(16)).join(" "),
    );
    process.exit(1);
  }
  const [nr, a, b, c] = [x86_64.RAX, x86_64.RDI, x86_64.RSI, x86_64.RDX].map(number);
  let r = -38;
  if (nr === 0) {
    const piece = input.subarray(position, position + c);
    guest.write(b, piece);
    position += piece.length;
    r = piece.length;
  } else if (nr === 1) {
    writeSync(1, guest.read(b, c));
    r = c;
  } else if (nr === 20) {
    r = 0;
    for (let i = 0; i < c; i++) {
      const iov = new BigUint64Array(guest.read(b + 16 * i, 16).slice().buffer);
      writeSync(1, guest.read(Number(iov[0]), Number(iov[1])));
      r += Number(iov[1]);
    }
  } else if (nr === 9) {
    mmapTop -= Math.ceil(b / 4096) * 4096;
    guest.allocate(mmapTop, b);
    r = mmapTop;
  } else if (nr === 12) {
    if (a > brk) {
      guest.allocate(brk, a - brk);
      brk = a;
    }
    r = brk;
  } else if (nr === 158 && a === 0x1002) {
    guest.setWord64(x86_64.FRAME_FS_BASE, b);
    r = 0;
  } else if (nr === 60 || nr === 231) {
    code = a;
  } else if (nr === 218) {
    r = 1;
  } else if (nr === 228) {
    const now = process.hrtime.bigint();
    guest.write(b, new Uint8Array(new BigUint64Array([now / 10n ** 9n, now % 10n ** 9n]).buffer));
    r = 0;
  } else if ([10, 11, 13, 14, 16, 72, 102, 107, 105, 117].includes(nr)) {
    r = nr === 16 ? -25 : 0;
  } else if (process.env.TRACE) {
    console.error(`system call ${nr}`);
  }
  guest.set(x86_64.RAX, r);
}
const seconds = (performance.now() - start) / 1000;
const { statistics } = guest.cpu;
console.error(
  `${(statistics.instructions / 1e6).toFixed(1)} M instructions in ${seconds.toFixed(3)} s: ${(statistics.instructions / seconds / 1e6).toFixed(0)} M/s; ${(computed() - computedAtStart).toFixed(0)} ms computed`,
  statistics,
);
if (exits !== undefined) {
  const kinds = [
    "goes on",
    "tick",
    "interpret",
    "moved",
    "split",
    "lost",
    "system call",
    "too deep",
    "returns",
  ];
  const rows = [...exits].sort((a, b) => b[1] - a[1]);
  const total = rows.reduce((sum, [, count]) => sum + count, 0);
  console.error(`${total} returns of compiled code`);
  for (const [key, count] of rows.slice(0, 30)) {
    const rip = Math.floor(key / 16).toString(16);
    console.error(
      `${((100 * count) / total).toFixed(2).padStart(6)} % ${kinds[key % 16]} at ${rip}`,
    );
  }
}
if (profile) {
  const rows = guest.cpu.profile();
  const total = rows.reduce((sum, [, count]) => sum + count, 0);
  if (process.env.PAIRS) {
    writeFileSync(
      process.env.PAIRS,
      JSON.stringify({ total, rows, pairs: guest.cpu.profilePairs() }),
    );
  }
  for (const [key, count] of rows.slice(0, 60))
    console.error(((100 * count) / total).toFixed(2).padStart(6), key);
}
