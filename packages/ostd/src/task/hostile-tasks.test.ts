// SPDX-License-Identifier: MPL-2.0

// Attacks on who runs: promises that OSTD does not know, policies and handlers that throw, members put
// over those that OSTD would call between two tasks.

import { expect, test } from "@jest/globals";
import { bootKernel } from "../boot.ts";
import type { CpuId } from "../cpu/cpu.ts";
import { IrqLine, interruptLevel } from "../irq/irq-line.ts";
import { main } from "../main.ts";
import type { EarlyPolicies } from "../main.ts";
import { BuddyAllocator } from "../mm/buddy-allocator.ts";
import { FrameAllocOptions } from "../mm/frame.ts";
import { injectPoweroffHandler, poweroff } from "../power.ts";
import { WaitQueue } from "../sync/wait-queue.ts";
import { Waiter } from "../sync/waiter.ts";
import { rcuDrop } from "../sync/rcu.ts";
import { FakeHardware, bootTestKernel } from "../testing.ts";
import { Timer } from "../timer/timer.ts";
import { monotonicNs } from "../timer/clock.ts";
import { FifoScheduler } from "./fifo-scheduler.ts";
import { injectPostScheduleHandler, injectPreScheduleHandler, injectScheduler } from "./inject.ts";
import type { LocalRunQueue } from "./scheduler.ts";
import { Task, TaskOptions } from "./task.ts";

/** What a system that fails prints last. */
async function failureOf(
  entry: () => void | Promise<void>,
  policies: EarlyPolicies = {},
): Promise<string> {
  const hardware = hosted();
  const code = await bootKernel(main(entry, policies), hardware);
  return `${code}: ${/panic: (.*)/u.exec(hardware.console)?.[1] ?? hardware.console}`;
}

/** Fake hardware with a host, whose event loop goes on when promises have settled so often. */
const SETTLED = 2000;
function hosted(): FakeHardware {
  const hardware = new FakeHardware();
  hardware.promisesDone = async () => {
    for (let i = 0; i < SETTLED; i++) {
      await Promise.resolve();
    }
  };
  return hardware;
}

const never = (): Promise<void> => new Promise(() => undefined);

test("a task that awaits a promise that nobody settles ends its system, and no other", async () => {
  const stuck = failureOf(never);
  // It has waited for its turn behind the other.
  const next = bootTestKernel(async () => {
    await Task.yieldNow();
  });
  expect(await stuck).toContain("1: a task awaits a promise that no part of the kernel settles");
  expect((await next).code).toBe(0);
});

test("a task that awaits such a promise after parks is found, too, and while others could run", async () => {
  const failure = await failureOf(async () => {
    new TaskOptions(async () => {
      await Task.yieldNow();
      await never();
    }).spawn();
    for (;;) {
      await Task.yieldNow();
    }
  });
  expect(failure).toContain("no part of the kernel settles");
});

test("promises that settle by themselves are no reason to end", async () => {
  const { code } = await bootTestKernel(
    async () => {
      for (let i = 0; i < 100; i++) {
        await Promise.resolve();
      }
      await new WaitQueue().wait(monotonicNs() + 5_000_000);
    },
    { hardware: hosted() },
  );
  expect(code).toBe(0);
});

const thrown = new Error("from a policy");

/** A scheduler of which one method throws, once it is armed. */
class Throwing extends FifoScheduler {
  constructor(method: string, queueMethod: string, arm: { on: boolean }) {
    super();
    const fail = (): never => {
      throw thrown;
    };
    const honest = super.localRunQueue(0);
    const queue: LocalRunQueue = {
      current: () => (arm.on && queueMethod === "current" ? fail() : honest.current()),
      updateCurrent: (flags) =>
        arm.on && queueMethod === "updateCurrent" ? fail() : honest.updateCurrent(flags),
      tryPickNext: () => (arm.on && queueMethod === "tryPickNext" ? fail() : honest.tryPickNext()),
      dequeueCurrent: () =>
        arm.on && queueMethod === "dequeueCurrent" ? fail() : honest.dequeueCurrent(),
    };
    this.localRunQueue = (_cpu: CpuId) => queue;
    if (method === "enqueue") {
      const enqueue = this.enqueue.bind(this);
      this.enqueue = (task, flags) => (arm.on ? fail() : enqueue(task, flags));
    }
  }
}

test("a scheduler that throws ends the system, though the task that parked catches it", async () => {
  for (const [method, queueMethod] of [
    ["enqueue", ""],
    ["", "updateCurrent"],
    ["", "tryPickNext"],
    ["", "dequeueCurrent"],
  ] as const) {
    const failure = await failureOf(async () => {
      const arm = { on: false };
      injectScheduler(new Throwing(method, queueMethod, arm));
      arm.on = true;
      for (let i = 0; i < 5; i++) {
        try {
          new TaskOptions(() => undefined).spawn();
          await new WaitQueue().wait(monotonicNs() + 1000);
        } catch {
          // Goes on as if nothing had happened.
        }
      }
    });
    expect(failure).toBe("1: the scheduler threw: from a policy");
  }
});

test("what a scheduler returns in place of a task is refused", async () => {
  for (const wrong of [{}, 5, "task", Object.create(Task.prototype), () => undefined]) {
    const failure = await failureOf(async () => {
      const honest = new FifoScheduler();
      const queue = honest.localRunQueue(0);
      let picks = 0;
      injectScheduler({
        enqueue: (task, flags) => honest.enqueue(task, flags),
        localRunQueue: () => ({
          current: () => queue.current(),
          updateCurrent: (flags) => queue.updateCurrent(flags),
          tryPickNext: () => (picks++ === 0 ? queue.tryPickNext() : (wrong as Task)),
          dequeueCurrent: () => queue.dequeueCurrent(),
        }),
      });
      await Task.yieldNow();
    });
    expect(failure).toContain("not runnable");
  }
  expect(
    await failureOf(() => {
      injectScheduler({
        enqueue: () => undefined,
        localRunQueue: () => undefined as unknown as LocalRunQueue,
      });
    }),
  ).toContain("the scheduler threw");
});

test("handlers that throw end the system, whoever was interrupted", async () => {
  const handlers: (() => void)[] = [
    () => injectPreScheduleHandler(() => fail("a schedule handler")),
    () => injectPostScheduleHandler(() => fail("a schedule handler")),
    () => rcuDrop({ drop: () => fail("a handle given to rcuDrop") }),
    () => {
      new Timer({ onTimer: () => fail("a handler of interrupt 0") }).set(monotonicNs() + 100);
    },
  ];
  function fail(what: string): never {
    throw new Error(what);
  }
  for (const inject of handlers) {
    const failure = await failureOf(async () => {
      inject();
      for (let i = 0; i < 10; i++) {
        try {
          await new WaitQueue().wait(monotonicNs() + 1000);
        } catch {
          // Caught by the wrong one.
        }
      }
    });
    expect(failure).toMatch(/^1: (.*) threw: \1$/u);
  }
});

test("an interrupt handler that throws leaves no interrupt context behind", async () => {
  const levels: number[] = [];
  const hardware = new FakeHardware();
  const code = await bootKernel(
    main(
      async () => {
        const line = IrqLine.alloc();
        line?.onActive(() => {
          throw new Error("handler");
        });
        hardware.raise(line?.num ?? 0);
        await Task.yieldNow();
      },
      { panicHandler: () => levels.push(interruptLevel()) },
    ),
    hardware,
  );
  expect([code, hardware.console.includes("threw: handler")]).toEqual([1, true]);
});

test("a frame allocator that throws ends the system", async () => {
  class Broken extends BuddyAllocator {
    override alloc(count: number): number {
      if (count === 3) {
        throw new Error("no");
      }
      return super.alloc(count);
    }
  }
  const failure = await failureOf(
    () => {
      try {
        new FrameAllocOptions().allocSegment(3);
      } catch {
        // Goes on.
      }
    },
    { frameAllocator: () => new Broken() },
  );
  expect(failure).toBe("1: the frame allocator threw: no");
});

test("whatever is thrown, the system ends and its host hears of it", async () => {
  const hostile = [
    undefined,
    Symbol("s"),
    {
      toString: () => {
        throw new Error("twice");
      },
    },
    Object.create(null),
    new Proxy(
      {},
      {
        getPrototypeOf: () => {
          throw new Error("trap");
        },
      },
    ),
    Object.defineProperty(new Error("x"), "stack", {
      get: () => {
        throw new Error("stack");
      },
    }),
    Object.defineProperty(new Error("x"), "message", {
      get: () => {
        throw new Error("text");
      },
    }),
  ];
  for (const value of hostile) {
    const code = await bootKernel(
      main(() => {
        throw value;
      }),
      new FakeHardware(),
    );
    expect(code).toBe(1);
  }
});

test("a poweroff handler that throws does not keep the machine on", async () => {
  const hardware = new FakeHardware();
  const code = await bootKernel(
    main(async () => {
      injectPoweroffHandler(() => {
        throw new Error("stay");
      });
      try {
        poweroff(300);
      } catch {
        // The machine has stopped.
      }
      await Task.yieldNow();
    }),
    hardware,
  );
  expect([code, hardware.exitCode]).toEqual([44, 44]);
});

test("nothing that was put over a waiter's or a timer's members is called between two tasks", async () => {
  const called: string[] = [];
  await bootTestKernel(async () => {
    const task = Task.current();
    const { waiter } = task ?? {};
    if (task === undefined || waiter === undefined) {
      throw new Error("no task");
    }
    const { waker } = waiter;
    const spy = (name: string) => (): never => {
      called.push(name);
      void Task.yieldNow();
      throw new Error(name);
    };
    for (const name of ["removeFromAll", "wakeUp", "task"]) {
      Reflect.defineProperty(waker, name, { get: spy(name) });
    }
    for (const name of ["waker", "wait"]) {
      Reflect.defineProperty(waiter, name, { get: spy(name) });
    }
    for (const name of ["waiter", "state"]) {
      Reflect.defineProperty(task, name, { get: spy(name) });
    }
    const queue = new WaitQueue();
    for (const name of ["enqueue", "remove", "wakeOne"]) {
      Reflect.defineProperty(queue, name, { get: spy(name) });
    }
    const timer = new Timer({ onTimer: () => undefined });
    for (const name of ["deadlineNs", "cancel", "isSet"]) {
      Reflect.defineProperty(timer, name, { get: spy(name) });
    }
    timer.set(monotonicNs() + 500);
    await queue.wait(monotonicNs() + 1000);
    await queue.wait(monotonicNs() + 1000);
    queue.wakeAll();
  });
  expect(called).toEqual([]);
});

test("a deadline that acts while it is looked at cannot park another task", async () => {
  const failure = await failureOf(async () => {
    new TaskOptions(async () => {
      await Task.yieldNow();
    }).spawn();
    const deadline = {
      valueOf: (): number => {
        void Task.yieldNow();
        return monotonicNs() + 1000;
      },
    };
    const { waiter } = Waiter.newPair();
    await waiter.wait(deadline as unknown as number);
  });
  expect(failure).toContain("waited on the waiter of another task");
});
