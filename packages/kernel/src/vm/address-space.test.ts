// SPDX-License-Identifier: MPL-2.0

import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { memoryStatistics } from "@aster/ostd";
import { enterTestSystem } from "@aster/ostd/testing";
import { Errno } from "../abi/errno.ts";
import {
  MADV_DONTNEED,
  MAP_ANONYMOUS,
  MAP_FIXED,
  MAP_FIXED_NOREPLACE,
  MAP_GROWSDOWN,
  MAP_PRIVATE,
  MAP_SHARED,
  MREMAP_MAYMOVE,
  PROT_EXEC,
  PROT_NONE,
  PROT_READ,
  PROT_WRITE,
} from "../abi/mman.ts";
import { AddressSpace, createZeroFrame } from "./address-space.ts";
import { advise } from "./advise.ts";
import { setHeapEnd } from "./brk.ts";
import { Access, Fault, handleFault } from "./fault.ts";
import type { VmLimits } from "./limits.ts";
import { map } from "./map.ts";
import { Locked, PAGE_SIZE } from "./mapping.ts";
import { protect } from "./protect.ts";
import { remap } from "./remap.ts";

const RW = PROT_READ | PROT_WRITE;
const PRIVATE = MAP_PRIVATE | MAP_ANONYMOUS;
const STACK_LIMIT = 8 * 1024 * 1024;
const LIMITS: VmLimits = {
  addressSpaceBytes: Infinity,
  dataBytes: Infinity,
  stackBytes: STACK_LIMIT,
  lockedBytes: Infinity,
  lowestAddress: 0,
  totalMemoryBytes: 64 * 1024 * 1024,
};

let leave: () => void;
let framesBefore: number;
let zero: ReturnType<typeof createZeroFrame>;
let spaces: AddressSpace[];

beforeEach(() => {
  ({ leave } = enterTestSystem());
  zero = createZeroFrame();
  framesBefore = memoryStatistics().used;
  spaces = [];
});

afterEach(() => {
  for (const space of spaces) space.release();
  expect(memoryStatistics().used).toBe(framesBefore);
  leave();
});

function makeSpace(): AddressSpace {
  const vm = AddressSpace.create(zero);
  if (vm === undefined) throw new Error("no memory");
  spaces.push(vm);
  return vm;
}

function anonymous(
  vm: AddressSpace,
  length: number,
  protection = RW,
  flags = PRIVATE,
  address = 0,
): number {
  const request = { address, length, protection, flags, file: undefined, offset: 0 };
  return map(vm, request, LIMITS);
}

function write(vm: AddressSpace, address: number, value: number): Fault {
  const fault = handleFault(vm, address, Access.WRITE, STACK_LIMIT);
  if (fault === Fault.RESOLVED) expect(vm.space.writeU8(address, value)).toBe(true);
  return fault;
}

function read(vm: AddressSpace, address: number): number {
  const fault = handleFault(vm, address, Access.READ, STACK_LIMIT);
  return fault === Fault.RESOLVED ? vm.space.readU8(address) : fault;
}

describe("anonymous memory that is written in order", () => {
  const present = (vm: AddressSpace, at: number, pages: number): number =>
    Array.from({ length: pages }, (_, i) => vm.space.queryPage(at + i * PAGE_SIZE)).filter(
      (entry) => entry !== 0,
    ).length;
  const fill = (vm: AddressSpace, at: number, pages: number): number => {
    let faults = 0;
    for (let i = 0; i < pages; i++) {
      if (vm.space.queryPage(at + i * PAGE_SIZE) !== 0) continue;
      write(vm, at + i * PAGE_SIZE, 1);
      faults += vm.takeFaults();
    }
    return faults;
  };

  test("is brought in page by page at first, then ahead, and each page counts as a fault", () => {
    const vm = makeSpace();
    const at = anonymous(vm, 300 * PAGE_SIZE);
    expect(fill(vm, at, 60)).toBe(60);
    expect(present(vm, at, 300)).toBe(60);
    expect(fill(vm, at, 100)).toBe(51);
    expect(present(vm, at, 300)).toBe(111);
    expect(read(vm, at + 110 * PAGE_SIZE)).toBe(0);
    expect(fill(vm, at, 300)).toBe(189);
    expect(present(vm, at, 300)).toBe(300);
  });

  test("is brought in ahead within its mapping, up to pages that are there, and not where it is locked", () => {
    const vm = makeSpace();
    const at = anonymous(vm, 200 * PAGE_SIZE);
    const last = at + 70 * PAGE_SIZE;
    expect(protect(vm, last, PAGE_SIZE, PROT_READ)).toBe(0);
    fill(vm, at, 66);
    expect(present(vm, at, 200)).toBe(70);
    const other = anonymous(vm, 200 * PAGE_SIZE, RW, PRIVATE, 0x5000_0000);
    write(vm, other + 68 * PAGE_SIZE, 5);
    fill(vm, other, 66);
    expect(present(vm, other, 200)).toBe(69);
    expect(read(vm, other + 68 * PAGE_SIZE)).toBe(5);
    const third = anonymous(vm, 200 * PAGE_SIZE, RW, PRIVATE, 0x6000_0000);
    const mapping = vm.mappings.find(third);
    if (mapping !== undefined) mapping.locked = Locked.ON_FAULT;
    fill(vm, third, 100);
    expect(present(vm, third, 200)).toBe(100);
  });

  test("in any other order is brought in by single pages", () => {
    const vm = makeSpace();
    const at = anonymous(vm, 400 * PAGE_SIZE);
    for (let i = 0; i < 400; i += 2) write(vm, at + i * PAGE_SIZE, 1);
    for (let i = 399; i > 200; i -= 4) write(vm, at + i * PAGE_SIZE, 1);
    expect(present(vm, at, 400)).toBe(250);
  });
});

describe("anonymous memory", () => {
  test("reads as zero, keeps what is written, and is gone after munmap", () => {
    const vm = makeSpace();
    const at = anonymous(vm, 3 * PAGE_SIZE);
    expect(read(vm, at)).toBe(0);
    expect(write(vm, at + 5, 7)).toBe(Fault.RESOLVED);
    expect(read(vm, at + 5)).toBe(7);
    expect(vm.unmap(at, at + PAGE_SIZE)).toBe(0);
    expect(read(vm, at + 5)).toBe(Fault.NOT_MAPPED);
    expect(read(vm, at + PAGE_SIZE)).toBe(0);
  });

  test("a page that is only read costs no frame of its own", () => {
    const vm = makeSpace();
    const at = anonymous(vm, 64 * PAGE_SIZE);
    read(vm, at);
    const used = memoryStatistics().used;
    for (let page = 1; page < 64; page += 1) read(vm, at + page * PAGE_SIZE);
    expect(memoryStatistics().used).toBe(used);
  });

  test("MADV_DONTNEED makes it zero again", () => {
    const vm = makeSpace();
    const at = anonymous(vm, PAGE_SIZE);
    write(vm, at, 9);
    expect(advise(vm, at, PAGE_SIZE, MADV_DONTNEED, STACK_LIMIT)).toBe(0);
    expect(read(vm, at)).toBe(0);
  });
});

describe("mmap", () => {
  test("refuses what Linux refuses", () => {
    const vm = makeSpace();
    expect(anonymous(vm, 0)).toBe(-Errno.EINVAL);
    expect(anonymous(vm, PAGE_SIZE, RW, MAP_ANONYMOUS)).toBe(-Errno.EINVAL);
    expect(anonymous(vm, PAGE_SIZE, RW, PRIVATE | MAP_FIXED, 0x1234)).toBe(-Errno.EINVAL);
    expect(anonymous(vm, 2 ** 50)).toBe(-Errno.ENOMEM);
    expect(anonymous(vm, LIMITS.totalMemoryBytes + PAGE_SIZE)).toBe(-Errno.ENOMEM);
  });

  test("MAP_FIXED replaces, MAP_FIXED_NOREPLACE does not", () => {
    const vm = makeSpace();
    const at = anonymous(vm, 4 * PAGE_SIZE);
    write(vm, at + PAGE_SIZE, 1);
    const flags = PRIVATE | MAP_FIXED_NOREPLACE;
    expect(anonymous(vm, PAGE_SIZE, RW, flags, at + PAGE_SIZE)).toBe(-Errno.EEXIST);
    expect(anonymous(vm, PAGE_SIZE, RW, PRIVATE | MAP_FIXED, at + PAGE_SIZE)).toBe(at + PAGE_SIZE);
    expect(read(vm, at + PAGE_SIZE)).toBe(0);
  });

  test("takes a free hint and ignores one that is not", () => {
    const vm = makeSpace();
    expect(anonymous(vm, PAGE_SIZE, RW, PRIVATE, 0x1000_0000)).toBe(0x1000_0000);
    expect(anonymous(vm, PAGE_SIZE, RW, PRIVATE, 0x1000_0000)).not.toBe(0x1000_0000);
  });
});

describe("protection", () => {
  test("a forbidden access is refused, and allowed again after mprotect", () => {
    const vm = makeSpace();
    const at = anonymous(vm, PAGE_SIZE);
    write(vm, at, 5);
    expect(protect(vm, at, PAGE_SIZE, PROT_NONE)).toBe(0);
    expect(read(vm, at)).toBe(Fault.NOT_ALLOWED);
    expect(vm.space.readU8(at)).toBeLessThan(0);
    expect(protect(vm, at, PAGE_SIZE, PROT_READ)).toBe(0);
    expect(read(vm, at)).toBe(5);
    expect(write(vm, at, 6)).toBe(Fault.NOT_ALLOWED);
    expect(handleFault(vm, at, Access.EXECUTE, STACK_LIMIT)).toBe(Fault.NOT_ALLOWED);
    expect(protect(vm, at, PAGE_SIZE, PROT_READ | PROT_EXEC)).toBe(0);
    expect(handleFault(vm, at, Access.EXECUTE, STACK_LIMIT)).toBe(Fault.RESOLVED);
  });

  test("a hole is ENOMEM", () => {
    const vm = makeSpace();
    const at = anonymous(vm, 3 * PAGE_SIZE);
    vm.unmap(at + PAGE_SIZE, at + 2 * PAGE_SIZE);
    expect(protect(vm, at, 3 * PAGE_SIZE, PROT_READ)).toBe(-Errno.ENOMEM);
  });
});

describe("fork", () => {
  test("either side keeps its own after a write, and both see what was before", () => {
    const parent = makeSpace();
    const at = anonymous(parent, 2 * PAGE_SIZE);
    write(parent, at, 1);
    const child = parent.fork();
    if (child === undefined) throw new Error("no memory");
    spaces.push(child);
    expect(read(child, at)).toBe(1);
    expect(parent.space.writeU8(at, 2)).toBe(false);
    expect(write(parent, at, 2)).toBe(Fault.RESOLVED);
    expect(read(child, at)).toBe(1);
    expect(write(child, at, 3)).toBe(Fault.RESOLVED);
    expect(read(parent, at)).toBe(2);
  });

  test("shared memory stays shared", () => {
    const parent = makeSpace();
    const at = anonymous(parent, PAGE_SIZE, RW, MAP_SHARED | MAP_ANONYMOUS);
    const child = parent.fork();
    if (child === undefined) throw new Error("no memory");
    spaces.push(child);
    write(parent, at, 4);
    expect(read(child, at)).toBe(4);
    write(child, at, 5);
    expect(read(parent, at)).toBe(5);
  });
});

describe("heap and stack", () => {
  test("brk grows, shrinks and refuses to go below its start or over a mapping", () => {
    const vm = makeSpace();
    vm.heapStart = vm.heapEnd = 0x60_0000;
    expect(setHeapEnd(vm, 0, LIMITS)).toBe(0x60_0000);
    expect(setHeapEnd(vm, 0x60_1234, LIMITS)).toBe(0x60_1234);
    expect(write(vm, 0x60_1fff, 1)).toBe(Fault.RESOLVED);
    anonymous(vm, PAGE_SIZE, RW, PRIVATE | MAP_FIXED, 0x60_4000);
    expect(setHeapEnd(vm, 0x60_5000, LIMITS)).toBe(0x60_1234);
    expect(setHeapEnd(vm, 0x60_0000, LIMITS)).toBe(0x60_0000);
    expect(read(vm, 0x60_0000)).toBe(Fault.NOT_MAPPED);
  });

  test("a stack grows by faults up to its limit", () => {
    const vm = makeSpace();
    const at = anonymous(vm, PAGE_SIZE, RW, PRIVATE | MAP_GROWSDOWN | MAP_FIXED, 0x7000_0000);
    expect(write(vm, at - 5 * PAGE_SIZE, 1)).toBe(Fault.RESOLVED);
    expect(read(vm, at - 2 * PAGE_SIZE)).toBe(0);
    expect(read(vm, at - STACK_LIMIT)).toBe(Fault.NOT_MAPPED);
  });
});

describe("mremap", () => {
  test("moves what was written when it can not grow in place", () => {
    const vm = makeSpace();
    const at = anonymous(vm, 2 * PAGE_SIZE);
    anonymous(vm, PAGE_SIZE, PROT_READ, PRIVATE | MAP_FIXED, at + 2 * PAGE_SIZE);
    write(vm, at + PAGE_SIZE, 8);
    const request = {
      address: at,
      oldLength: 2 * PAGE_SIZE,
      newLength: 4 * PAGE_SIZE,
      newAddress: 0,
    };
    expect(remap(vm, { ...request, flags: 0 }, LIMITS)).toBe(-Errno.ENOMEM);
    const moved = remap(vm, { ...request, flags: MREMAP_MAYMOVE }, LIMITS);
    expect(read(vm, moved + PAGE_SIZE)).toBe(8);
    expect(read(vm, moved + 3 * PAGE_SIZE)).toBe(0);
    expect(read(vm, at + PAGE_SIZE)).toBe(Fault.NOT_MAPPED);
  });

  test("shrinks in place", () => {
    const vm = makeSpace();
    const at = anonymous(vm, 3 * PAGE_SIZE);
    const request = { address: at, oldLength: 3 * PAGE_SIZE, newLength: PAGE_SIZE, newAddress: 0 };
    expect(remap(vm, { ...request, flags: 0 }, LIMITS)).toBe(at);
    expect(read(vm, at + PAGE_SIZE)).toBe(Fault.NOT_MAPPED);
  });
});
