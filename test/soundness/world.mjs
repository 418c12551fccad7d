// SPDX-License-Identifier: MPL-2.0

import { HostileAllocator } from "./hostile-allocator.mjs";
import { HostileDevice } from "./hostile-device.mjs";
import { HostileHeap } from "./hostile-heap.mjs";
import { observe } from "./observer.mjs";
import {
  createMachine,
  enterTestSystem,
  loadTier0,
  ostd,
  seededEntropy,
  VirtualClock,
} from "./ostd.mjs";
import { Random } from "./random.mjs";
import { Violation, demand } from "./violation.mjs";
import { WRITE, walkDeviceTables, walkUserTables } from "./walk.mjs";

const PAGE = 4096;
const RAM_BYTES = 8 * 1024 * 1024;
/** Where in each frame the word stands by which the oracle knows its content. */
export const TAG = 0x40;
/** Requester numbers of the two devices: functions 0 of devices 1 and 2. */
export const REQUESTERS = [8, 16];

/**
 * One system under attack, and what the oracle believes of it. The belief comes from the calls that
 * were made, from what the allocator was told, from the tables in RAM and from the machine; never from
 * OSTD's own counts.
 */
export class World {
  constructor(seed, { tier0 = loadTier0() } = {}) {
    this.random = new Random(seed);
    this.devices = [new HostileDevice(), new HostileDevice()];
    this.machine = createMachine({
      ramBytes: RAM_BYTES,
      devices: this.devices,
      bus: "pci",
      iommu: true,
      clock: new VirtualClock(),
      entropy: seededEntropy(seed),
      ...(tier0 && { tier0 }),
    });
    const { hardware, seen } = observe(this.machine);
    this.seen = seen;
    this.allocator = new HostileAllocator();
    this.heapAllocator = new HostileHeap();
    seen.isTableFrame = (pfn) => !this.allocator.free.has(pfn);
    this.system = enterTestSystem({
      hardware,
      policies: {
        frameAllocator: () => this.allocator,
        heapAllocator: () => this.heapAllocator,
      },
    });
    const { bytes } = this.machine.ram[0];
    this.words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
    this.idleRoot = seen.root;
    /** Set once something went wrong on purpose: leaks are allowed from then on. */
    this.isHonest = true;
    this.panics = 0;
    this.stale = [];
    /** What each frame's tag should be, as far as it is known. */
    this.tags = new Map();
    this.frames = [];
    this.segments = [];
    this.spaces = [];
    this.streams = [];
    this.typed = [];
    this.heap = [];
    this.slabs = [];
    this.lines = [];
    this.ioMemory = [];
    this.ioPorts = [];
    this.contexts = [];
    this.table = new ostd.FrameTable();
    this.tableModel = new Map();
    this.list = new ostd.FrameList();
    this.listed = [];
    for (const requester of REQUESTERS) this.#enableBusMaster(requester);
    this.deviceTables = walkDeviceTables(this.words, seen.iommu).tables;
  }

  #enableBusMaster(requester) {
    const config = ostd.IoMem.acquire(0xe000_0000 + requester * PAGE, PAGE);
    config.writeU16(4, 6);
    config.drop();
  }

  /** Runs `action`; a panic is swallowed where the caller may be wrong, and a violation elsewhere. */
  attempt(mayPanic, action) {
    try {
      return action();
    } catch (error) {
      if (error instanceof Violation) throw error;
      if (!(error instanceof ostd.KernelPanic)) {
        throw new Violation("no-exception", `${error?.stack ?? error}`);
      }
      if (/a bug of OSTD/u.test(error.message) || !mayPanic) {
        throw new Violation("no-unasked-panic", `${error.stack}`);
      }
      this.panics += 1;
      return undefined;
    }
  }

  /** Runs `action`, which has to panic with a text that contains `text`. */
  mustPanic(invariant, text, action) {
    try {
      action();
    } catch (error) {
      if (error instanceof Violation) throw error;
      demand(
        error instanceof ostd.KernelPanic && error.message.includes(text),
        invariant,
        () => `expected a panic with "${text}", got: ${error}`,
      );
      return;
    }
    throw new Violation(invariant, `expected a panic with "${text}", and nothing happened`);
  }

  tagOf(pfn) {
    return this.words[(pfn * PAGE + TAG) / 4];
  }

  /** A frame came into use for raw bytes: it must have been free, and be no one else's. */
  claimed(first, count, inUse = this.usersOfFrames()) {
    for (let pfn = first; pfn < first + count; pfn++) {
      demand(
        this.allocator.offered.has(pfn),
        "no-double-allocation",
        `frame ${pfn} was never offered`,
      );
      demand(
        !inUse.has(pfn),
        "no-double-allocation",
        () => `frame ${pfn} is ${inUse.get(pfn)} already`,
      );
      this.tags.set(pfn, this.tagOf(pfn));
    }
  }

  /** Who uses each frame, as the oracle sees it: the tables of RAM, and handles it holds itself. */
  usersOfFrames() {
    const users = new Map();
    const typed = (pfn, name) => {
      demand(
        !users.has(pfn),
        "typed-hidden",
        () => `frame ${pfn} is ${name} and ${users.get(pfn)}`,
      );
      users.set(pfn, name);
    };
    typed(this.idleRoot / PAGE, "the idle table");
    for (const space of this.spaces) {
      const { tables, pages } = walkUserTables(this.words, space.root);
      space.walked = pages;
      for (const table of tables) typed(table, "a page table");
    }
    // Those tables only grow, so that the last look at them serves until the next check.
    for (const table of this.deviceTables) typed(table, "a table of the IOMMU");
    for (const { pfn } of this.typed) typed(pfn, "a typed frame");
    for (const { pfn } of this.listed) typed(pfn, "a typed frame in a list");
    const untyped = (pfn, name) => {
      const user = users.get(pfn);
      demand(
        user === undefined || user === "raw bytes",
        "typed-hidden",
        () => `frame ${pfn} is ${name} and ${user}`,
      );
      users.set(pfn, "raw bytes");
    };
    for (const { pfn } of this.frames) untyped(pfn, "a frame");
    for (const { first, count } of this.segments) {
      for (let pfn = first; pfn < first + count; pfn++) untyped(pfn, "a segment");
    }
    for (const pfn of this.tableModel.values()) untyped(pfn, "in a frame table");
    for (const { first, count } of this.streams) {
      for (let pfn = first; pfn < first + count; pfn++) untyped(pfn, "DMA memory");
    }
    for (const space of this.spaces) {
      for (const frame of space.walked.values()) untyped(Math.floor(frame / 8), "mapped");
    }
    return users;
  }

  /** What devices may reach, by the oracle: frame -> rights. */
  rightsOfDevices() {
    const rights = new Map();
    for (const { first, count, bits } of this.streams) {
      for (let pfn = first; pfn < first + count; pfn++)
        rights.set(pfn, (rights.get(pfn) ?? 0) | bits);
    }
    return rights;
  }

  /** Compares everything that can be seen with what it should be. */
  check() {
    const devices = walkDeviceTables(this.words, this.seen.iommu);
    this.deviceTables = devices.tables;
    this.reached = devices.frames;
    const users = this.usersOfFrames();
    const { offered, free } = this.allocator;
    for (const [pfn, user] of users) {
      demand(
        offered.has(pfn),
        "reserved-untouched",
        () => `frame ${pfn} (${user}) was never offered`,
      );
      demand(!free.has(pfn), "freed-after-use", () => `frame ${pfn} is free, and ${user}`);
    }
    for (const space of this.spaces) this.#checkSpace(space);
    const allowed = this.rightsOfDevices();
    for (const [number, { frame, rights }] of this.reached) {
      demand(
        number === frame,
        "devices-reach-mapped-only",
        () => `device page ${number} leads to ${frame}`,
      );
      demand(
        (rights & ~(allowed.get(frame) ?? 0)) === 0,
        "devices-reach-mapped-only",
        () =>
          `devices have rights ${rights} on frame ${frame}, expected ${allowed.get(frame) ?? 0}`,
      );
    }
    for (const [pfn, bits] of allowed) {
      demand(
        this.reached.get(pfn)?.rights === bits,
        "dma-mapped",
        () => `devices lack frame ${pfn}`,
      );
    }
    for (const [pfn, tag] of this.tags) {
      if (users.get(pfn) !== "raw bytes") {
        this.tags.delete(pfn);
        continue;
      }
      demand(
        this.tagOf(pfn) === tag,
        "content-kept",
        () => `frame ${pfn} has 0x${this.tagOf(pfn).toString(16)}, expected 0x${tag.toString(16)}`,
      );
    }
    for (const { pfn, frame } of this.frames) {
      demand(frame.paddr === pfn * PAGE, "handle-stable", () => `a handle moved from frame ${pfn}`);
    }
  }

  #checkSpace(space) {
    const { pages, walked } = space;
    demand(
      pages.size === walked.size,
      "mappings-as-asked",
      () => `an address space has ${walked.size} pages, expected ${pages.size}`,
    );
    for (const [address, frame] of pages) {
      demand(
        walked.get(address) === frame,
        "mappings-as-asked",
        () =>
          `page 0x${address.toString(16)}: ${walked.get(address)}, expected ${frame} (frame * 8 + rights)`,
      );
    }
  }

  /** Writes through a user mapping change what the frame holds. */
  wrote(frame, value) {
    demand((frame & WRITE) !== 0, "user-rights", "a page without the right to write was written");
    this.tags.set(Math.floor(frame / 8), value >>> 0);
  }

  /** A policy did things behind the oracle's back: what is mapped is what the tables say now. */
  afterIntrusion() {
    for (const space of this.spaces) {
      space.pages = new Map(walkUserTables(this.words, space.root).pages);
    }
    for (const pfn of this.tags.keys()) this.tags.set(pfn, this.tagOf(pfn));
  }

  /** Ends everything; nothing may be left in use when no one lied. */
  finish() {
    const end = (list, of) => {
      for (const item of list.splice(0)) this.attempt(!this.isHonest, () => of(item).drop());
    };
    this.allocator.lie = undefined;
    this.allocator.onAsked = undefined;
    end(this.streams, ({ stream }) => stream);
    end(this.contexts, ({ context }) => context);
    end(this.lines, ({ line }) => line);
    end(this.frames, ({ frame }) => frame);
    end(this.segments, ({ segment }) => segment);
    end(this.typed, ({ frame }) => frame);
    end(this.heap, ({ bytes }) => bytes);
    for (const { slab, slots } of this.slabs.splice(0)) {
      this.attempt(!this.isHonest, () => {
        for (const slot of slots) slab.deallocSlot(slot);
        slab.drop();
      });
    }
    end(this.spaces, ({ space }) => space);
    this.attempt(!this.isHonest, () => this.table.drop());
    this.tableModel.clear();
    this.attempt(!this.isHonest, () => this.list.drop());
    this.listed.length = 0;
    if (this.isHonest) {
      const used = this.allocator.offered.size - this.allocator.free.size;
      const tables = walkDeviceTables(this.words, this.seen.iommu).tables.size;
      // The idle table, the IOMMU's own, and at most one empty slab of each size.
      demand(
        used <= 1 + tables + ostd.SLOT_SIZES.length,
        "no-leak",
        `${used} frames are left in use`,
      );
    }
    this.system.leave();
  }
}
