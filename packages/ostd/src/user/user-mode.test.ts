// SPDX-License-Identifier: MPL-2.0

import { expect, test } from "@jest/globals";
import { x86_64 } from "@aster/hardware";
import { Reg, UserContext, Vector } from "../arch/x86_64/user-context.ts";
import { IrqLine } from "../irq/irq-line.ts";
import { disablePreempt } from "../task/atomic-mode.ts";
import { Task, TaskOptions } from "../task/task.ts";
import { FakeHardware, bootTestKernel, enterTestSystem } from "../testing.ts";
import { ReturnReason, UserMode } from "./user-mode.ts";

const SYSCALL = x86_64.TRAP_SYSCALL;

test("execute tells system calls from exceptions", async () => {
  const traps: number[] = [SYSCALL, Vector.PAGE_FAULT, Vector.BREAKPOINT];
  await bootTestKernel(
    () => {
      const mode = new UserMode(UserContext.create());
      expect(mode.execute()).toBe(ReturnReason.SYSCALL);
      expect(mode.execute()).toBe(ReturnReason.EXCEPTION);
      expect(mode.context.trapVector).toBe(Vector.PAGE_FAULT);
      expect(mode.context.errorCode).toBe(6);
      expect(mode.context.faultAddress).toBe(0x7fff_dead_b000);
      expect(mode.execute()).toBe(ReturnReason.EXCEPTION);
      expect(mode.context.trapVector).toBe(Vector.BREAKPOINT);
    },
    {
      user: (frame) => {
        const trap = traps.shift() ?? SYSCALL;
        if (trap === Vector.PAGE_FAULT) {
          frame.words[x86_64.FRAME_ERROR_CODE / 4] = 6;
          frame.words[x86_64.FRAME_FAULT_ADDRESS / 4] = 0xdead_b000;
          frame.words[x86_64.FRAME_FAULT_ADDRESS / 4 + 1] = 0x7fff;
        }
        return trap;
      },
    },
  );
});

test("privileged flags never reach the CPU, and interrupts stay on", async () => {
  const seen: number[] = [];
  await bootTestKernel(
    () => {
      const context = UserContext.create();
      const mode = new UserMode(context);
      context.rflags = 0xffff_ffff;
      mode.execute();
      context.rflags = 0;
      mode.execute();
      // The program's own popf cannot set them, but the frame is memory: it is cleaned each time.
      mode.execute();
    },
    {
      user: (frame) => {
        seen.push((frame.words[x86_64.FRAME_RFLAGS / 4] ?? 0) >>> 0);
        expect(frame.words[x86_64.FRAME_RFLAGS / 4 + 1]).toBe(0);
        frame.words[x86_64.FRAME_RFLAGS / 4] = 0x3000 | 0x0001_0000 | 0x0008_0000;
        frame.words[x86_64.FRAME_RFLAGS / 4 + 1] = 5;
        return SYSCALL;
      },
    },
  );
  // CF PF AF ZF SF TF DF OF NT RF AC ID of the program; IF and bit 1 always; no IOPL, VM, VIF, VIP.
  expect(seen).toEqual([0x25_4fd7, 0x202, 0x1_0202]);
});

test("a jump to a non-canonical address is a general protection fault", async () => {
  let entered = 0;
  await bootTestKernel(
    () => {
      const mode = new UserMode(UserContext.create());
      for (const high of [0x8000, 0x1234_5678, 0xffff_7fff]) {
        mode.context.setRip(0x1000, high);
        expect(mode.execute()).toBe(ReturnReason.EXCEPTION);
        expect(mode.context.trapVector).toBe(Vector.GENERAL_PROTECTION);
        expect(mode.context.errorCode).toBe(0);
      }
      expect(entered).toBe(0);
      mode.context.setRip(0xffff_f000, 0x7fff);
      expect(mode.execute()).toBe(ReturnReason.SYSCALL);
      expect(mode.context.rip).toBe(0x7fff_ffff_f000);
    },
    {
      user: () => {
        entered += 1;
        return SYSCALL;
      },
    },
  );
});

test("segment bases outside user space become 0", () => {
  const system = enterTestSystem();
  const context = UserContext.create();
  context.fsBase = 0x7fff_ffff_f000;
  expect(context.fsBase).toBe(0x7fff_ffff_f000);
  for (const bad of [0x8000_0000_0000, -1, 0xffff_8000_0000_0000, Number.NaN]) {
    context.gsBase = bad;
    context.fsBase = bad;
    expect([context.fsBase, context.gsBase]).toEqual([0, 0]);
  }
  system.leave();
});

test("registers are numbers, signed numbers and halves", () => {
  const system = enterTestSystem();
  const context = UserContext.create();
  context.setRegNumber(Reg.RDI, -11);
  expect([context.regLo(Reg.RDI), context.regHi(Reg.RDI)]).toEqual([0xffff_fff5, 0xffff_ffff]);
  expect(context.regSigned(Reg.RDI)).toBe(-11);
  expect(context.regInt(Reg.RDI)).toBe(-11);
  context.setRegNumber(Reg.R15, 2 ** 53 - 1);
  expect(context.reg(Reg.R15)).toBe(2 ** 53 - 1);
  context.setReg(Reg.RAX, 0x8000_0001, 0x7fff);
  expect(context.rax).toBe(0x7fff_8000_0001);
  expect(context.reg(Reg.RDI)).toBeGreaterThan(2 ** 63);
  context.rsp = 0x7fff_ffff_e000;
  expect(context.reg(Reg.RSP)).toBe(0x7fff_ffff_e000);
  system.leave();
});

test("a clone has registers and FPU of its own; reset starts anew", () => {
  const system = enterTestSystem();
  const context = UserContext.create();
  const image = new Uint8Array(600).fill(0xff);
  context.rax = 7;
  context.fsBase = 0x1234;
  context.loadFpu(image, 20);
  const copy = context.clone();
  context.rax = 8;
  expect([copy.rax, copy.fsBase]).toEqual([7, 0x1234]);
  const saved = new Uint8Array(512);
  copy.saveFpu(saved);
  // MXCSR has 16 bits.
  expect([...saved.subarray(22, 30)]).toEqual([0xff, 0xff, 0xff, 0xff, 0, 0, 0xff, 0xff]);
  copy.reset();
  copy.saveFpu(saved);
  expect([copy.rax, copy.fsBase, saved[24], saved[25]]).toEqual([0, 0, 0x80, 0x1f]);
  copy.drop();
  expect(() => copy.drop()).toThrow("dropped twice");
  system.leave();
});

test("entering user mode in atomic mode, or with a dropped context, is a panic", async () => {
  await expect(
    bootTestKernel(() => {
      const mode = new UserMode(UserContext.create());
      disablePreempt();
      mode.execute();
    }),
  ).rejects.toThrow("atomic mode");
  await expect(
    bootTestKernel(() => {
      const context = UserContext.create();
      context.drop();
      new UserMode(context).execute();
    }),
  ).rejects.toThrow("after drop");
});

test("the kernel's hook is asked before each entry", async () => {
  let entered = 0;
  await bootTestKernel(
    () => {
      const mode = new UserMode(UserContext.create());
      let event = true;
      const hooks = { hasKernelEvent: (): boolean => event };
      expect(mode.execute(hooks)).toBe(ReturnReason.KERNEL_EVENT);
      expect(entered).toBe(0);
      event = false;
      expect(mode.execute(hooks)).toBe(ReturnReason.SYSCALL);
    },
    {
      user: () => {
        entered += 1;
        return SYSCALL;
      },
    },
  );
});

test("an interrupt is handled, and the program goes on", async () => {
  const lines: number[] = [];
  let entered = 0;
  await bootTestKernel(
    () => {
      const line = IrqLine.allocSpecific(5);
      line?.onActive((number) => lines.push(number));
      const mode = new UserMode(UserContext.create());
      expect(mode.execute()).toBe(ReturnReason.SYSCALL);
      expect(entered).toBe(2);
      expect(lines).toEqual([5]);
    },
    {
      user: (_frame, hardware) => {
        entered += 1;
        if (entered === 1) {
          hardware.raise(5);
          return x86_64.TRAP_INTERRUPT;
        }
        return SYSCALL;
      },
    },
  );
});

test("two programs that never stop share the CPU by ticks", async () => {
  const time = [0, 0];
  const hardware = new FakeHardware({
    user: (_frame, machine) => {
      machine.advance(100_000);
      return machine.pendingInterrupt() >= 0 ? x86_64.TRAP_INTERRUPT : x86_64.TRAP_INTERRUPT;
    },
  });
  await bootTestKernel(
    () => {
      for (const index of [0, 1]) {
        new TaskOptions(async () => {
          const mode = new UserMode(UserContext.create());
          while (hardware.nowNs < 100_000_000) {
            const start = hardware.nowNs;
            expect(mode.execute()).toBe(ReturnReason.KERNEL_EVENT);
            time[index] = (time[index] ?? 0) + hardware.nowNs - start;
            await Task.yieldNow();
          }
        }).spawn();
      }
    },
    { hardware },
  );
  expect(Math.abs((time[0] ?? 0) - (time[1] ?? 0))).toBeLessThan(10_000_000);
  expect(hardware.hostTurns).toBeGreaterThanOrEqual(10);
});

test("one program alone gets no ticks, but gives the host its turns", async () => {
  let interrupts = 0;
  const hardware = new FakeHardware({
    user: (_frame, machine) => {
      machine.advance(50_000);
      interrupts += machine.pendingInterrupt() >= 0 ? 1 : 0;
      return x86_64.TRAP_INTERRUPT;
    },
  });
  await bootTestKernel(
    async () => {
      const mode = new UserMode(UserContext.create());
      while (hardware.nowNs < 80_000_000) {
        expect(mode.execute()).toBe(ReturnReason.KERNEL_EVENT);
        await Task.yieldNow();
      }
    },
    { hardware },
  );
  expect(hardware.hostTurns).toBe(10);
  expect(interrupts).toBe(10);
});
