// SPDX-License-Identifier: MPL-2.0

import { ostd } from "../ostd.mjs";
import { TAG } from "../world.mjs";
import { demand } from "../violation.mjs";
import { READ, WRITE } from "../walk.mjs";
import { CODE, LOAD, STORE, accessPage } from "./spaces.mjs";

const PAGE = 4096;
const { Reg, ReturnReason, Vector } = ostd;
const PAGES = [1, 2, 3, 0x200, 0x201, 0x400, 2 ** 18, 2 ** 27, 2 ** 35 - 1, 0];
const RUN_NS = 20_000;

/** Runs one program until it traps or its time is over; undefined when the kernel was wanted first. */
function run(world, one, context) {
  let isOver = false;
  const timer = new ostd.Timer({
    onTimer() {
      isOver = true;
    },
  });
  timer.set(ostd.monotonicNs() + RUN_NS);
  const mode = new ostd.UserMode(context);
  one.space.activate();
  const reason = mode.execute({ hasKernelEvent: () => isOver });
  timer.cancel();
  return reason;
}

/** Calls `action` with a context that ends with it. */
function withContext(action) {
  const context = ostd.UserContext.create();
  try {
    action(context);
  } finally {
    context.drop();
  }
}

/** Lets pending interrupts be handled, as any way into user mode does; false when nothing can run. */
export function execute(world) {
  const [one] = world.spaces;
  if (one === undefined || one.pages.get(CODE) === undefined) return false;
  withContext((context) => {
    context.rip = CODE + 2;
    run(world, one, context);
  });
  return true;
}

/** A program loads or stores at a page: it must see what is mapped now, with its rights. */
function probePage(world, one, address, isStore) {
  if ((one.pages.get(CODE) ?? 0) % 8 !== 5) return;
  const frame = one.pages.get(address);
  const rights = frame === undefined ? 0 : frame % 8;
  const value = world.random.u32();
  withContext((context) => {
    context.rip = isStore ? STORE : LOAD;
    context.rdi = address + TAG;
    context.setReg(Reg.RSI, value, 0);
    const reason = run(world, one, context);
    if (reason === ReturnReason.KERNEL_EVENT) return;
    const allowed = isStore ? READ | WRITE : READ;
    const expected = (rights & allowed) === allowed;
    demand(
      (reason === ReturnReason.SYSCALL) === expected,
      "user-rights",
      () =>
        `a program ${isStore ? "stored to" : "loaded from"} a page with rights ${rights}: reason ${reason}, ` +
        `vector ${context.trapVector}`,
    );
    if (!expected) {
      demand(
        context.trapVector === Vector.PAGE_FAULT,
        "user-rights",
        "another exception than a fault",
      );
      return;
    }
    if (isStore) world.wrote(frame, value);
    const seen = isStore ? value : context.regLo(Reg.RAX);
    demand(
      world.tagOf(Math.floor(frame / 8)) === seen,
      "translation-fresh",
      () => `a program reached another frame than ${Math.floor(frame / 8)}`,
    );
  });
}

export const users = {
  /** A program loads and stores. */
  probe(world) {
    const one = world.random.pick(world.spaces);
    if (one === undefined) return;
    probePage(world, one, world.random.pick(PAGES) * PAGE, world.random.oneIn(2));
  },

  /** Program and kernel use a page, its mapping changes, and they use it again: nothing may be stale. */
  changeBetween(world) {
    const one = world.random.pick(world.spaces);
    if (one === undefined) return;
    const address = world.random.pick(PAGES) * PAGE;
    if (!one.pages.has(address)) return;
    const { space, pages } = one;
    const isStore = world.random.oneIn(2);
    const use = () => {
      probePage(world, one, address, isStore);
      accessPage(world, one, address);
    };
    use();
    const old = pages.get(address);
    const other = world.random.pick(world.frames);
    const action = world.random.below(5);
    if (action === 0) {
      space.unmapPage(address);
      pages.delete(address);
    } else if (action === 1) {
      const flags = world.random.pick([0, READ, READ | WRITE]);
      space.protectPage(address, flags);
      pages.set(address, old - (old % 8) + flags);
    } else if (action === 2) {
      space.protectRange(address, address + PAGE, 0, WRITE);
      pages.set(address, old - (old & WRITE));
    } else if (action === 3 && other !== undefined) {
      space.mapPage(address, other.frame, READ | WRITE);
      pages.set(address, other.pfn * 8 + (READ | WRITE));
    } else {
      space.unmapRange(address, address + PAGE);
      pages.delete(address);
    }
    use();
  },

  /** Random bytes as a program, with random registers. */
  runGarbage(world) {
    const one = world.random.pick(world.spaces);
    const victim = world.random.pick(world.frames);
    if (one === undefined || victim === undefined || !world.random.oneIn(4)) return;
    const bytes = new Uint8Array(64);
    for (let i = 0; i < bytes.length; i++) bytes[i] = world.random.below(256);
    victim.frame.writeBytes(0x800, bytes);
    if (!one.space.mapPage(0x7100_0000, victim.frame, 7)) return;
    one.pages.set(0x7100_0000, victim.pfn * 8 + 7);
    withContext((context) => {
      for (let reg = 0; reg < 16; reg++) {
        const address = world.random.pick(PAGES) * PAGE + world.random.below(PAGE);
        if (world.random.oneIn(2)) context.setRegNumber(reg, address);
        else context.setReg(reg, world.random.u32(), world.random.u32());
      }
      context.rip = 0x7100_0800;
      run(world, one, context);
    });
    // It may have written wherever it had the right to.
    for (const frame of one.pages.values()) {
      if ((frame & WRITE) !== 0)
        world.tags.set(Math.floor(frame / 8), world.tagOf(Math.floor(frame / 8)));
    }
  },

  /** Registers that no user may have. */
  hostileContext(world) {
    const one = world.random.pick(world.spaces);
    if (one === undefined) return;
    const context = ostd.UserContext.create();
    context.rflags = world.random.u32();
    context.setRip(
      world.random.u32(),
      world.random.pick([0, 0x7fff, 0x8000, 0xffff_7fff, world.random.u32()]),
    );
    context.fsBase = world.random.pick([2 ** 47, 2 ** 63, -1, Number.NaN, 0x1000]);
    context.gsBase = world.random.pick([2 ** 47, 2 ** 48, 0x2000]);
    demand(
      context.fsBase < 2 ** 47 && context.gsBase < 2 ** 47,
      "segment-bases-canonical",
      "a base",
    );
    const image = new Uint8Array(512);
    for (let i = 0; i < 512; i++) image[i] = world.random.below(256);
    context.loadFpu(image);
    run(world, one, context);
    const copy = context.clone();
    context.drop();
    world.mustPanic("use-after-release", "after drop", () => context.rax);
    world.mustPanic("use-after-release", "after drop", () => context.setReg(0, 1, 2));
    world.mustPanic("use-after-release", "after drop", () => run(world, one, context));
    copy.drop();
  },
};
