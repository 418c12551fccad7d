// SPDX-License-Identifier: MPL-2.0

import { ostd } from "../ostd.mjs";
import { TAG } from "../world.mjs";
import { demand } from "../violation.mjs";
import { EXECUTE, READ, WRITE, walkUserTables } from "../walk.mjs";
import { takeOne } from "./memory.mjs";

const PAGE = 4096;
const TOP = 2 ** 47;
/** Pages that lie in different tables of every level; the last are the edges. */
const PAGES = [1, 2, 3, 0x200, 0x201, 0x3ff, 0x400, 2 ** 18, 2 ** 18 + 1, 2 ** 27, 2 ** 35 - 1, 0];
const BAD = [
  -PAGE,
  TOP,
  TOP + PAGE,
  2 ** 52,
  0.5,
  PAGE + 0.5,
  Number.NaN,
  Infinity,
  1,
  0xfff,
  TOP - 1,
];

/** The program that probes use: a load, a store, each with a system call after it. */
export const CODE = 0x7000_0000;
export const LOAD = CODE;
export const STORE = CODE + 16;
const PROGRAM = new Uint8Array(32);
PROGRAM.set([0x8b, 0x07, 0x0f, 0x05], 0); // mov eax, [rdi]; syscall
PROGRAM.set([0x89, 0x37, 0x0f, 0x05], 16); // mov [rdi], esi; syscall

const pickAddress = (world) => world.random.pick(PAGES) * PAGE;
const pickFlags = (world) => world.random.pick([0, 1, 3, 5, 7, 2, 0xffff_ffff, 3.7, -1]);
const rightsOf = (flags) => flags & (READ | WRITE | EXECUTE);

/** Takes over from the tables what an operation may have done in part. */
function resync(world, one) {
  one.pages = new Map(walkUserTables(world.words, one.root).pages);
  for (const frame of one.pages.values()) {
    const pfn = Math.floor(frame / 8);
    demand(
      world.allocator.offered.has(pfn),
      "typed-hidden",
      `frame ${pfn} is mapped, and was never offered`,
    );
    if (!world.tags.has(pfn)) world.tags.set(pfn, world.tagOf(pfn));
  }
}

/** A page that the space `one` may have now, fresh from the allocator. */
function fresh(world, one, address, flags, before) {
  const found = walkUserTables(world.words, one.root).pages.get(address);
  demand(found !== undefined, "mappings-as-asked", "a page was mapped, and is not there");
  const pfn = Math.floor(found / 8);
  demand(!before.has(pfn) || world.allocator.free.has(pfn) === false, "no-double-allocation", "");
  demand(
    before.get(pfn) === undefined,
    "no-double-allocation",
    () => `frame ${pfn} was mapped as fresh, and is ${before.get(pfn)}`,
  );
  one.pages.set(address, pfn * 8 + rightsOf(flags));
  world.tags.set(pfn, world.tagOf(pfn));
  return pfn;
}

/** The kernel's own copies have the rights of user mode, and reach what is mapped now. */
export function accessPage(world, one, address) {
  const frame = one.pages.get(address);
  const rights = frame === undefined ? 0 : frame % 8;
  const value = one.space.readU32(address + TAG);
  demand(
    value >= 0 === ((rights & READ) !== 0),
    "user-rights",
    () => `reading a page with rights ${rights} gave ${value}`,
  );
  if (value >= 0) {
    demand(value === world.tagOf(Math.floor(frame / 8)), "translation-fresh", "read another frame");
  }
  const next = world.random.u32();
  const written = one.space.writeU32(address + TAG, next);
  demand(
    written === ((rights & (READ | WRITE)) === (READ | WRITE)),
    "user-rights",
    () => `writing a page with rights ${rights} was ${written}`,
  );
  if (written) {
    world.wrote(frame, next);
    demand(world.tagOf(Math.floor(frame / 8)) === next, "translation-fresh", "wrote another frame");
  }
}

export const spaces = {
  createSpace(world) {
    if (world.spaces.length >= 3) return;
    const before = world.usersOfFrames();
    const space = ostd.VmSpace.create();
    if (space === undefined) return;
    // A root is seen when it becomes the machine's.
    space.activate();
    const { root } = world.seen;
    demand(!before.has(root / PAGE), "typed-hidden", "a root is in use otherwise");
    const one = { space, root, pages: new Map(), walked: new Map() };
    world.spaces.push(one);
    const code = new ostd.FrameAllocOptions().allocFrame();
    if (code === undefined) return;
    code.writeBytes(0, PROGRAM);
    const pfn = code.paddr / PAGE;
    if (space.mapPage(CODE, code, READ | EXECUTE)) one.pages.set(CODE, pfn * 8 + (READ | EXECUTE));
    world.tags.set(pfn, world.tagOf(pfn));
    code.drop();
  },

  dropSpace(world) {
    if (!world.random.oneIn(4)) return;
    const one = takeOne(world, world.spaces);
    if (one === undefined) return;
    const cursor = one.space.cursorMut(PAGE, 8 * PAGE);
    const reader = one.space.reader(PAGE, 64);
    one.space.drop();
    const bytes = new Uint8Array(64);
    world.mustPanic("use-after-release", "after drop", () => one.space.queryPage(PAGE));
    world.mustPanic("use-after-release", "after drop", () => cursor.query());
    world.mustPanic("use-after-release", "after drop", () => cursor.unmap(PAGE));
    world.mustPanic("use-after-release", "after drop", () => reader.readBytes(bytes));
    world.mustPanic("use-after-release", "after drop", () => one.space.activate());
    world.mustPanic("use-after-release", "twice", () => one.space.drop());
  },

  mapFrame(world) {
    const one = world.random.pick(world.spaces);
    const frame = world.random.pick(world.frames);
    if (one === undefined || frame === undefined) return;
    const address = pickAddress(world);
    const flags = pickFlags(world);
    if (one.space.mapPage(address, frame.frame, flags)) {
      one.pages.set(address, frame.pfn * 8 + rightsOf(flags));
    }
  },

  mapBad(world) {
    const one = world.random.pick(world.spaces);
    const frame = world.random.pick(world.frames);
    if (one === undefined || frame === undefined) return;
    const bad = world.random.pick(BAD);
    const { space } = one;
    const answers = [
      space.mapPage(bad, frame.frame, 3),
      space.mapZeroedPage(bad, 3),
      space.unmapPage(bad),
      space.protectPage(bad, 3),
      space.unmapRange(bad, bad + PAGE) > 0,
      space.unmapRange(0, bad) > 0 && bad > TOP,
      space.protectRange(bad, bad + PAGE, 3, 0) > 0,
      space.resolveCopyOnWrite(bad, 3) !== ostd.CopyOnWrite.NOT_MAPPED,
      bad >= TOP && space.queryPage(bad) !== 0,
      typeof space.cursorMut(bad, PAGE) !== "string",
      bad >= TOP && typeof space.reader(bad, 8) !== "string",
      bad >= TOP && space.writeU32(bad, 1),
    ];
    // Up to the top is a range like others.
    resync(world, one);
    demand(!answers.includes(true), "user-range", () => `address ${bad} was taken: ${answers}`);
  },

  mapZeroed(world) {
    const one = world.random.pick(world.spaces);
    if (one === undefined) return;
    const before = world.usersOfFrames();
    const address = pickAddress(world);
    const flags = pickFlags(world);
    if (one.space.mapZeroedPage(address, flags)) {
      const pfn = fresh(world, one, address, flags, before);
      demand(world.tagOf(pfn) === 0, "zeroed", "a zeroed page has old bytes");
    }
  },

  unmap(world) {
    const one = world.random.pick(world.spaces);
    if (one === undefined) return;
    const address = pickAddress(world);
    demand(
      one.space.unmapPage(address) === one.pages.delete(address),
      "mappings-as-asked",
      "unmapPage told otherwise",
    );
  },

  unmapMany(world) {
    const one = world.random.pick(world.spaces);
    if (one === undefined) return;
    const start = pickAddress(world);
    const end = world.random.pick([start, start + PAGE, start + 2 ** 21, start + 2 ** 31, TOP]);
    if (end > TOP) return;
    let gone = 0;
    for (const address of [...one.pages.keys()]) {
      if (address >= start && address < end) gone += one.pages.delete(address) ? 1 : 0;
    }
    demand(
      one.space.unmapRange(start, end) === gone,
      "mappings-as-asked",
      "unmapRange told otherwise",
    );
  },

  protect(world) {
    const one = world.random.pick(world.spaces);
    if (one === undefined) return;
    const address = pickAddress(world);
    const flags = pickFlags(world);
    const old = one.pages.get(address);
    demand(
      one.space.protectPage(address, flags) === (old !== undefined),
      "mappings-as-asked",
      "protect",
    );
    if (old !== undefined) one.pages.set(address, old - (old % 8) + rightsOf(flags));
  },

  protectMany(world) {
    const one = world.random.pick(world.spaces);
    if (one === undefined) return;
    const [set, clear] = world.random.pick([
      [0, WRITE],
      [WRITE | READ, 0],
      [0, READ],
      [EXECUTE, WRITE],
    ]);
    one.space.protectRange(0, 2 ** 32, set, clear);
    for (const [address, frame] of one.pages) {
      if (address < 2 ** 32)
        one.pages.set(address, frame - (frame % 8) + (((frame % 8) & ~clear) | set));
    }
  },

  fork(world) {
    const child = world.random.pick(world.spaces);
    const parent = world.random.pick(world.spaces);
    if (child === undefined || child === parent) return;
    const copyOnWrite = world.random.oneIn(2);
    const shared = world.attempt(!world.isHonest, () =>
      copyOnWrite
        ? child.space.copyOnWriteFrom(parent.space, 0, TOP)
        : child.space.shareFrom(parent.space, 0, TOP),
    );
    if (shared === undefined || shared < 0) {
      resync(world, child);
      resync(world, parent);
      return;
    }
    for (const [address, frame] of parent.pages) {
      if (child.pages.has(address)) continue;
      const kept = copyOnWrite ? frame - (frame & WRITE) : frame;
      parent.pages.set(address, kept);
      child.pages.set(address, kept);
    }
  },

  resolve(world) {
    const one = world.random.pick(world.spaces);
    if (one === undefined) return;
    const before = world.usersOfFrames();
    const address = pickAddress(world);
    const old = one.pages.get(address);
    const outcome = one.space.resolveCopyOnWrite(address, 3);
    demand(
      (outcome === ostd.CopyOnWrite.NOT_MAPPED) === (old === undefined),
      "mappings-as-asked",
      "cow",
    );
    if (outcome === ostd.CopyOnWrite.MADE_WRITABLE) {
      const pfn = Math.floor(old / 8);
      const owners = countUsers(world, pfn);
      demand(
        owners === 1,
        "copy-on-write",
        () => `frame ${pfn} was made writable with ${owners} owners`,
      );
      one.pages.set(address, pfn * 8 + 3);
    } else if (outcome === ostd.CopyOnWrite.COPIED) {
      const tag = world.tags.get(Math.floor(old / 8));
      const pfn = fresh(world, one, address, 3, before);
      demand(tag === undefined || world.tagOf(pfn) === tag, "copy-on-write", "the copy differs");
    }
  },

  cursor(world) {
    const one = world.random.pick(world.spaces);
    if (one === undefined) return;
    const cursor = one.space.cursorMut(0, 16 * PAGE);
    for (let step = 0; step < 6; step++) {
      const at = cursor.virtAddr;
      const action = world.random.below(5);
      const frame = world.random.pick(world.frames);
      if (action === 0 && frame !== undefined) {
        const property = ostd.PageProperty.newUser(
          3,
          world.random.pick(["Writeback", "Uncacheable"]),
        );
        if (cursor.map(frame.frame, property)) one.pages.set(at, frame.pfn * 8 + 3);
      } else if (action === 1) {
        cursor.unmap(2 * PAGE);
        for (const address of [at, at + PAGE]) if (address < 16 * PAGE) one.pages.delete(address);
      } else if (action === 2) {
        const found = cursor.protectNext(4 * PAGE, (flags) => flags & ~WRITE);
        const old = one.pages.get(found);
        if (old !== undefined) one.pages.set(found, old - (old & WRITE));
      } else if (action === 3) {
        const page = cursor.query();
        const old = one.pages.get(at);
        demand((page === undefined) === (old === undefined), "mappings-as-asked", "query");
        demand(
          old === undefined || page.frame.paddr / PAGE === Math.floor(old / 8),
          "handle-stable",
          "",
        );
        page?.frame.drop();
      } else {
        cursor.jump(world.random.below(16) * PAGE);
      }
    }
    if (world.random.oneIn(2)) cursor.flush();
  },

  kernelAccess(world) {
    const one = world.random.pick(world.spaces);
    if (one !== undefined) accessPage(world, one, pickAddress(world));
  },

  /** Page-fault handlers that take away what is being copied. */
  hostileCopies(world) {
    const one = world.random.pick(world.spaces);
    const other = world.random.pick(world.spaces);
    const frame = world.random.pick(world.frames);
    if (one === undefined || frame === undefined) return;
    const address = pickAddress(world);
    const elsewhere = pickAddress(world);
    ostd.injectUserPageFaultHandler((at, _write, space) => {
      const own = world.spaces.find((each) => each.space === space);
      other.space.unmapPage(elsewhere);
      other.pages.delete(elsewhere);
      const page = at - (at % PAGE);
      const ok = own.space.mapPage(page, frame.frame, 3);
      if (ok) own.pages.set(page, frame.pfn * 8 + 3);
      return ok;
    });
    const bytes = new Uint8Array(2 * PAGE);
    const action = world.random.below(4);
    if (action === 0) one.space.copyToUser(address, other.space, elsewhere, 64);
    else if (action === 1) one.space.readBytes(address, bytes, 0, 64);
    else if (action === 2) one.space.writeFromMemory(address, frame.frame, 0, 64);
    else {
      one.space.fetchUpdateU32(address, () => {
        one.space.unmapPage(address);
        one.pages.delete(address);
        return 0xbad;
      });
    }
    ostd.injectUserPageFaultHandler(() => false);
    for (const { pages } of [one, other]) {
      for (const mapped of pages.values())
        world.tags.set(Math.floor(mapped / 8), world.tagOf(Math.floor(mapped / 8)));
    }
    world.tags.set(frame.pfn, world.tagOf(frame.pfn));
  },
};

/** How many handles, mappings, tables and streams of the oracle have the frame. */
function countUsers(world, pfn) {
  let count = 0;
  for (const one of world.frames) count += one.pfn === pfn ? 1 : 0;
  for (const { first, count: length } of [...world.segments, ...world.streams]) {
    count += pfn >= first && pfn < first + length ? 1 : 0;
  }
  for (const frame of world.tableModel.values()) count += frame === pfn ? 1 : 0;
  for (const { pages } of world.spaces) {
    for (const frame of pages.values()) count += Math.floor(frame / 8) === pfn ? 1 : 0;
  }
  return count;
}
