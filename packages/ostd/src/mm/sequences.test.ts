// SPDX-License-Identifier: MPL-2.0

// Random sequences of the memory API against an oracle of its own: who refers to which frame, and
// what the page tables in RAM say when they are walked as the CPU would.

import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { enterTestSystem } from "../testing.ts";
import type { FakeHardware } from "../testing.ts";
import { FrameTable } from "./frame-table.ts";
import { FrameAllocOptions, memoryStatistics } from "./frame.ts";
import type { UFrame, USegment } from "./frame.ts";
import { PageFlags } from "./page-prop.ts";
import { MAX_USERSPACE_VADDR, PAGE_SIZE } from "./page.ts";
import { CopyOnWrite, VmSpace } from "./vm-space.ts";

const { RW, W } = PageFlags;
/** Pages that lie in different tables of every level. */
const PAGES = [1, 2, 511, 512, 2 ** 18, 2 ** 27 + 1, 2 ** 35 - 1];
const RAM_FRAMES = 96;

class ModelSpace {
  readonly space: VmSpace;
  /** The frame of each mapped page. */
  readonly pages: Map<number, number> = new Map();

  constructor(space: VmSpace) {
    this.space = space;
  }
}

/** All frames that the tables of a space use, and all that they map. */
function walkTables(hardware: FakeHardware, root: number): { tables: number[]; leaves: number[] } {
  const bytes = hardware.ram[0]?.bytes ?? new Uint8Array();
  const view = new DataView(bytes.buffer);
  const tables: number[] = [];
  const leaves: number[] = [];
  const visit = (table: number, level: number): void => {
    tables.push(table / PAGE_SIZE);
    for (let index = 0; index < 512; index++) {
      const low = view.getUint32(table + index * 8, true);
      if (low % 2 === 1) {
        const address = low - (low % PAGE_SIZE);
        if (level === 1) {
          leaves.push(address / PAGE_SIZE);
        } else {
          visit(address, level - 1);
        }
      }
    }
  };
  visit(root, 4);
  return { tables, leaves };
}

class Harness {
  readonly hardware: FakeHardware;
  readonly leave: () => void;
  readonly frames: UFrame[] = [];
  readonly segments: USegment[] = [];
  readonly spaces: ModelSpace[] = [];
  readonly table: FrameTable;
  readonly tableModel: Map<number, number> = new Map();

  constructor() {
    const system = enterTestSystem({ ramBytes: RAM_FRAMES * PAGE_SIZE });
    this.hardware = system.hardware;
    this.leave = system.leave;
    this.table = new FrameTable();
  }

  step(action: number, a: number, b: number): void {
    const frame = this.frames[a % Math.max(1, this.frames.length)];
    const segment = this.segments[a % Math.max(1, this.segments.length)];
    const model = this.spaces[a % Math.max(1, this.spaces.length)];
    const page = PAGES[b % PAGES.length] ?? 1;
    const address = page * PAGE_SIZE;
    switch (action) {
      case 0: {
        const fresh = new FrameAllocOptions().zeroed(b % 2 === 0).allocFrame();
        if (fresh !== undefined) {
          this.frames.push(fresh);
        }
        break;
      }
      case 1:
        if (frame !== undefined) {
          this.frames.push(frame.clone());
        }
        break;
      case 2:
        if (frame !== undefined) {
          this.frames.splice(this.frames.indexOf(frame), 1);
          frame.drop();
        }
        break;
      case 3: {
        const fresh = new FrameAllocOptions().allocSegment((b % 5) + 1);
        if (fresh !== undefined) {
          this.segments.push(fresh);
        }
        break;
      }
      case 4:
        if (segment !== undefined) {
          this.frames.push(segment.frame(b % segment.frameCount));
          this.segments.push(segment.slice(b % segment.frameCount, 1));
        }
        break;
      case 5:
        if (segment !== undefined) {
          this.segments.splice(this.segments.indexOf(segment), 1);
          segment.drop();
        }
        break;
      case 6:
        if (frame !== undefined) {
          this.table.set(b % 600, frame);
          this.tableModel.set(b % 600, frame.paddr / PAGE_SIZE);
        }
        break;
      case 7:
        expect(this.table.remove(b % 600)).toBe(this.tableModel.delete(b % 600));
        break;
      case 8: {
        const fresh = this.spaces.length < 3 ? VmSpace.create() : undefined;
        if (fresh !== undefined) {
          this.spaces.push(new ModelSpace(fresh));
        }
        break;
      }
      case 9:
        if (model !== undefined) {
          this.spaces.splice(this.spaces.indexOf(model), 1);
          model.space.drop();
        }
        break;
      case 10:
        if (model !== undefined && frame !== undefined && model.space.mapPage(address, frame, RW)) {
          model.pages.set(page, frame.paddr / PAGE_SIZE);
        }
        break;
      case 11:
        if (model !== undefined) {
          expect(model.space.unmapPage(address)).toBe(model.pages.delete(page));
        }
        break;
      case 12: {
        const parent = this.spaces[b % Math.max(1, this.spaces.length)];
        if (model !== undefined && parent !== undefined) {
          const shared = model.space.copyOnWriteFrom(parent.space, 0, MAX_USERSPACE_VADDR);
          for (const [key, pfn] of parent.pages) {
            // When memory ran out some pages are shared and some are not: ask.
            if (!model.pages.has(key) && (shared >= 0 || model.space.queryPage(key * PAGE_SIZE))) {
              model.pages.set(key, pfn);
            }
          }
        }
        break;
      }
      case 13:
        if (model !== undefined) {
          const outcome = model.space.resolveCopyOnWrite(address, RW);
          expect(outcome === CopyOnWrite.NOT_MAPPED).toBe(!model.pages.has(page));
          if (outcome === CopyOnWrite.COPIED) {
            const entry = model.space.queryPage(address);
            model.pages.set(page, (entry - (entry % PAGE_SIZE)) / PAGE_SIZE);
          }
        }
        break;
      case 14:
        if (model !== undefined) {
          // If this ever reached a page table, the walk below would see it.
          const writable = (model.space.queryPage(address) & W) !== 0;
          expect(model.space.writeU32(address, 0xffff_ffff)).toBe(writable);
        }
        break;
      default:
        frame?.fill(0xff);
        segment?.fill(0xff);
    }
  }

  check(): void {
    const expected = new Map<number, number>();
    const count = (pfn: number): void => {
      expected.set(pfn, (expected.get(pfn) ?? 0) + 1);
    };
    this.frames.forEach((frame) => count(frame.paddr / PAGE_SIZE));
    for (const segment of this.segments) {
      for (let i = 0; i < segment.frameCount; i++) {
        count(segment.paddr / PAGE_SIZE + i);
      }
    }
    this.tableModel.forEach((pfn) => count(pfn));
    this.spaces.forEach(({ pages }) => pages.forEach((pfn) => count(pfn)));

    for (const frame of this.frames) {
      expect(frame.referenceCount).toBe(expected.get(frame.paddr / PAGE_SIZE));
    }
    const typed = new Set<number>();
    for (const { space, pages } of this.spaces) {
      space.activate();
      const { tables, leaves } = walkTables(this.hardware, this.hardware.root);
      expect(leaves.toSorted((x, y) => x - y)).toEqual(
        [...pages.values()].toSorted((x, y) => x - y),
      );
      for (const table of tables) {
        // No table is in two places, and none is a frame that anybody else can reach.
        expect(typed.has(table)).toBe(false);
        expect(expected.has(table)).toBe(false);
        typed.add(table);
      }
    }
    const statistics = memoryStatistics();
    // The empty table of the idle system is one more.
    expect(statistics.pageTables).toBe(typed.size + 1);
    expect(statistics.used).toBe(typed.size + 1 + expected.size);
    expect(statistics.free + statistics.used).toBe(RAM_FRAMES - 1);
  }

  /** Ends everything; nothing may stay allocated. */
  finish(): void {
    this.frames.forEach((frame) => frame.drop());
    this.segments.forEach((segment) => segment.drop());
    this.spaces.forEach(({ space }) => space.drop());
    this.table.drop();
    expect(memoryStatistics().used).toBe(1);
    this.leave();
  }
}

test("no sequence of calls breaks reference counts, or brings a page table into reach", () => {
  const step = fc.tuple(fc.nat(15), fc.nat(1000), fc.nat(1000));
  fc.assert(
    fc.property(fc.array(step, { minLength: 20, maxLength: 150 }), (steps) => {
      const harness = new Harness();
      steps.forEach(([action, a, b], index) => {
        harness.step(action, a, b);
        if (index % 10 === 0) {
          harness.check();
        }
      });
      harness.check();
      harness.finish();
    }),
    { numRuns: 150 },
  );
});
