// SPDX-License-Identifier: MPL-2.0

// Everywhere OSTD calls code of the kernel's, that code calls OSTD: what it works on is dropped, unmapped,
// taken by others or mapped elsewhere meanwhile, or it throws.

import { ostd } from "../ostd.mjs";
import { LOAD, PAGE, RW, STORE, need } from "./scene.mjs";

/** What the code does, given what the operation works on. */
const DEEDS = {
  "drops the space": (s, { space }) => space.drop(),
  "drops the frame": (s, { frame }) => frame.drop(),
  "unmaps everything": (s, { space }) => space.unmapRange(0, 2 ** 47),
  "maps another frame there": (s, { space }) => space.mapPage(PAGE, s.frame(), RW),
  "forks the space": (s, { space }) =>
    need(ostd.VmSpace.create()).copyOnWriteFrom(space, 0, 2 ** 40),
  "makes and drops a space": (s) => need(ostd.VmSpace.create()).drop(),
  "runs a program": (s, { space }) => s.run(space, STORE, PAGE + 8),
  throws: () => {
    throw new Error("from the kernel");
  },
};

/** An operation in which `act` is called by OSTD. */
const PLACES = {
  "a frame allocator asked for a table": (s, { space, frame }, act) => {
    s.onAsked = act;
    space.mapPage(2 ** 42, frame, RW);
  },
  "a frame allocator given a frame": (s, { space }, act) => {
    s.onAsked = act;
    space.unmapRange(PAGE, 3 * PAGE);
  },
  "a frame allocator asked during a fork": (s, { space }, act) => {
    const child = need(ostd.VmSpace.create());
    s.keep(child);
    s.onAsked = act;
    child.copyOnWriteFrom(space, 0, 2 ** 40);
  },
  "a frame allocator asked for a copy": (s, { space }, act) => {
    const child = need(ostd.VmSpace.create());
    s.keep(child);
    child.copyOnWriteFrom(space, 0, 2 ** 40);
    s.onAsked = act;
    space.resolveCopyOnWrite(PAGE, RW);
  },
  "a fault handler in a copy of bytes": (s, { space }, act) => {
    s.onAsked = act;
    space.writeBytes(4 * PAGE - 8, new Uint8Array(4 * PAGE).fill(9), 0, 4 * PAGE);
  },
  "a fault handler in a copy between spaces": (s, { space }, act) => {
    const target = s.space(1);
    s.onAsked = act;
    need(space.reader(PAGE, 3 * PAGE)).read(need(target.writer(PAGE, 3 * PAGE)));
  },
  "a fault handler in a read of a frame": (s, { space, frame }, act) => {
    s.onAsked = act;
    frame.reader().read(need(space.writer(3 * PAGE, 3 * PAGE)));
  },
  "a fault handler in a string": (s, { space }, act) => {
    space.writeBytes(4 * PAGE, new Uint8Array(PAGE).fill(65), 0, PAGE);
    s.onAsked = act;
    space.readCString(4 * PAGE, 8 * PAGE);
  },
  "an atomic update": (s, { space }, act) => {
    space.fetchUpdateU32(PAGE + 8, (old) => {
      act();
      return old + 1;
    });
  },
  "a change of rights": (s, { space }, act) => {
    need(space.cursorMut(PAGE, 3 * PAGE)).protectNext(3 * PAGE, (flags) => {
      act();
      return flags;
    });
  },
  "the hooks of user mode": (s, { space }, act) => {
    let asked = 0;
    s.run(space, STORE, PAGE + 8, {
      hasKernelEvent: () => {
        asked += 1;
        if (asked === 1) act();
        return asked > 1;
      },
    });
  },
  "a typed frame's end": (s, given, act) => {
    need(ostd.UniqueFrame.alloc({ onDrop: act })).drop();
  },
  "a typed frame's end in a list": (s, given, act) => {
    const list = new ostd.FrameList();
    for (let i = 0; i < 3; i++) list.pushBack(need(ostd.UniqueFrame.alloc({ onDrop: act })));
    list.drop();
  },
  "an interrupt's handler": (s, { space }, act) => {
    const line = need(ostd.IrqLine.allocMessage(8));
    line.onActive(act);
    s.device.message(line.message.address, line.message.data);
    s.run(space, LOAD, PAGE);
    line.drop();
  },
  "a timer": (s, { space }, act) => {
    new ostd.Timer({ onTimer: act }).set(ostd.monotonicNs());
    s.run(space, LOAD, PAGE);
  },
};

export const reentry = Object.fromEntries(
  Object.entries(PLACES).flatMap(([place, operate]) =>
    Object.entries(DEEDS).map(([deed, act]) => [
      `${place} ${deed}`,
      (scene) => {
        const given = { space: scene.space(), frame: scene.frame() };
        const stream = need(ostd.DmaStream.alloc(1, "fromDevice"));
        given.space.mapPage(6 * PAGE, given.frame, RW);
        scene.warm(given.space, stream);
        const meddle = () => {
          act(scene, given);
          scene.takeFree();
        };
        try {
          operate(scene, given, meddle);
        } catch (error) {
          scene.consider(error);
        }
        scene.onAsked = undefined;
        scene.takeFree();
        scene.check();
        scene.writeEverywhere();
      },
    ]),
  ),
);
