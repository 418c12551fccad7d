// SPDX-License-Identifier: MPL-2.0

import { ostd } from "../ostd.mjs";

const PAGE = 4096;

/** What a wrong allocator may answer; all but the last are to be refused. */
const LIES = [
  (world) => world.idleRoot / PAGE,
  (world) => world.random.pick([...world.deviceTables]),
  (world) => (world.spaces[0] === undefined ? -1 : world.spaces[0].root / PAGE),
  (world) => world.random.pick(world.frames)?.pfn ?? -1,
  (world) => (world.streams[0] === undefined ? 0 : world.streams[0].first),
  (world) => world.random.pick(world.typed)?.pfn ?? 0,
  () => 0,
  () => -5,
  () => 1.5,
  () => Number.NaN,
  () => Infinity,
  () => 2048,
  () => 2 ** 31,
  () => 2 ** 33 + 7,
  () => "3",
  () => undefined,
];

/** Does something with OSTD in the middle of one of its operations. */
const INTRUSIONS = [
  (world) => new ostd.FrameAllocOptions().allocFrame(),
  (world) => ostd.VmSpace.create(),
  (world) => world.spaces[0]?.space.unmapPage(PAGE),
  (world) => world.spaces[0]?.space.unmapRange(0, 2 ** 47),
  (world) => world.frames[0]?.frame.clone(),
  (world) => world.spaces[0]?.space.mapZeroedPage(PAGE, 3),
];

function allocateSomething(world) {
  const before = world.usersOfFrames();
  const frame = world.attempt(true, () => new ostd.FrameAllocOptions().allocFrame());
  if (frame === undefined) return;
  world.claimed(frame.paddr / PAGE, 1, before);
  world.frames.push({ frame, pfn: frame.paddr / PAGE });
}

export const policies = {
  /** The allocator answers with frames that are in use, reserved or none. */
  lie(world) {
    const lie = world.random.pick(LIES)(world);
    world.allocator.lie = () => lie;
    allocateSomething(world);
    world.allocator.lie = undefined;
  },

  /** It answers with a frame that is free, and later answers with it again. */
  steal(world) {
    const free = [...world.allocator.free];
    const pfn = world.random.pick(free);
    if (pfn === undefined) return;
    world.isHonest = false;
    world.allocator.lie = () => {
      world.allocator.take(pfn);
      return pfn;
    };
    allocateSomething(world);
    world.allocator.lie = undefined;
  },

  /** It overlaps a segment that is in use. */
  overlap(world) {
    const one = world.random.pick(world.segments);
    if (one === undefined) return;
    const before = world.usersOfFrames();
    world.allocator.lie = () => one.first - 1;
    const segment = new ostd.FrameAllocOptions().allocSegment(2);
    world.allocator.lie = undefined;
    if (segment !== undefined) world.claimed(one.first - 1, 2, before);
  },

  /** It uses OSTD while it is asked. */
  intrude(world) {
    if (!world.random.oneIn(3)) return;
    world.isHonest = false;
    const intrusion = world.random.pick(INTRUSIONS);
    world.allocator.onAsked = () => {
      // A hostile policy catches what OSTD throws, and goes on.
      world.attempt(true, () => intrusion(world));
    };
    const one = world.random.pick(world.spaces);
    if (one !== undefined) {
      // From the largest page down, so that tables are needed on the way.
      world.attempt(true, () => one.space.mapZeroedPage(world.random.below(2 ** 20) * 2 ** 24, 3));
      world.attempt(true, () => one.space.unmapRange(0, 2 ** 47));
    }
    world.allocator.onAsked = undefined;
    world.afterIntrusion();
  },

  /** It reads and writes the pages that are being unmapped. */
  peek(world) {
    const one = world.random.pick(world.spaces);
    if (one === undefined) return;
    world.isHonest = false;
    const pages = [1, 2, 3, 0x200, 0x201].map((page) => page * PAGE);
    for (const address of pages) if (!one.pages.has(address)) one.space.mapZeroedPage(address, 3);
    let count = 0;
    const peek = () => {
      for (const address of pages) one.space.writeU32(address, 0xbad);
      if (count++ < 8) world.allocator.onAsked = peek;
    };
    world.allocator.onAsked = peek;
    one.space.unmapRange(0, 0x20_2000);
    world.allocator.onAsked = undefined;
    world.afterIntrusion();
  },
};
