// SPDX-License-Identifier: MPL-2.0

import { describe, expect, test } from "@jest/globals";
import { x86_64 } from "@aster/hardware";
import { MAX_SPACES } from "./layout.ts";
import { Guest, NO_EXECUTE, READ, WRITE } from "./testing/guest.ts";

const CODE = 0x400000;
const DATA = 0x500000;
const HIGH = 0x7fff_ffff_0000;
const SYSCALL = [0x0f, 0x05];
const { RAX, RBX, RCX, RSP } = x86_64;

function guest(code: number[], ramBytes?: number): Guest {
  const g = new Guest(ramBytes);
  g.allocate(CODE, 0x3000);
  g.allocate(DATA, 0x2000);
  g.write(CODE, code);
  g.rip = CODE;
  return g;
}

// mov eax, [rbx]; syscall
const LOAD = [0x8b, 0x03, ...SYSCALL];
// mov [rbx], eax; syscall
const STORE = [0x89, 0x03, ...SYSCALL];

function load(g: Guest, address: number): number {
  g.set(RBX, address);
  g.rip = CODE;
  expect(g.run()).toBe(x86_64.TRAP_SYSCALL);
  return Number(g.get(RAX));
}

describe("address spaces", () => {
  test("above 4 GiB: loads, stores, page crossings and invalidation", () => {
    const g = guest(STORE);
    g.allocate(HIGH, 0x2000);
    g.set(RBX, HIGH + 0xffe);
    g.set(RAX, 0x12345678);
    expect(g.run()).toBe(x86_64.TRAP_SYSCALL);
    expect([...g.read(HIGH + 0xffe, 4)]).toEqual([0x78, 0x56, 0x34, 0x12]);
    g.write(CODE, LOAD);
    expect(load(g, HIGH + 0xffe)).toBe(0x12345678);
    const other = g.page();
    g.cpu.ram[other] = 0x77;
    g.map(HIGH, other);
    expect(load(g, HIGH) & 0xff).toBe(0x77);
  });

  test("more address spaces than are cached keep their own memory", () => {
    const g = guest(LOAD);
    const roots = Array.from({ length: MAX_SPACES + 5 }, (_, i) => {
      // The same low half but another page at DATA: copies of the whole walk to it.
      const root = g.page();
      const [l3, l2, l1, page] = [g.page(), g.page(), g.page(), g.page()];
      const view = new DataView(g.cpu.ram.buffer, g.cpu.ram.byteOffset, g.cpu.ram.byteLength);
      view.setUint32(root, l3 | 7, true);
      view.setUint32(l3, l2 | 7, true);
      view.setUint32(l2 + 8 * 2, l1 | 7, true); // 4…6 MiB
      view.setUint32(l1, g.physical(CODE) | 5, true);
      view.setUint32(l1 + 8 * 256, page | 7, true);
      g.cpu.ram[page] = i + 1;
      return root;
    });
    for (let round = 0; round < 3; round++) {
      roots.forEach((root, i) => {
        g.cpu.setPageTableRoot(root);
        expect(load(g, DATA)).toBe(i + 1);
      });
    }
    const decoded = g.cpu.statistics.instructionsDecoded;
    expect(decoded).toBe(2); // code is kept by physical page
  });

  test("a freed root can be used again", () => {
    const g = guest(LOAD);
    g.write(DATA, [1]);
    expect(load(g, DATA)).toBe(1);
    g.cpu.invalidateAddressSpace(g.root);
    const other = g.page();
    g.cpu.ram[other] = 2;
    const at = g.entry(DATA);
    new DataView(g.cpu.ram.buffer, g.cpu.ram.byteOffset).setUint32(at, other | 7, true);
    expect(load(g, DATA)).toBe(2);
  });

  test("a page of 2 MiB, and its reserved bits", () => {
    const g = guest(LOAD, 1 << 24);
    const view = new DataView(g.cpu.ram.buffer, g.cpu.ram.byteOffset, g.cpu.ram.byteLength);
    g.entry(0x800000); // makes the tables above
    const l2 = (view.getUint32((view.getUint32(0x1000, true) & ~0xfff) + 0, true) & ~0xfff) + 8 * 4;
    view.setUint32(l2, 0x600000 | 0x87, true);
    g.cpu.invalidateAddressSpace(g.root);
    g.cpu.ram[0x600000 + 0x12345] = 9;
    expect(load(g, 0x800000 + 0x12345) & 0xff).toBe(9);
    view.setUint32(l2, 0x600000 | 0x2087, true);
    g.cpu.invalidatePage(g.root, 0x8abcde);
    g.set(RBX, 0x812345);
    g.rip = CODE;
    expect(g.run()).toBe(14);
    expect(g.frame.words[x86_64.FRAME_ERROR_CODE >> 2]).toBe(0xd);
  });

  test("memory outside RAM reads as ones and ignores writes", () => {
    const g = guest([...STORE.slice(0, 2), ...LOAD]);
    const at = g.entry(DATA);
    new DataView(g.cpu.ram.buffer, g.cpu.ram.byteOffset).setUint32(at, 0xfe000000 | 7, true);
    g.cpu.invalidatePage(g.root, DATA);
    g.set(RBX, DATA);
    g.set(RAX, 5);
    expect(g.run()).toBe(x86_64.TRAP_SYSCALL);
    expect(g.get(RAX)).toBe(0xffffffffn);
  });
});

describe("code that changes", () => {
  test("data beside code in one page is written without dropping the code", () => {
    // L: inc dword [rbx]; dec ecx; jnz L; syscall, with rbx in the same page
    const g = guest([0xff, 0x03, 0xff, 0xc9, 0x75, 0xfa, ...SYSCALL]);
    g.set(RBX, CODE + 0x800);
    g.set(RCX, 1000);
    expect(g.run()).toBe(x86_64.TRAP_SYSCALL);
    expect([...g.read(CODE + 0x800, 2)]).toEqual([0xe8, 3]);
    expect(g.cpu.statistics.blocksDecoded).toBeLessThan(10);
  });

  test("a loop that rewrites its own immediate", () => {
    // L: add byte [rip+2], 1 (the immediate below); mov al, 0; dec ecx; jnz L; syscall
    const g = guest([0x80, 0x05, 1, 0, 0, 0, 1, 0xb0, 0, 0xff, 0xc9, 0x75, 0xf3, ...SYSCALL]);
    g.set(RCX, 50);
    expect(g.run()).toBe(x86_64.TRAP_SYSCALL);
    expect(g.get(RAX) & 0xffn).toBe(50n);
    expect(g.cpu.instructions).toBe(4 * 50 + 1);
  });

  test("code written through another mapping of its page", () => {
    const g = guest([0xb0, 1, ...SYSCALL]);
    g.run();
    // A second page of code stores through DATA, which maps the first one.
    g.map(DATA, g.physical(CODE));
    g.write(CODE + 0x1000, [0xc6, 0x03, 7, 0xe9, 0xf8, 0xef, 0xff, 0xff]); // mov byte [rbx],7; jmp
    g.set(RBX, DATA + 1);
    g.rip = CODE + 0x1000;
    expect(g.run()).toBe(x86_64.TRAP_SYSCALL);
    expect(g.get(RAX) & 0xffn).toBe(7n);
  });

  test("a page that becomes code after it was writable is watched", () => {
    const g = guest([...STORE, 0x90]);
    g.set(RBX, CODE + 0x1000);
    g.set(RAX, 0x0f9001b0); // mov al,1; nop; (0f)
    expect(g.run()).toBe(x86_64.TRAP_SYSCALL);
    g.write(CODE + 0x1000, [0xb0, 1, ...SYSCALL]);
    g.rip = CODE + 0x1000;
    expect(g.run()).toBe(x86_64.TRAP_SYSCALL);
    expect(g.get(RAX) & 0xffn).toBe(1n);
    // The direct table still held the page as writable: the store must be seen.
    g.set(RAX, 0x050f02b0);
    g.rip = CODE;
    g.run();
    g.rip = CODE + 0x1000;
    g.run();
    expect(g.get(RAX) & 0xffn).toBe(2n);
  });

  test("more code pages than the cache has slots for", () => {
    const pages = 2200;
    const g = new Guest(1 << 25);
    g.allocate(0x1000_0000, 4096 * pages);
    for (let i = 0; i < pages; i++) {
      // inc eax; jmp to the next page, or syscall
      const at = 0x1000_0000 + 4096 * i;
      g.write(at, i === pages - 1 ? SYSCALL : [0xff, 0xc0, 0xe9, 0xf9, 0x0f, 0, 0]);
    }
    for (let round = 0; round < 2; round++) {
      g.set(RAX, 0);
      g.rip = 0x1000_0000;
      expect(g.run()).toBe(x86_64.TRAP_SYSCALL);
      expect(g.get(RAX)).toBe(BigInt(pages - 1));
    }
    expect(g.cpu.statistics.codeFlushes).toBeGreaterThan(0);
  });
});

describe("permissions", () => {
  test("a page may lose its right to be written or executed", () => {
    const g = guest(STORE);
    g.set(RBX, DATA);
    expect(g.run()).toBe(x86_64.TRAP_SYSCALL);
    g.map(DATA, g.physical(DATA), READ);
    g.rip = CODE;
    expect(g.run()).toBe(14);
    g.map(CODE, g.physical(CODE), WRITE | NO_EXECUTE);
    expect(g.run()).toBe(14);
    expect(g.frame.words[x86_64.FRAME_ERROR_CODE >> 2]).toBe(0x15);
  });

  test("push to a page that is not there leaves rsp", () => {
    const g = guest([0x50]);
    g.set(RSP, 0x900008);
    expect(g.run()).toBe(14);
    expect(g.get(RSP)).toBe(0x900008n);
    expect(g.word64(x86_64.FRAME_FAULT_ADDRESS)).toBe(0x900000n);
  });
});

test("where the tick interrupts does not depend on what is decoded already", () => {
  // A loop over two pages with calls, nops and forward jumps.
  const code = [
    0xff, 0xc0, 0x90, 0xa8, 1, 0x74, 2, 0x66, 0x90, 0xe8, 0xf2, 0x0f, 0, 0, 0x0f, 0x1f, 0x40, 0,
    0xeb, 0xec,
  ];
  const interruptions = (ticks: number, warm: boolean): [number, number][] => {
    const g = new Guest(1 << 24, { tickInstructions: ticks });
    g.allocate(CODE, 0x2000);
    g.allocate(DATA, 0x1000);
    g.write(CODE, code);
    g.write(CODE + 0x1000, [0x90, 0x31, 0xd2, 0xc3]);
    g.set(RSP, DATA + 0x800);
    g.rip = CODE;
    g.interrupt = true;
    if (warm) {
      for (let i = 0; i < 20; i++) g.run();
      g.rip = CODE;
      g.set(RAX, 0);
      g.set(RSP, DATA + 0x800);
    }
    const start = g.cpu.instructions;
    const found: [number, number][] = [];
    for (let i = 0; i < 50; i++) {
      expect(g.run()).toBe(x86_64.TRAP_INTERRUPT);
      found.push([g.rip, g.cpu.instructions - start]);
    }
    return found;
  };
  for (const ticks of [1, 2, 3, 7, 100]) {
    expect(interruptions(ticks, true)).toEqual(interruptions(ticks, false));
  }
});

test("the tick is asked behind an instruction in two pages that writes to decoded code", () => {
  // mov [rip+0x80], al, its last four bytes in the second page; syscall
  const start = CODE + 0xffe;
  const interruptedAt = (warm: boolean): number => {
    const g = new Guest(1 << 24, { tickInstructions: 1 });
    g.allocate(CODE, 0x2000);
    g.write(start, [0x88, 0x05, 0x80, 0, 0, 0, ...SYSCALL]);
    g.write(CODE + 0x1084, SYSCALL);
    g.rip = CODE + 0x1084;
    if (warm) expect(g.run()).toBe(x86_64.TRAP_SYSCALL);
    g.rip = start;
    g.interrupt = true;
    expect(g.run()).toBe(x86_64.TRAP_INTERRUPT);
    return g.rip;
  };
  expect(interruptedAt(false)).toBe(CODE + 0x1004);
  expect(interruptedAt(true)).toBe(CODE + 0x1004);
});

test.each([false, "eager"] as const)(
  "a nop that the instruction before it overwrites is executed as what it has become (jit %s)",
  (jit) => {
    const g = new Guest(1 << 24, { jit });
    g.allocate(0x400000, 4096);
    // mov rax, 0x90909012345678b9 (mov ecx, 0x12345678; nop…); mov [rip], rax; nop dword [rax+rax+0]; int3
    g.write(0x400000, [0x48, 0xb8, 0xb9, 0x78, 0x56, 0x34, 0x12, 0x90, 0x90, 0x90]);
    g.write(0x40000a, [0x48, 0x89, 0x05, 0, 0, 0, 0, 0x0f, 0x1f, 0x84, 0, 0, 0, 0, 0, 0xcc]);
    g.rip = 0x400000;
    expect(g.run()).toBe(x86_64.VECTOR_BREAKPOINT);
    expect(g.get(x86_64.RCX)).toBe(0x12345678n);
    expect(g.cpu.instructions).toBe(7);
  },
);
