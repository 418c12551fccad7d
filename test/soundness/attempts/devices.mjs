// SPDX-License-Identifier: MPL-2.0

// Devices and drivers: interrupts without end, memory that a device keeps, messages to lines that are
// gone, registers past their range, programs with registers of their own choice.

import { demand } from "../violation.mjs";
import { ostd } from "../ostd.mjs";
import { LOAD, PAGE, REQUESTER, RW, STORE, need } from "./scene.mjs";

/** Runs a program until `hooks` says that it is enough. */
function runFor(scene, turns, onTurn = () => undefined) {
  let left = turns;
  return scene.run(scene.space(), LOAD, PAGE, {
    hasKernelEvent: () => {
      onTurn();
      left -= 1;
      return left <= 0;
    },
  });
}

export const devices = {
  "interrupts without end": (s) => {
    const line = need(ostd.IrqLine.allocMessage(REQUESTER));
    let raised = 0;
    line.onActive(() => {
      raised += 1;
      if (raised < 5000) s.device.message(line.message.address, line.message.data);
    });
    s.device.message(line.message.address, line.message.data);
    for (let i = 0; i < 50; i++) runFor(s, 1);
    demand(raised > 0, "interrupts-delivered", "no interrupt came");
  },
  "messages to a line that was dropped": (s) => {
    const line = need(ostd.IrqLine.allocMessage(REQUESTER));
    const { message } = line;
    line.onActive(() => demand(false, "interrupts-not-forged", "a dropped line was raised"));
    line.drop();
    for (let i = 0; i < 5; i++) s.device.message(message.address, message.data);
    runFor(s, 2);
  },
  "a line dropped in its own handler": (s) => {
    const line = need(ostd.IrqLine.allocMessage(REQUESTER));
    const { message } = line;
    line.onActive(() => line.drop());
    const after = line.onActive(() => undefined);
    s.device.message(message.address, message.data);
    runFor(s, 2);
    s.device.message(message.address, message.data);
    runFor(s, 2);
    try {
      after.drop();
    } catch (error) {
      s.consider(error);
    }
  },
  "a line of another device": (s) => {
    const line = need(ostd.IrqLine.allocMessage(REQUESTER + 8));
    line.onActive(() => demand(false, "interrupts-not-forged", "another device's line was raised"));
    s.device.message(line.message.address, line.message.data);
    runFor(s, 2);
  },
  "messages to every address of the APIC": (s) => {
    const line = need(ostd.IrqLine.allocMessage(REQUESTER + 8));
    line.onActive(() => demand(false, "interrupts-not-forged", "another device's line was raised"));
    for (let at = 0xfee0_0000; at < 0xfef0_0000; at += 0x1010) s.device.message(at, at & 0xff);
    runFor(s, 2);
  },
  "memory that a device keeps after its driver": (s) => {
    const memory = need(ostd.DmaCoherent.alloc(3));
    const { daddr } = memory;
    s.warm(memory);
    memory.drop();
    s.takeFree();
    for (let at = 0; at < 3 * PAGE; at += 64) s.device.write(daddr + at, 0x67);
    demand(s.device.read(daddr) === undefined, "devices-reach-mapped-only", "freed memory is read");
  },
  "a direction that the driver did not ask for": (s) => {
    const stream = need(ostd.DmaStream.alloc(1, "toDevice"));
    demand(
      !s.device.write(stream.daddr, 1),
      "devices-reach-mapped-only",
      "what is read is written",
    );
    demand(s.device.read(stream.daddr) !== undefined, "dma-mapped", "it is not read");
  },
  "one segment mapped in two directions": (s) => {
    const segment = need(new ostd.FrameAllocOptions().allocSegment(1));
    const [one, two] = [
      need(ostd.DmaStream.map(segment, "toDevice")),
      need(ostd.DmaStream.map(segment, "fromDevice")),
    ];
    const { daddr } = one;
    s.warm(two);
    two.drop();
    demand(!s.device.write(daddr, 1), "devices-reach-mapped-only", "the right to write is left");
    demand(s.device.read(daddr) !== undefined, "dma-mapped", "the right to read is gone");
    one.drop();
    demand(s.device.read(daddr) === undefined, "devices-reach-mapped-only", "a right is left");
  },
  "DMA past the end of what is mapped": (s) => {
    const stream = need(ostd.DmaStream.alloc(1, "bidirectional"));
    for (const at of [-1, PAGE, PAGE + 64, 2 ** 32, 2 ** 40]) s.device.write(stream.daddr + at, 1);
  },
  "DMA to every frame": (s) => {
    for (let pfn = 0; pfn < 2048; pfn++) s.device.write(pfn * PAGE + 16, 0x67);
  },
  "registers past what was acquired": (s) => {
    const memory = need(ostd.IoMem.acquire(0xd000_0000, 64));
    s.seen.window = [0xd000_0000, 0xd000_0040];
    for (const offset of [60, 61, 62, 63, 64, -1, 0.5, NaN, 2 ** 32, "0", -0]) {
      for (const access of ["readU8", "readU16", "readU32", "writeU8", "writeU16", "writeU32"]) {
        try {
          memory[access](offset, 1);
        } catch (error) {
          s.consider(error);
        }
      }
    }
    s.seen.window = undefined;
  },
  "the registers of the IOMMU by any part": (s) => {
    for (let base = 0xfed8_f000; base <= 0xfed9_2000; base += 0x800) {
      for (const length of [1, 0x800, 0x1001, 0x10_0000]) {
        const got = ostd.IoMem.acquire(base, length);
        if (typeof got === "string") continue;
        const isApart = base + length <= 0xfed9_0000 || base >= 0xfed9_1000;
        demand(isApart, "sensitive-io-withheld", "the IOMMU's registers were given");
        got.drop();
      }
    }
  },
  "slices of slices": (s) => {
    const memory = need(ostd.IoMem.acquire(0xd000_0000, 256));
    s.seen.window = [0xd000_0000, 0xd000_0100];
    let part = memory;
    for (const [offset, length] of [
      [128, 128],
      [64, 64],
      [0, 128],
      [-64, 64],
      [63, 1],
      [64, 1],
    ]) {
      try {
        part = part.slice(offset, length);
        part.writeU8(length - 1, 1);
        part.writeU8(length, 1);
      } catch (error) {
        s.consider(error);
      }
    }
    s.seen.window = undefined;
  },
  "user registers of any value": (s) => {
    const space = s.space();
    for (const value of [0, 2 ** 47, 2 ** 47 - 1, 2 ** 63, -1, NaN, 2 ** 53, 0.5]) {
      for (const register of ["rip", "rflags", "fsBase", "gsBase", "rsp"]) {
        const context = ostd.UserContext.create();
        try {
          context[register] = value;
          context.setRip?.(value, value);
          space.activate();
          let left = 3;
          new ostd.UserMode(context).execute({ hasKernelEvent: () => (left -= 1) < 0 });
        } catch (error) {
          s.consider(error);
        }
        context.drop();
      }
    }
  },
  "an FPU state of any bytes": (s) => {
    const space = s.space();
    for (const byte of [0, 0xff, 0x80, 0x3f]) {
      const context = ostd.UserContext.create();
      context.loadFpu(new Uint8Array(ostd.FPU_STATE_SIZE).fill(byte), 0);
      context.rip = LOAD;
      context.rdi = PAGE;
      space.activate();
      new ostd.UserMode(context).execute({ hasKernelEvent: () => false });
      context.drop();
    }
  },
  "a program in a page that goes away while it runs": (s) => {
    const space = s.space();
    let asked = 0;
    try {
      s.run(space, LOAD, PAGE, {
        hasKernelEvent: () => {
          asked += 1;
          if (asked === 1) {
            space.unmapPage(LOAD);
            s.takeFree();
          }
          return asked > 3;
        },
      });
    } catch (error) {
      s.consider(error);
    }
  },
  "a program that stores to its own code": (s) => {
    const space = s.space();
    s.run(space, STORE, STORE);
    s.run(space, STORE, LOAD);
    s.run(space, LOAD, PAGE);
  },
  "one frame in two spaces, and one of them gone": (s) => {
    const [one, two] = [s.space(), s.space()];
    const frame = s.frame();
    one.mapPage(PAGE, frame, RW);
    two.mapPage(PAGE, frame, RW);
    frame.drop();
    s.warm(one, two);
    one.drop();
    s.takeFree();
    s.check();
    two.unmapPage(PAGE);
    s.takeFree();
    s.run(two, STORE, PAGE + 8);
  },
  "a space dropped while a program is in it": (s) => {
    const space = s.space();
    try {
      s.run(space, LOAD, PAGE, { hasKernelEvent: () => (space.drop(), s.takeFree(), false) });
    } catch (error) {
      s.consider(error);
    }
  },
  "another space made active while a program is in one": (s) => {
    const [space, other] = [s.space(), s.space()];
    let asked = 0;
    s.run(space, STORE, PAGE + 8, {
      hasKernelEvent: () => {
        asked += 1;
        if (asked === 1) other.activate();
        return asked > 2;
      },
    });
  },
};
