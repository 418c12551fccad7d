// SPDX-License-Identifier: MPL-2.0

import { ostd } from "../ostd.mjs";
import { REQUESTERS, TAG } from "../world.mjs";
import { demand } from "../violation.mjs";
import { READ, WRITE } from "../walk.mjs";
import { takeOne } from "./memory.mjs";
import { execute } from "./users.mjs";

const PAGE = 4096;
const BITS = { toDevice: READ, fromDevice: WRITE, bidirectional: READ | WRITE };
/** RAM, interrupt controllers, timers, the IOMMU; and what is no address. */
const FORBIDDEN = [
  [0, PAGE],
  [0x10_0000, 4],
  [0x7f_f000, 0x2000],
  [0xfec0_0000, 16],
  [0xfed0_0000, PAGE],
  [0xfee0_0000, 4],
  [0xfed9_0000, PAGE],
  [0xfed8_f000, 0x2000],
  [0xfef0_0000 - 4, 8],
  [-1, 4],
  [0.5, 4],
  [2 ** 41, 4],
  [Number.NaN, 4],
  [0xd000_0000, 0],
  [0xd000_0000, -5],
];
const FORBIDDEN_PORTS = [0x20, 0x21, 0xa0, 0xa1, 0x40, 0x43, 0x4d0, -1, 0x1_0000, 0.5, Number.NaN];

export const devices = {
  allocDma(world) {
    if (world.streams.length > 10) return;
    const before = world.usersOfFrames();
    const direction = world.random.pick(Object.keys(BITS));
    const count = 1 + world.random.below(3);
    const coherent = world.random.oneIn(3);
    const stream = coherent
      ? ostd.DmaCoherent.alloc(count)
      : ostd.DmaStream.alloc(count, direction);
    if (stream === undefined) return;
    const first = stream.daddr / PAGE;
    world.claimed(first, count, before);
    world.streams.push({ stream, first, count, bits: coherent ? 3 : BITS[direction] });
  },

  mapDma(world) {
    const one = world.random.pick(world.segments);
    if (one === undefined || world.streams.length > 10) return;
    const direction = world.random.pick(Object.keys(BITS));
    const stream = ostd.DmaStream.map(one.segment, direction);
    if (stream !== undefined) world.streams.push({ ...one, stream, bits: BITS[direction] });
  },

  dropDma(world) {
    const one = takeOne(world, world.streams);
    if (one === undefined) return;
    if (world.random.oneIn(3) && one.stream.segment !== undefined) {
      // The driver drops what it was lent. Devices still reach it: it must not be free.
      one.stream.segment.drop();
      world.streams.push(one);
      world.check();
      world.streams.pop();
    }
    one.stream.drop();
    world.mustPanic("use-after-release", "twice", () => one.stream.drop());
  },

  /** A device that goes wherever it likes. */
  attackByDma(world) {
    const pfns = [world.random.below(2048), world.random.below(2060)];
    for (const { first, count } of world.streams) pfns.push(first, first + count);
    for (const { root } of world.spaces) pfns.push(root / PAGE);
    for (const { pfn } of world.typed) pfns.push(pfn);
    pfns.push(world.random.pick([...world.deviceTables]));
    if (world.lastDma !== undefined) pfns.push(world.lastDma);
    const allowed = world.rightsOfDevices();
    const device = world.random.pick(world.devices);
    for (let attempt = 0; attempt < 4; attempt++) {
      const pfn = world.random.pick(pfns);
      const rights = allowed.get(pfn) ?? 0;
      const value = world.random.below(256);
      const wrote = device.write(pfn * PAGE + TAG, value);
      demand(
        !wrote || (rights & WRITE) !== 0,
        "devices-reach-mapped-only",
        () => `a device wrote to frame ${pfn}, on which it has rights ${rights}`,
      );
      if (wrote) world.tags.set(pfn, world.tagOf(pfn));
      const read = device.read(pfn * PAGE + TAG);
      demand(
        read === undefined || (rights & READ) !== 0,
        "devices-reach-mapped-only",
        () => `a device read frame ${pfn}, on which it has rights ${rights}`,
      );
      demand(
        wrote === ((rights & WRITE) !== 0),
        "dma-mapped",
        `a device cannot write frame ${pfn}`,
      );
      demand(
        read === undefined || read === (world.tagOf(pfn) & 0xff),
        "devices-reach-mapped-only",
        "a device read another frame",
      );
      if (rights !== 0) world.lastDma = pfn;
    }
  },

  allocLine(world) {
    if (world.lines.length > 4) return;
    const device = world.random.below(2);
    const line = ostd.IrqLine.allocMessage(REQUESTERS[device]);
    if (line === undefined) return;
    const one = { line, device, raised: 0, expected: 0 };
    demand(
      !world.lines.some((each) => each.line.num === line.num),
      "irq-exclusive",
      "a line twice",
    );
    one.callback = line.onActive(() => {
      one.raised += 1;
    });
    world.lines.push(one);
    demand(ostd.IrqLine.allocSpecific(line.num) === undefined, "irq-exclusive", "a line twice");
    demand(
      ostd.IrqLine.allocSpecific(0) === undefined,
      "irq-exclusive",
      "the timer's line was given",
    );
  },

  dropLine(world) {
    const one = takeOne(world, world.lines);
    if (one === undefined) return;
    const { message } = one.line;
    one.line.drop();
    world.lastMessage = { message, device: one.device };
    one.callback.drop();
    world.mustPanic("use-after-release", "twice", () => one.callback.drop());
    world.mustPanic("use-after-release", "after drop", () => one.line.onActive(() => undefined));
  },

  /** Devices that raise their own lines, others' lines, lines that are gone, and vectors of no one. */
  attackByInterrupt(world) {
    if (world.lines.length === 0) return;
    // What was raised before this attack is handled first.
    if (!execute(world)) return;
    for (const one of world.lines) one.expected = one.raised;
    const sender = world.random.below(2);
    const victim = world.random.pick(world.lines);
    const { address, data } = victim.line.message;
    const kind = world.random.below(5);
    if (kind === 0) {
      world.devices[sender].message(address, data);
      if (sender === victim.device) victim.expected += 1;
    } else if (kind === 1) {
      world.devices[sender].message(0xfee0_0000, 32 + victim.line.num);
    } else if (kind === 2) {
      world.devices[sender].message(
        0xfee0_0000 + world.random.below(0x10_0000),
        world.random.u32(),
      );
    } else if (kind === 3) {
      world.devices[sender].message(address + 32 * (1 + world.random.below(20)), data);
      for (const one of world.lines) {
        // Another line of the sender's own is its own business.
        if (one.device === sender) one.expected = -1;
      }
    } else if (world.lastMessage !== undefined) {
      const { message, device } = world.lastMessage;
      world.devices[device].message(message.address, message.data);
      for (const one of world.lines) {
        // The entry may belong to a new line of the same device.
        if (one.device === device && one.line.message.address === message.address)
          one.expected = -1;
      }
    }
    if (!execute(world)) return;
    if (kind === 2) {
      for (const one of world.lines) if (one.device === sender) one.expected = -1;
    }
    for (const one of world.lines) {
      demand(
        one.expected < 0 || one.raised <= one.expected,
        "interrupts-not-forged",
        () =>
          `line ${one.line.num} of device ${one.device} was raised by device ${sender} (kind ${kind})`,
      );
    }
  },

  acquireForbidden(world) {
    const [base, length] = world.random.pick(FORBIDDEN);
    demand(
      typeof ostd.IoMem.acquire(base, length) === "string",
      "sensitive-io-withheld",
      () => `a driver got [0x${base.toString(16)}, +${length})`,
    );
    const port = world.random.pick(FORBIDDEN_PORTS);
    demand(
      typeof ostd.IoPort.acquire(port, world.random.pick([1, 2, 4])) === "string",
      "sensitive-ports-withheld",
      () => `a driver got port ${port}`,
    );
  },

  ioMemory(world) {
    const held = takeOne(world, world.ioMemory);
    if (held !== undefined) {
      const { memory, base, length } = held;
      world.seen.window = [base, base + length];
      const offset = world.random.pick([0, 4, length - 4, length - 2, length, -4, 0.5, Number.NaN]);
      world.attempt(true, () => memory.readU32(offset));
      world.attempt(true, () => memory.writeU32(offset, 1));
      world.attempt(true, () =>
        memory.slice(world.random.below(length), 8).readU8(world.random.below(9)),
      );
      world.seen.window = undefined;
      memory.drop();
      world.mustPanic("use-after-release", "after drop", () => memory.readU8(0));
      return;
    }
    const base = 0xa000_0000 + world.random.below(8) * 0x800;
    const length = world.random.pick([8, 0x800, 0x1000]);
    const memory = ostd.IoMem.acquire(base, length);
    if (typeof memory === "string") return;
    demand(typeof ostd.IoMem.acquire(base + 4, 4) === "string", "io-exclusive", "a range twice");
    world.ioMemory.push({ memory, base, length });
  },

  ioPort(world) {
    const held = takeOne(world, world.ioPorts);
    if (held !== undefined) {
      world.seen.portWindow = [held.port.port, held.port.port + held.port.size];
      held.port.write(held.port.read());
      world.seen.portWindow = undefined;
      held.port.drop();
      world.mustPanic("use-after-release", "after drop", () => held.port.read());
      return;
    }
    const port = ostd.IoPort.acquire(0x300 + world.random.below(6), world.random.pick([1, 2, 4]));
    if (typeof port !== "string") world.ioPorts.push({ port });
  },
};
