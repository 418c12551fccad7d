// SPDX-License-Identifier: MPL-2.0

// A kernel may call OSTD with next to no stack left, and catch what the engine throws in the middle of
// whatever was being done. Wherever that is, nothing may be reachable that was given up.

import { ostd } from "../ostd.mjs";
import { PAGE, RW, need } from "./scene.mjs";

const SLACK_MAX = 260;

/** How deep calls go from here. */
function depthOf() {
  const dive = (depth) => {
    try {
      return dive(depth + 1);
    } catch {
      return depth;
    }
  };
  return dive(0);
}

/** Runs `action` with about `slack` calls' room on the stack. */
export function nearTheEnd(slack, action) {
  const descend = (left) => (left > 0 ? descend(left - 1) : action());
  return descend(Math.max(0, depthOf() - slack));
}

/** What is done with little room: `prepare` gives it what it works on. */
const ACTIONS = {
  "map a page": [
    (s) => [s.space(), s.frame()],
    (space, frame) => space.mapPage(9 * PAGE, frame, RW),
  ],
  "map a page in new tables": [
    (s) => [s.space(), s.frame()],
    (space, frame) => space.mapPage(2 ** 40, frame, RW),
  ],
  "map a zeroed page": [(s) => [s.space()], (space) => space.mapZeroedPage(2 ** 41, RW)],
  "replace a page": [
    (s) => [s.space(), s.frame()],
    (space, frame) => space.mapPage(PAGE, frame, RW),
  ],
  "unmap a page": [(s) => [s.space()], (space) => space.unmapPage(PAGE)],
  "unmap a range": [(s) => [s.space()], (space) => space.unmapRange(0, 2 ** 40)],
  "protect a range": [(s) => [s.space()], (space) => space.protectRange(0, 2 ** 40, 0, 2)],
  fork: [
    (s) => [s.space(), s.space(0)],
    (parent, child) => child.copyOnWriteFrom(parent, 0, 2 ** 30),
  ],
  "copy on write": [
    (s) => {
      const [parent, child] = [s.space(), s.space(0)];
      child.copyOnWriteFrom(parent, 0, 2 ** 30);
      return [child];
    },
    (child) => child.resolveCopyOnWrite(PAGE, RW),
  ],
  "drop a space": [(s) => [s.space()], (space) => space.drop()],
  "make a space": [() => [], () => ostd.VmSpace.create()],
  "drop a frame": [(s) => [s.frame()], (frame) => frame.drop()],
  "drop a mapped frame": [
    (s) => {
      const frame = s.frame();
      s.space().mapPage(9 * PAGE, frame, RW);
      return [frame];
    },
    (frame) => frame.drop(),
  ],
  "allocate a segment": [() => [], () => new ostd.FrameAllocOptions().allocSegment(3)],
  "map DMA": [() => [], () => ostd.DmaStream.alloc(2, "bidirectional")],
  "unmap DMA": [() => [need(ostd.DmaStream.alloc(2, "bidirectional"))], (stream) => stream.drop()],
  "unmap coherent DMA": [() => [need(ostd.DmaCoherent.alloc(2))], (memory) => memory.drop()],
  "put a frame in a table": [
    (s) => [new ostd.FrameTable(), s.frame()],
    (table, frame) => table.set(5, frame),
  ],
  "take frames out of a table": [
    (s) => {
      const table = new ostd.FrameTable();
      for (let i = 0; i < 3; i++) table.set(i, s.frame());
      return [table];
    },
    (table) => table.drop(),
  ],
  "put a typed frame in a list": [
    () => [new ostd.FrameList(), need(ostd.UniqueFrame.alloc({}))],
    (list, frame) => list.pushBack(frame),
  ],
  "drop a list": [
    () => {
      const list = new ostd.FrameList();
      for (let i = 0; i < 3; i++) list.pushBack(need(ostd.UniqueFrame.alloc({})));
      return [list];
    },
    (list) => list.drop(),
  ],
  "heap bytes": [() => [], () => ostd.HeapBytes.alloc(64)?.drop()],
  "a cursor's unmap and flush": [
    (s) => [need(s.space().cursorMut(0, 16 * PAGE))],
    (cursor) => {
      cursor.unmap(8 * PAGE);
      cursor.flush();
    },
  ],
  "run a program": [(s) => [s, s.space()], (s, space) => s.run(space, 0x7000_0000, PAGE)],
};

export const brink = Object.fromEntries(
  Object.entries(ACTIONS).map(([name, [prepare, action]]) => [
    `with no stack left: ${name}`,
    (scene) => {
      for (let slack = 0; slack < SLACK_MAX; slack += slack < 50 ? 1 : 5) {
        const given = prepare(scene);
        scene.warm(...given);
        let result;
        try {
          result = nearTheEnd(slack, () => action(...given));
        } catch (error) {
          scene.consider(error);
        }
        scene.keep(result);
        // Whoever gets what was given up must be its only user.
        scene.takeFree();
        scene.check();
        scene.writeEverywhere();
        scene.check();
        for (const handle of given) {
          try {
            handle.drop?.();
          } catch (error) {
            scene.consider(error);
          }
        }
      }
    },
  ]),
);
