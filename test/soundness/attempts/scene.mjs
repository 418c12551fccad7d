// SPDX-License-Identifier: MPL-2.0

import { ArgumentWorld, isLive } from "../arguments.mjs";
import { ostd } from "../ostd.mjs";

export const PAGE = 4096;
export const { RW, RWX } = ostd.PageFlags;

/** The configuration of PCI functions, and the number of the device's. */
const CONFIG = 0xe000_0000;
export const REQUESTER = 8;

/** Where the program of a scene stands: a load and a store, each with a system call after it. */
export const LOAD = 0x7000_0000;
export const STORE = LOAD + 16;

/** The value, which must be one: memory is not short here. */
export function need(value) {
  if (value === undefined || typeof value === "string") throw new Error(`got ${value}`);
  return value;
}

/**
 * A system on the built-in machine for one attempt, with typed frames full of a secret among what the
 * attempt uses. Whatever it did, `check` walks the tables of RAM and of the IOMMU.
 */
export class Scene extends ArgumentWorld {
  constructor() {
    super(1);
    for (let i = 0; i < 6; i++) this.plantCanary();
    const config = need(ostd.IoMem.acquire(CONFIG + REQUESTER * PAGE, PAGE));
    // The device may read and write memory (bus master) from now on.
    config.writeU16(4, 6);
    config.drop();
    /** Frames that the device reached once. */
    this.touched = new Set();
    /** What code of the kernel's does in the middle of a call; once. */
    this.onAsked = undefined;
    const { allocator } = this;
    const [alloc, dealloc] = [allocator.alloc.bind(allocator), allocator.dealloc.bind(allocator)];
    allocator.alloc = (count) => {
      this.disturb();
      return alloc(count);
    };
    allocator.dealloc = (first) => {
      dealloc(first);
      this.disturb();
    };
  }

  disturb() {
    const action = this.onAsked;
    this.onAsked = undefined;
    action?.();
  }

  onFault() {
    this.disturb();
    return false;
  }

  /** An address space with `pages` pages from the first on, and the program. */
  space(pages = 4) {
    const space = need(ostd.VmSpace.create());
    this.keep(space);
    for (let page = 1; page <= pages; page++) space.mapZeroedPage(page * PAGE, RW);
    space.mapZeroedPage(LOAD, RWX);
    // mov eax, [rdi]; syscall and mov [rdi], esi; syscall.
    space.writeBytes(LOAD, new Uint8Array([0x8b, 0x07, 0x0f, 0x05]), 0, 4);
    space.writeBytes(STORE, new Uint8Array([0x89, 0x37, 0x0f, 0x05]), 0, 4);
    return space;
  }

  frame() {
    const frame = need(new ostd.FrameAllocOptions().allocFrame());
    this.keep(frame);
    return frame;
  }

  /** Runs the program at `rip` in `space`; its reason, and the context. */
  run(space, rip, address, hooks = { hasKernelEvent: () => false }) {
    const context = ostd.UserContext.create();
    context.rip = rip;
    context.rdi = address;
    space.activate();
    const reason = new ostd.UserMode(context).execute(hooks);
    const vector = context.trapVector;
    context.drop();
    return { isSyscall: reason === ostd.ReturnReason.SYSCALL, reason, vector };
  }

  /**
   * Writes wherever programs, the kernel and the device may, or once might: where that is a frame
   * that has another owner by now, its secret is gone, which `check` sees.
   */
  writeEverywhere() {
    for (const [space] of this.roots) {
      if (!isLive(space)) continue;
      for (let page = 1; page <= 4; page++) {
        space.writeU32(page * PAGE + 8, page);
        if (space.queryPage(LOAD) !== 0) this.run(space, STORE, page * PAGE + 8);
      }
    }
    for (const pfn of this.touched) this.device.write(pfn * PAGE + 8, 1);
  }

  /** What the scene made stays its own: nothing makes room for it. */
  keep(value) {
    if (this.objects.length > 50) this.objects.splice(0, 25);
    super.keep(value);
  }

  /** Has the machine remember what a space and the device may reach now. */
  warm(...given) {
    for (const one of given) {
      if (one instanceof ostd.VmSpace) {
        for (let page = 1; page <= 4; page++) {
          one.writeU32(page * PAGE + 8, 1);
          if (one.queryPage(LOAD) !== 0) this.run(one, STORE, page * PAGE + 8);
        }
      } else if (one instanceof ostd.DmaStream || one instanceof ostd.DmaCoherent) {
        for (let at = 0; at < one.size; at += PAGE) {
          this.device.write(one.daddr + at + 8, 1);
          this.touched.add((one.daddr + at) / PAGE);
        }
      }
    }
  }

  /** Fills free memory, so that what was given up wrongly has a new owner. */
  takeFree() {
    for (let i = 0; i < 12; i++) this.plantCanary();
  }
}
