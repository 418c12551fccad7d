// SPDX-License-Identifier: MPL-2.0

import { ostd } from "../ostd.mjs";
import { TAG } from "../world.mjs";
import { demand } from "../violation.mjs";

const PAGE = 4096;

/** Takes a random element out of a list. */
export function takeOne(world, list) {
  return list.length === 0 ? undefined : list.splice(world.random.below(list.length), 1)[0];
}

/** Keeps what was dropped, to use it after its end. */
function bury(world, handle) {
  if (world.stale.length < 32) world.stale.push(handle);
  else world.stale[world.random.below(32)] = handle;
}

function addFrame(world, frame) {
  world.frames.push({ frame, pfn: frame.paddr / PAGE });
}

export const memory = {
  allocFrame(world) {
    if (world.frames.length > 60) return;
    const before = world.usersOfFrames();
    const zeroed = !world.random.oneIn(4);
    const frame = world.attempt(!world.isHonest, () =>
      new ostd.FrameAllocOptions().zeroed(zeroed).allocFrame(),
    );
    if (frame === undefined) return;
    world.claimed(frame.paddr / PAGE, 1, before);
    demand(
      !zeroed || world.tagOf(frame.paddr / PAGE) === 0,
      "zeroed",
      "a fresh frame has old bytes",
    );
    addFrame(world, frame);
  },

  cloneFrame(world) {
    const one = world.random.pick(world.frames);
    if (one !== undefined && world.frames.length < 60) addFrame(world, one.frame.clone());
  },

  dropFrame(world) {
    const one = takeOne(world, world.frames);
    if (one === undefined) return;
    one.reader = one.frame.reader(0, 64);
    one.frame.drop();
    bury(world, one);
  },

  allocSegment(world) {
    if (world.segments.length > 12) return;
    const before = world.usersOfFrames();
    const count = world.random.below(6) + 1;
    const segment = new ostd.FrameAllocOptions().allocSegment(count);
    if (segment === undefined) return;
    const first = segment.paddr / PAGE;
    world.claimed(first, count, before);
    world.segments.push({ segment, first, count });
  },

  badSegment(world) {
    const count = world.random.pick([0, -1, 0.5, Number.NaN, 1e9, Infinity, 2 ** 40]);
    demand(
      new ostd.FrameAllocOptions().allocSegment(count) === undefined,
      "no-double-allocation",
      `a segment of ${count} frames was allocated`,
    );
  },

  splitSegment(world) {
    const one = world.random.pick(world.segments);
    if (one === undefined || world.segments.length > 12) return;
    const index = world.random.below(one.count);
    addFrame(world, one.segment.frame(index));
    const count = 1 + world.random.below(one.count - index);
    world.segments.push({
      segment: one.segment.slice(index, count),
      first: one.first + index,
      count,
    });
    world.mustPanic("range-checked", "of a segment of", () =>
      one.segment.slice(index, one.count + 1),
    );
  },

  dropSegment(world) {
    const one = takeOne(world, world.segments);
    one?.segment.drop();
    if (one !== undefined) bury(world, { frame: one.segment });
  },

  writeFrame(world) {
    const one = world.random.pick(world.frames);
    if (one === undefined) return;
    const value = world.random.u32();
    if (world.random.oneIn(3)) {
      one.frame.fill(value % 256);
      world.tags.set(one.pfn, Math.imul(value % 256, 0x0101_0101) >>> 0);
    } else {
      one.frame.writeU32(TAG, value);
      world.tags.set(one.pfn, value);
    }
    demand(
      one.frame.readU32(TAG) === world.tags.get(one.pfn),
      "content-kept",
      "read back otherwise",
    );
  },

  copyFrame(world) {
    const from = world.random.pick(world.frames);
    const to = world.random.pick(world.frames);
    if (from === undefined) return;
    if (world.random.oneIn(2)) to.frame.copyFrom(from.frame);
    else to.frame.writer().write(from.frame.reader());
    if (world.tags.has(from.pfn)) world.tags.set(to.pfn, world.tags.get(from.pfn));
    else world.tags.delete(to.pfn);
  },

  /** Ranges that reach over the end of the memory, or start before it. */
  reachOut(world) {
    const one = world.random.pick([
      ...world.frames,
      ...world.segments.map(({ segment }) => ({ frame: segment })),
    ]);
    if (one === undefined) return;
    const { frame } = one;
    const bytes = new Uint8Array(64);
    const offset = world.random.pick([
      -1,
      frame.size,
      frame.size - 3,
      Number.NaN,
      -0.5,
      Infinity,
      2 ** 53,
    ]);
    const attacks = [
      () => frame.readU32(offset),
      () => frame.writeU32(offset, 0xbad),
      () => frame.readBytes(offset, bytes, 0, 64),
      () => frame.writeBytes(offset, bytes, 0, 64),
      () => frame.fill(0xbd, offset, 64),
      () => frame.reader(offset, 64),
      () => frame.writer(offset, 64),
      () => frame.copyRange(offset, frame, 0, 64),
      () => frame.copyRange(0, frame, offset, 64),
    ];
    world.mustPanic("range-checked", "bytes", world.random.pick(attacks));
  },

  /** Everything that was dropped is dead for good, and says where it died. */
  useStale(world) {
    const one = world.random.pick(world.stale);
    if (one === undefined) return;
    const bytes = new Uint8Array(8);
    const uses = [
      () => one.frame.readU32(TAG),
      () => one.frame.writeU32(TAG, 0xdead),
      () => one.frame.fill(0xdd),
      () => one.frame.clone(),
      () => one.frame.reader(),
      () => world.table.set(1, one.frame),
      ...(one.reader === undefined ? [] : [() => one.reader.readBytes(bytes)]),
      ...(world.spaces.length === 0
        ? []
        : [() => world.spaces[0].space.mapPage(PAGE, one.frame, 3)]),
    ];
    if (world.random.oneIn(5))
      world.mustPanic("use-after-release", "twice", () => one.frame.drop());
    else world.mustPanic("use-after-release", "after drop", world.random.pick(uses));
  },

  setInTable(world) {
    const one = world.random.pick(world.frames);
    if (one === undefined) return;
    const index = world.random.pick([0, 1, 255, 256, 600, 2 ** 40]);
    world.table.set(index, one.frame);
    world.tableModel.set(index, one.pfn);
    world.mustPanic("range-checked", "cannot be put", () => world.table.set(0.5, one.frame));
  },

  removeFromTable(world) {
    const [index] = [...world.tableModel.keys()];
    if (index === undefined) return;
    if (world.random.oneIn(2)) {
      const frame = world.table.get(index);
      demand(frame.paddr / PAGE === world.tableModel.get(index), "handle-stable", "another frame");
      addFrame(world, frame);
    }
    demand(world.table.remove(index), "mappings-as-asked", "a table lost a frame");
    world.tableModel.delete(index);
  },

  allocTyped(world) {
    if (world.typed.length > 20) return;
    const before = world.usersOfFrames();
    const meta = { number: world.random.u32() };
    const unique = world.random.oneIn(2);
    const frame = unique ? ostd.UniqueFrame.alloc(meta) : ostd.Frame.alloc(meta);
    if (frame === undefined) return;
    const pfn = frame.paddr / PAGE;
    world.claimed(pfn, 1, before);
    world.tags.delete(pfn);
    world.typed.push({ frame, pfn, meta, unique });
  },

  changeTyped(world) {
    const one = takeOne(world, world.typed);
    if (one === undefined) return;
    demand(one.frame.meta === one.meta, "metadata-typed", "a frame has metadata of another");
    const action = world.random.below(4);
    if (action === 0 && one.unique) {
      world.list.pushBack(one.frame);
      world.listed.push(one);
      world.mustPanic("use-after-release", "after drop", () => one.frame.meta);
      return;
    }
    if (action === 1) {
      const next = one.unique ? one.frame.intoShared() : one.frame.tryIntoUnique();
      world.mustPanic("use-after-release", "after drop", () => one.frame.meta);
      world.typed.push({ ...one, frame: next, unique: !one.unique });
      return;
    }
    one.frame.drop();
    world.mustPanic("use-after-release", "twice", () => one.frame.drop());
  },

  popListed(world) {
    const one = takeOne(world, world.listed);
    if (one === undefined) return;
    const frame = world.list.remove(one.pfn * PAGE);
    demand(frame?.meta === one.meta, "metadata-typed", "a list gave another frame");
    world.typed.push({ ...one, frame });
  },

  heap(world) {
    const size = world.random.pick([1, 8, 40, 500, 2000, 3000, 9000]);
    if (world.heap.length < 24 && world.random.oneIn(2)) {
      const bytes = ostd.HeapBytes.alloc(size);
      if (bytes === undefined) return;
      const fill = world.random.below(255) + 1;
      bytes.writeBytes(0, new Uint8Array(size).fill(fill), 0, size);
      world.heap.push({ bytes, size, fill });
      return;
    }
    const one = takeOne(world, world.heap);
    if (one === undefined) return;
    const copy = new Uint8Array(one.size);
    one.bytes.readBytes(0, copy, 0, one.size);
    demand(
      copy.every((byte) => byte === one.fill),
      "slot-exclusive",
      "heap bytes changed by themselves",
    );
    world.mustPanic("range-checked", "bytes", () => one.bytes.readBytes(1, copy, 0, one.size));
    one.bytes.drop();
    world.mustPanic("use-after-release", "after drop", () => one.bytes.readBytes(0, copy, 0, 1));
  },

  slab(world) {
    const one = world.random.pick(world.slabs);
    if (one === undefined || (world.slabs.length < 3 && world.random.oneIn(4))) {
      const slab = ostd.Slab.alloc(world.random.pick(ostd.SLOT_SIZES));
      if (slab !== undefined) world.slabs.push({ slab, slots: [] });
      return;
    }
    const action = world.random.below(4);
    if (action <= 1) {
      const slot = one.slab.allocSlot();
      if (slot !== undefined) one.slots.push(slot);
      return;
    }
    const slot = takeOne(world, one.slots);
    if (slot === undefined) {
      world.slabs.splice(world.slabs.indexOf(one), 1);
      one.slab.drop();
      world.mustPanic("use-after-release", "after drop", () => one.slab.allocSlot());
      return;
    }
    const other = world.slabs.find((each) => each !== one);
    if (other !== undefined) {
      world.mustPanic("slab-owns-slots", "another slab", () => other.slab.deallocSlot(slot));
    }
    world.mustPanic("slab-outlives-slots", "slots are taken", () => one.slab.drop());
    one.slab.deallocSlot(slot);
    world.mustPanic("use-after-release", "after drop", () => slot.fill(1));
  },
};
