// SPDX-License-Identifier: MPL-2.0

import { ostd } from "../ostd.mjs";
import { demand } from "../violation.mjs";

const local = new ostd.CpuLocal(() => 0);

export const handles = {
  /** Handles that nobody gave: constructors are reached through an instance, as a client could. */
  forge(world) {
    const space = world.spaces[0]?.space;
    const frame = world.frames[0]?.frame;
    const line = world.lines[0];
    const slot = world.slabs.find(({ slots }) => slots.length > 0)?.slots[0];
    const models = [frame, line?.callback, slot, space?.cursorMut(0, 4096), frame?.reader()];
    const model = world.random.pick(models.filter((each) => typeof each === "object"));
    if (model === undefined) return;
    const key = world.random.pick([undefined, Symbol("OSTD's privilege"), true, {}]);
    const pfn = world.random.below(2048);
    world.mustPanic("handles-unforged", "", () => new model.constructor(key, {}, pfn, 1, 0, 64));
    demand(Object.keys(model).length <= 1, "handles-unforged", "a handle shows what is in it");
  },

  /** A CPU's own variables, with guards that are held and guards that are not. */
  cpuLocal(world) {
    const guard = world.random.oneIn(2) ? ostd.disableLocalIrq() : ostd.disablePreempt();
    const value = world.random.u32();
    local.setWith(guard, value);
    demand(local.getWith(guard) === value, "cpu-local-guarded", "another value");
    guard.drop();
    world.mustPanic("cpu-local-guarded", "after drop", () => local.getWith(guard));
    world.mustPanic("cpu-local-guarded", "after drop", () => local.setWith(guard, 1));
    world.mustPanic("use-after-release", "twice", () => guard.drop());
  },

  /** A heap allocator that answers with slots of another size, or that someone has. */
  heapLie(world) {
    const one = world.slabs.find(({ slots }) => slots.length > 0);
    const [slot] = one?.slots ?? [];
    if (slot === undefined) return;
    const wrong = slot.size === 64 ? 32 : 64;
    world.heapAllocator.lie = slot;
    world.mustPanic("heap-slots-checked", "heap allocator returned", () =>
      ostd.HeapBytes.alloc(wrong),
    );
    world.heapAllocator.lie = slot;
    const bytes = ostd.HeapBytes.alloc(slot.size);
    world.heapAllocator.lie = slot;
    world.mustPanic("heap-slots-checked", "in use", () => ostd.HeapBytes.alloc(slot.size));
    world.mustPanic("slot-exclusive", "in use", () => one.slab.deallocSlot(slot));
    bytes.drop();
  },
};
