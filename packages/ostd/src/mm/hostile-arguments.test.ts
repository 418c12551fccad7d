// SPDX-License-Identifier: MPL-2.0

// Attacks by arguments that are not what their types say: what a kernel could pass that got around the
// compiler and the linter. Numbers that act or change when they are looked at, texts for numbers,
// arrays with members of their own, handles with members put over OSTD's.

import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { UserContext } from "../arch/x86_64/user-context.ts";
import { IoMem } from "../io/io-mem.ts";
import { IoPort } from "../io/io-port.ts";
import { IrqLine } from "../irq/irq-line.ts";
import { enterTestSystem } from "../testing.ts";
import type { TestSystem } from "../testing.ts";
import { DmaStream } from "./dma.ts";
import { FrameAllocOptions } from "./frame.ts";
import type { UFrame } from "./frame.ts";
import { FrameTable } from "./frame-table.ts";
import { HeapBytes } from "./heap.ts";
import { PageFlags } from "./page-prop.ts";
import { PAGE_SIZE } from "./page.ts";
import { Slab } from "./slab.ts";
import { VmSpace } from "./vm-space.ts";

const { RW } = PageFlags;
const PAGE = 0x1000;

let system: TestSystem;
beforeEach(() => {
  system = enterTestSystem({ ramBytes: 256 * PAGE_SIZE });
});
afterEach(() => system.leave());

function need<T>(value: T | string | undefined): T {
  if (value === undefined || typeof value === "string") {
    throw new Error("none");
  }
  return value;
}

const allocFrame = (): UFrame => need(new FrameAllocOptions().allocFrame());
const ram = (): Uint8Array => need(system.hardware.ram[0]).bytes;

/** Passes for a number, and acts when it is made one. */
function acting(value: number, action: () => void): number {
  let acted = false;
  const number = {
    valueOf: (): number => {
      if (!acted) {
        acted = true;
        action();
      }
      return value;
    },
  };
  return number as unknown as number;
}

/** Passes for a number, which is another each time it is asked. */
function changing(...values: number[]): number {
  let asked = 0;
  const number = {
    valueOf: (): number => values[Math.min(asked++, values.length - 1)] ?? 0,
  };
  return number as unknown as number;
}

const text = (value: string): number => value as unknown as number;

/** Runs `call`, which may panic, and gives the frame at `paddr` to a page table meanwhile. */
function attackFrame(
  call: (frame: UFrame, steal: () => void, out: Uint8Array) => unknown,
  bytes: (steal: () => void) => Uint8Array = () => new Uint8Array(PAGE_SIZE).fill(0x67),
): void {
  const frame = allocFrame();
  const { paddr } = frame;
  const steal = (): void => {
    frame.drop();
    const space = need(VmSpace.create());
    // An entry of the table that must neither change nor be seen.
    space.mapZeroedPage(0, RW);
  };
  let stolen = false;
  const stealOnce = (): void => {
    if (!stolen) {
      stolen = true;
      steal();
    }
  };
  const out = bytes(stealOnce);
  const before = out[0];
  try {
    call(frame, stealOnce, out);
  } catch {
    // A panic, or the engine's error, is an answer.
  }
  if (!stolen) {
    return;
  }
  const table = ram().slice(paddr + 8, paddr + PAGE_SIZE);
  expect(table.every((byte) => byte === 0)).toBe(true);
  // The first entry has bit 0 (present) and bit 5 or 6 at most in its low byte: 0x07.
  expect(ram()[paddr]).toBe(7);
  expect(before === undefined || out[0] === before).toBe(true);
}

test("a value that gives its frame back while it is looked at is written nowhere", () => {
  const value = (steal: () => void): number => acting(0x67, steal);
  attackFrame((frame, steal) => frame.writeU8(16, value(steal)));
  attackFrame((frame, steal) => frame.writeU16(16, value(steal)));
  attackFrame((frame, steal) => frame.writeU32(16, value(steal)));
  attackFrame((frame, steal) => frame.fill(value(steal)));
  attackFrame((frame, steal) => frame.fill(0x67, acting(8, steal), 64));
  attackFrame((frame, steal) => frame.fill(0x67, 8, acting(64, steal)));
  attackFrame((frame, steal, out) => frame.writeBytes(acting(8, steal), out, 0, 64));
  attackFrame((frame, steal, out) => frame.writeBytes(8, out, acting(0, steal), 64));
  attackFrame((frame, steal, out) => frame.writeBytes(8, out, 0, acting(64, steal)));
  attackFrame((frame, steal, out) => frame.readBytes(0, out, acting(0, steal), 64));
  attackFrame((frame, steal, out) => frame.readBytes(0, out, 0, acting(64, steal)));
  attackFrame((frame, steal) => allocFrame().copyRange(0, frame, acting(0, steal), 64));
  attackFrame((frame, steal) => frame.copyRange(8, allocFrame(), 0, acting(64, steal)));
});

test("an array whose members act, or that is none, is not read while a frame is looked up", () => {
  const withMember =
    (member: string) =>
    (steal: () => void): Uint8Array => {
      const bytes = new Uint8Array(PAGE_SIZE).fill(0x67);
      const honest: unknown = Reflect.get(bytes, member);
      Reflect.defineProperty(bytes, member, {
        get: () => {
          steal();
          return honest;
        },
      });
      return bytes;
    };
  for (const member of ["buffer", "byteOffset", "length", "byteLength", "subarray", "set"]) {
    for (const length of [16, 64]) {
      attackFrame((frame, _, out) => frame.writeBytes(8, out, 0, length), withMember(member));
      attackFrame((frame, _, out) => frame.readBytes(0, out, 0, length), withMember(member));
    }
  }
  const proxy = (steal: () => void): Uint8Array =>
    new Proxy(new Uint8Array(PAGE_SIZE).fill(0x67), {
      get: (target, key) => {
        steal();
        return Reflect.get(target, key) as unknown;
      },
      set: (target, key, value) => {
        steal();
        return Reflect.set(target, key, value);
      },
    });
  const indexed = (steal: () => void): Uint8Array => {
    const view = new DataView(new ArrayBuffer(PAGE_SIZE));
    for (let index = 0; index < 32; index++) {
      Reflect.defineProperty(view, index, { get: () => (steal(), 0x67), set: () => steal() });
    }
    Reflect.defineProperty(view, "length", { value: PAGE_SIZE });
    return Object.setPrototypeOf(view, Uint8Array.prototype) as Uint8Array;
  };
  for (const bytes of [proxy, indexed]) {
    for (const length of [16, 64]) {
      attackFrame((frame, _, out) => frame.writeBytes(8, out, 0, length), bytes);
      attackFrame((frame, _, out) => frame.readBytes(0, out, 0, length), bytes);
    }
  }
  for (const none of [[1, 2, 3], "text", 5, null, new Float64Array(8), new Uint8ClampedArray(8)]) {
    const bytes = none as unknown as Uint8Array;
    expect(() => allocFrame().writeBytes(0, bytes, 0, 3)).toThrow();
    expect(() => allocFrame().readBytes(0, bytes, 0, 3)).toThrow();
  }
});

test("arrays are read and written in their range alone", () => {
  const frame = allocFrame();
  const bytes = new Uint8Array(8);
  for (const [from, length] of [
    [0, 9],
    [8, 1],
    [-1, 2],
    [Number.NaN, 1],
    [0, Number.NaN],
    [0, -1],
  ] as const) {
    expect(() => frame.readBytes(0, bytes, from, length)).toThrow(/bytes of frames|of an array/u);
    expect(() => frame.writeBytes(0, bytes, from, length)).toThrow(/bytes of frames|of an array/u);
  }
});

test("offsets that are texts or change reach no other frame", () => {
  const frame = allocFrame();
  const next = allocFrame();
  const target = frame.paddr < next.paddr ? frame : next;
  const other = frame.paddr < next.paddr ? next : frame;
  other.fill(0x55);
  target.fill(0x11);
  const odd = [
    text("4095"),
    text("1"),
    text(" 0x10 "),
    changing(0, PAGE_SIZE),
    changing(0, 0, 4096),
  ];
  for (const offset of odd) {
    for (const call of [
      () => target.writeU8(offset, 0x22),
      () => target.writeU32(offset, 0x2222_2222),
      () => target.fill(0x22, offset, 1),
      () => target.writeBytes(offset, new Uint8Array(64), 0, 64),
      () => target.reader(offset, 16).readBytes(new Uint8Array(16)),
      () => target.writer(offset, 1).fillZeros(1),
      () => target.readU8(offset),
    ]) {
      try {
        const result: unknown = call();
        expect(result === 0x55).toBe(false);
      } catch {
        // Refused.
      }
    }
  }
  const seen = new Uint8Array(PAGE_SIZE);
  other.readBytes(0, seen, 0, PAGE_SIZE);
  expect(seen.every((byte) => byte === 0x55)).toBe(true);
});

test("page flags that act change no page table that is gone", () => {
  for (const call of [
    (space: VmSpace, flags: number) => space.mapPage(PAGE, allocFrame(), flags),
    (space: VmSpace, flags: number) => space.mapZeroedPage(PAGE, flags),
    (space: VmSpace, flags: number) => space.protectPage(PAGE, flags),
    (space: VmSpace, flags: number) => space.protectRange(0, 4 * PAGE, flags, 0),
    (space: VmSpace, flags: number) => space.protectRange(0, 4 * PAGE, 0, flags),
    (space: VmSpace, flags: number) => space.resolveCopyOnWrite(PAGE, flags),
    (space: VmSpace, flags: number) =>
      need(space.cursorMut(0, 4 * PAGE)).protectNext(PAGE * 4, () => flags),
  ]) {
    const space = need(VmSpace.create());
    space.mapZeroedPage(PAGE, RW);
    const tables = ram().slice();
    const flags = acting(RW, () => {
      space.unmapRange(0, 4 * PAGE);
      // Whoever has the tables' frames now.
      for (let i = 0; i < 8; i++) {
        new FrameAllocOptions().allocFrame();
      }
    });
    try {
      call(space, flags);
    } catch {
      // Refused.
    }
    // Mapped anew or not: no frame but a table has an entry in it.
    const entry = space.queryPage(PAGE);
    const isChanged = ram().some((byte, at) => byte !== tables[at] && byte !== 0);
    expect(entry !== 0 || !isChanged).toBe(true);
    system.leave();
    system = enterTestSystem({ ramBytes: 256 * PAGE_SIZE });
  }
});

test("ranges that change are checked as they are used", () => {
  const space = need(VmSpace.create());
  const cursor = space.cursorMut(PAGE, changing(PAGE, 2 ** 48));
  if (typeof cursor !== "string") {
    expect(cursor.jump(2 ** 47 + PAGE)).toBe(false);
  }
  space.mapZeroedPage(PAGE, RW);
  space.mapZeroedPage(2 * PAGE, RW);
  // A word across the page's end would be written to the next frame, whosever it is.
  const before = ram().slice();
  for (const call of [
    (at: number) => space.writeU16(at, 0xffff),
    (at: number) => space.writeU32(at, 0xffff_ffff),
    (at: number) => space.compareExchangeU32(at, 0, 0xffff_ffff),
    (at: number) => space.fetchUpdateU32(at, () => 0xffff_ffff),
  ]) {
    call(changing(PAGE, PAGE, 2 * PAGE - 1, PAGE + 4095));
    call(changing(PAGE, 2 * PAGE - 1));
    call(changing(PAGE, PAGE, 2 * PAGE - 1));
  }
  const paddr = space.queryPage(PAGE) - (space.queryPage(PAGE) % PAGE_SIZE);
  const isElsewhere = ram().some(
    (byte, at) => byte === 0xff && before[at] !== 0xff && (at < paddr || at >= paddr + 4),
  );
  expect(isElsewhere).toBe(false);
});

test("values that act while user memory is written reach no frame that left the space", () => {
  for (const call of [
    (space: VmSpace, value: number) => space.writeU8(PAGE, value),
    (space: VmSpace, value: number) => space.writeU16(PAGE, value),
    (space: VmSpace, value: number) => space.writeU32(PAGE, value),
    (space: VmSpace, value: number) => space.writeNumber64(PAGE, value),
    (space: VmSpace, value: number) => space.compareExchangeU32(PAGE, 0, value),
    (space: VmSpace, value: number) => space.fetchUpdateU32(PAGE, () => value),
  ]) {
    const space = need(VmSpace.create());
    space.mapZeroedPage(PAGE, RW);
    const paddr = space.queryPage(PAGE) - (space.queryPage(PAGE) % PAGE_SIZE);
    call(
      space,
      acting(0x67, () => {
        space.unmapPage(PAGE);
      }),
    );
    expect(ram()[paddr]).toBe(0);
    space.drop();
  }
});

test("registers are not written once the context ended", () => {
  for (const call of [
    (context: UserContext, value: number) => context.setReg(3, value, 7),
    (context: UserContext, value: number) => context.setReg(3, 7, value),
    (context: UserContext, value: number) => context.setReg(value, 7, 7),
    (context: UserContext, value: number) => context.setRegNumber(3, value),
    (context: UserContext, value: number) => (context.rip = value),
    (context: UserContext, value: number) => context.setRip(value, 7),
    (context: UserContext, value: number) => (context.rflags = value),
    (context: UserContext, value: number) => (context.fsBase = value),
    (context: UserContext, value: number) => context.loadFpu(new Uint8Array(600).fill(9), value),
    (context: UserContext, value: number) => context.saveFpu(new Uint8Array(600), value),
    (context: UserContext, value: number) => context.regLo(value),
  ]) {
    const context = UserContext.create();
    const value = acting(3, () => context.drop());
    expect(() => call(context, value)).toThrow("after drop");
  }
  const context = UserContext.create();
  context.fsBase = changing(4096, 4096, 2 ** 50, 2 ** 50);
  expect(context.fsBase).toBe(4096);
});

test("members put over a handle's own give no frame away", () => {
  const segment = need(new FrameAllocOptions().allocSegment(1));
  Reflect.defineProperty(segment, "frameCount", { value: 200 });
  expect(() => segment.frame(1)).toThrow("of a segment of 1");
  expect(() => segment.slice(0, 2)).toThrow("of a segment of 1");
  expect([...segment.frames()].length).toBeLessThanOrEqual(1);

  const space = need(VmSpace.create());
  Reflect.defineProperty(space, "queryPage", { value: () => 2 * PAGE_SIZE + 7 });
  expect(space.frameAt(PAGE)).toBeUndefined();
  expect(space.pageReferenceCount(PAGE)).toBe(0);

  const slab = need(Slab.alloc(64));
  slab.allocSlot();
  Reflect.defineProperty(slab, "allocated", { value: 0 });
  expect(() => slab.drop()).toThrow("slots are taken");
});

test("a driver's segment lends its frames and nothing else", () => {
  const segment = need(new FrameAllocOptions().allocSegment(1));
  const kept = segment.clone();
  Reflect.defineProperty(kept, "frameCount", { value: 100 });
  Reflect.defineProperty(segment, "clone", { value: () => kept });
  Reflect.defineProperty(kept, "clone", { value: () => kept });
  const stream = need(DmaStream.map(segment, "bidirectional"));
  expect(stream.size).toBe(PAGE_SIZE);
  kept.drop();
  segment.drop();
  const { daddr } = stream;
  // The frame is still the stream's.
  for (let i = 0; i < 200; i++) {
    expect(new FrameAllocOptions().allocFrame()?.paddr === Number(daddr)).toBe(false);
  }
  const strange = "sideways" as unknown as "toDevice";
  expect(() => DmaStream.alloc(1, strange)).toThrow("direction");
});

test("places of a frame table that change are one place", () => {
  const table = new FrameTable();
  const first = allocFrame();
  const second = allocFrame();
  table.set(0, first);
  table.set(1, second);
  first.drop();
  second.drop();
  table.remove(changing(0, 0, 1, 0));
  expect([table.has(0), table.has(1), table.count]).toEqual([false, true, 1]);
  table.remove(changing(1, 1, 0, 1));
  expect([table.has(0), table.has(1), table.count]).toEqual([false, false, 0]);
  const bytes = need(HeapBytes.alloc(16));
  const slot = need(HeapBytes.alloc(16));
  slot.writeBytes(0, new Uint8Array(16).fill(9), 0, 16);
  const out = new Uint8Array(16);
  for (const offset of [text("1"), changing(0, 16, 16, 16), changing(0, 0, 16, 16)]) {
    try {
      bytes.readBytes(offset, out, 0, 1);
    } catch {
      // Refused.
    }
  }
  expect(out.includes(9)).toBe(false);
});

test("registers, ports and lines are what was checked", () => {
  const device = need(IoMem.acquire(0xd000_0000, 0x1000));
  for (const offset of [text("0"), changing(0, 0, 0, 0x1000_0000), changing(0, -0x10_0000)]) {
    try {
      device.readU8(offset);
      device.writeU32(offset, 1);
    } catch {
      // Refused.
    }
  }
  for (const address of system.hardware.registers.keys()) {
    expect(address >= 0xd000_0000 && address < 0xd000_1000).toBe(true);
  }
  const dropped = acting(5, () => device.drop());
  expect(() => device.writeU32(0, dropped)).toThrow("after drop");
  expect(() => need(IoMem.acquire(0xd100_0000, 64)).slice(changing(0, 32, 64), 64)).toThrow();
  for (const width of [0, 3, 8, 100, Number.NaN, text("1"), changing(1, 2)]) {
    expect(IoPort.acquire(0x3f8, width as unknown as 1)).toBe("InvalidArgs");
  }
  for (const line of [text("5"), changing(5, 5, 0), 1.5, Number.NaN, -1]) {
    expect(IrqLine.allocSpecific(line)).toBeUndefined();
  }
});
