// SPDX-License-Identifier: MPL-2.0

import { expect, test } from "@jest/globals";
import { MachineStopped, x86_64 } from "@aster/hardware";
import { UserContext } from "../arch/x86_64/user-context.ts";
import { CpuLocal } from "../cpu/cpu-local.ts";
import type { CpuId } from "../cpu/cpu.ts";
import { disableLocalIrq, disablePreempt } from "./atomic-mode.ts";
import { FifoScheduler } from "./fifo-scheduler.ts";
import { injectPostScheduleHandler, injectPreScheduleHandler, injectScheduler } from "./inject.ts";
import { main } from "../main.ts";
import { bootKernel } from "../boot.ts";
import { interruptLevel } from "../irq/irq-line.ts";
import { injectRestartHandler, poweroff, restart } from "../power.ts";
import { println } from "../console.ts";
import { SpinLock } from "../sync/spin-lock.ts";
import { WaitQueue } from "../sync/wait-queue.ts";
import { WaitResult, Waiter } from "../sync/waiter.ts";
import { SystemLocal } from "../system-local.unsafe.ts";
import { FakeHardware, bootTestKernel } from "../testing.ts";
import { monotonicNs, registerTickCallback } from "../timer/clock.ts";
import { UserMode } from "../user/user-mode.ts";
import type { LocalRunQueue, Scheduler } from "./scheduler.ts";
import { Task, TaskOptions, TaskState } from "./task.ts";

test("the system powers off with success when its last task has ended", async () => {
  const { code, hardware } = await bootTestKernel(() => {
    println("héllo");
  });
  expect(code).toBe(0);
  expect(hardware.exitCode).toBe(0);
  expect(hardware.console).toBe("h\u00c3\u00a9llo\n");
});

test("poweroff ends the system with its code, whoever calls it", async () => {
  const { code } = await bootTestKernel(async () => {
    new TaskOptions(() => {
      poweroff(42);
    }).spawn();
    await new WaitQueue().wait();
  });
  expect(code).toBe(42);
});

test("tasks run one at a time, in the order in which they became runnable", async () => {
  const order: string[] = [];
  let running = 0;
  await bootTestKernel(async () => {
    for (const name of ["a", "b", "c"]) {
      new TaskOptions(async () => {
        for (let i = 0; i < 3; i++) {
          running += 1;
          expect(running).toBe(1);
          order.push(`${name}${i}`);
          running -= 1;
          await Task.yieldNow();
        }
      }).spawn();
    }
    await Task.yieldNow();
    order.push("main");
  });
  expect(order).toEqual(["a0", "b0", "c0", "main", "a1", "b1", "c1", "a2", "b2", "c2"]);
});

test("a task knows itself, its data and its state", async () => {
  await bootTestKernel(async () => {
    class Thread {
      readonly name = "t";
    }
    const task = new TaskOptions(async () => {
      const current = Task.current();
      expect(current?.data instanceof Thread && current.data.name).toBe("t");
      expect(current?.state).toBe(TaskState.RUNNING);
      await Task.yieldNow();
      expect(Task.current()).toBe(current);
    })
      .data(new Thread())
      .build();
    expect(task.state).toBe(TaskState.NEW);
    task.run();
    expect(task.state).toBe(TaskState.RUNNABLE);
    await Task.yieldNow();
    await Task.yieldNow();
    expect(task.state).toBe(TaskState.EXITED);
  });
});

test("running a task twice is a panic", async () => {
  const run = bootTestKernel(() => {
    const task = new TaskOptions(() => undefined).spawn();
    task.run();
  });
  await expect(run).rejects.toThrow("run twice");
});

test("an exception of a task is the end of the system, with a trace", async () => {
  const hardware = new FakeHardware();
  const run = bootTestKernel(
    async () => {
      await Task.yieldNow();
      throw new Error("a bug");
    },
    { hardware },
  );
  await expect(run).rejects.toThrow("a bug");
  expect(hardware.exitCode).toBe(1);
  expect(hardware.console).toContain("Kernel panic: a bug");
  expect(hardware.console).toContain("scheduling.test.ts");
});

test("parking while a spin lock or guard is held is a panic", async () => {
  const lock = new SpinLock(1);
  await expect(
    bootTestKernel(async () => {
      const guard = lock.lock();
      await Task.yieldNow();
      guard.drop();
    }),
  ).rejects.toThrow("atomic mode");
  await expect(
    bootTestKernel(async () => {
      disablePreempt();
      await new WaitQueue().wait();
    }),
  ).rejects.toThrow("atomic mode");
  await expect(
    bootTestKernel(() => {
      disablePreempt();
    }),
  ).rejects.toThrow("atomic mode");
});

test("a wake-up between check and wait is not lost, and two are one", async () => {
  await bootTestKernel(async () => {
    const { waiter, waker } = Waiter.newPair();
    expect(waker.wakeUp()).toBe(true);
    expect(waker.wakeUp()).toBe(false);
    expect(await waiter.wait()).toBe(WaitResult.WOKEN);
    expect(await waiter.wait(monotonicNs() + 1000)).toBe(WaitResult.TIMED_OUT);
    waker.cancel();
    expect(await waiter.wait()).toBe(WaitResult.CANCELLED);
  });
});

test("a wait ends at its deadline, not before", async () => {
  await bootTestKernel(async () => {
    const queue = new WaitQueue();
    const start = monotonicNs();
    expect(await queue.wait(start + 5_000_000)).toBe(WaitResult.TIMED_OUT);
    expect(monotonicNs()).toBe(start + 5_000_000);
    expect(queue.isEmpty).toBe(true);
    expect(await queue.waitUntil(() => false, { deadlineNs: start + 6_000_000 })).toBe(
      WaitResult.TIMED_OUT,
    );
    expect(await queue.wait(start)).toBe(WaitResult.TIMED_OUT);
  });
});

test("a timer of a wait that was woken does not end the next one", async () => {
  await bootTestKernel(async () => {
    const queue = new WaitQueue();
    new TaskOptions(() => {
      queue.wakeAll();
    }).spawn();
    expect(await queue.wait(monotonicNs() + 1_000_000)).toBe(WaitResult.WOKEN);
    const start = monotonicNs();
    expect(await queue.wait(start + 50_000_000)).toBe(WaitResult.TIMED_OUT);
    expect(monotonicNs()).toBe(start + 50_000_000);
  });
});

test("waiting on the waiter of another task is a panic", async () => {
  const run = bootTestKernel(async () => {
    const { waiter } = Waiter.newPair();
    new TaskOptions(async () => {
      await waiter.wait();
    }).spawn();
    await Task.yieldNow();
  });
  await expect(run).rejects.toThrow("another task");
});

test("the host has a turn after 8 ms of busy time, also when tasks never idle", async () => {
  const { hardware } = await bootTestKernel(
    async () => {
      const machine = local.get();
      for (let i = 0; i < 1000; i++) {
        machine.advance(100_000);
        await Task.yieldNow();
      }
    },
    { hardware: prepare(new FakeHardware()) },
  );
  // 100 ms of work.
  expect(hardware.hostTurns).toBeGreaterThanOrEqual(10);
  expect(hardware.hostTurns).toBeLessThanOrEqual(13);
});

const machines: FakeHardware[] = [];
const local = new SystemLocal<FakeHardware>(() => machines.pop() ?? new FakeHardware());

function prepare(hardware: FakeHardware): FakeHardware {
  machines.push(hardware);
  return hardware;
}

test("systems of one process keep apart", async () => {
  const name = new SystemLocal(() => "nobody");
  const seen: string[] = [];
  const kernel = (own: string): Promise<number> =>
    bootKernel(
      main(async () => {
        name.set(own);
        const queue = new WaitQueue();
        for (let i = 0; i < 20; i++) {
          await Task.yieldNow();
          expect(name.get()).toBe(own);
          await queue.wait(monotonicNs() + 1_000_000 * (i % 3));
          expect(name.get()).toBe(own);
          seen.push(own);
        }
        poweroff(own.length);
      }),
      new FakeHardware(),
    );
  expect(await Promise.all([kernel("x"), kernel("yy"), kernel("zzz")])).toEqual([1, 2, 3]);
  expect(seen.length).toBe(60);
  // They took turns: no system ran to its end before the others began.
  expect(new Set(seen.slice(0, 10)).size).toBe(3);
});

test("a wait queue wakes in order, one or all", async () => {
  const order: number[] = [];
  await bootTestKernel(async () => {
    const queue = new WaitQueue();
    for (let i = 0; i < 4; i++) {
      new TaskOptions(async () => {
        await queue.wait();
        order.push(i);
      }).spawn();
    }
    await Task.yieldNow();
    expect(queue.length).toBe(4);
    expect(queue.wakeOne()).toBe(true);
    await Task.yieldNow();
    expect(order).toEqual([0]);
    expect(queue.wakeAll()).toBe(3);
    expect(queue.wakeOne()).toBe(false);
  });
  expect(order).toEqual([0, 1, 2, 3]);
});

test("a waker in several queues is woken by one and leaves all", async () => {
  await bootTestKernel(async () => {
    const queues = [new WaitQueue(), new WaitQueue(), new WaitQueue()];
    const waiter = Task.current()?.waiter;
    if (waiter === undefined) {
      throw new Error("no task");
    }
    for (let round = 0; round < 3; round++) {
      for (const queue of queues) {
        queue.enqueue(waiter.waker);
      }
      new TaskOptions(() => {
        queues[round]?.wakeOne();
      }).spawn();
      expect(await waiter.wait()).toBe(WaitResult.WOKEN);
      expect(queues.map((queue) => queue.length)).toEqual([0, 0, 0]);
    }
    queues[0]?.enqueue(waiter.waker);
    expect(queues[1]?.remove(waiter.waker)).toBe(false);
    expect(queues[0]?.remove(waiter.waker)).toBe(true);
  });
});

test("a wake-up for a task that is woken already goes to the next one in the queue", async () => {
  const woken: string[] = [];
  await bootTestKernel(async () => {
    const queue = new WaitQueue();
    const first = new TaskOptions(async () => {
      await queue.wait();
      woken.push("first");
    }).spawn();
    new TaskOptions(async () => {
      await queue.wait();
      woken.push("second");
    }).spawn();
    await Task.yieldNow();
    first.waiter.waker.wakeUp();
    expect(queue.wakeOne()).toBe(true);
    await Task.yieldNow();
  });
  expect(woken).toEqual(["first", "second"]);
});

/** Answers what `pick` says. */
class AdversarialScheduler implements Scheduler, LocalRunQueue {
  readonly known: Task[] = [];
  readonly pick: (known: readonly Task[]) => Task | undefined;

  constructor(pick: (known: readonly Task[]) => Task | undefined) {
    this.pick = pick;
  }

  enqueue(task: Task): CpuId | undefined {
    this.known.push(task);
    return 0;
  }

  localRunQueue(): LocalRunQueue {
    return this;
  }

  current(): Task | undefined {
    return undefined;
  }

  updateCurrent(): boolean {
    return true;
  }

  tryPickNext(): Task | undefined {
    return this.pick(this.known);
  }

  dequeueCurrent(): Task | undefined {
    return undefined;
  }
}

test("a scheduler that picks a parked, exited or new task is a panic", async () => {
  const queue = new WaitQueue();
  const parked = bootTestKernel(async () => {
    injectScheduler(new AdversarialScheduler((known) => known[0]));
    // The first task parks, and is picked all the same.
    await queue.wait();
  });
  await expect(parked).rejects.toThrow("not runnable");

  const exited = bootTestKernel(async () => {
    let turns = 0;
    injectScheduler(
      new AdversarialScheduler((known) => {
        turns += 1;
        return turns < 3 ? known[turns - 1] : known[1];
      }),
    );
    new TaskOptions(() => undefined).spawn();
    await Task.yieldNow();
  });
  await expect(exited).rejects.toThrow("not runnable");

  const fresh = bootTestKernel(async () => {
    const task = new TaskOptions(() => undefined).build();
    let turns = 0;
    injectScheduler(
      new AdversarialScheduler((known) => {
        turns += 1;
        return turns === 1 ? known[0] : task;
      }),
    );
    await Task.yieldNow();
  });
  await expect(fresh).rejects.toThrow("not runnable");
});

test("an injected scheduler decides the order", async () => {
  /** Last in, first out. */
  class LifoScheduler extends FifoScheduler {
    readonly #stack: Task[] = [];
    #current: Task | undefined;

    override enqueue(task: Task): CpuId | undefined {
      this.#stack.push(task);
      return undefined;
    }

    override localRunQueue(): LocalRunQueue {
      return {
        current: () => this.#current,
        updateCurrent: () => true,
        tryPickNext: () => {
          const next = this.#stack.pop();
          if (next !== undefined) {
            if (this.#current !== undefined) {
              this.#stack.unshift(this.#current);
            }
            this.#current = next;
          }
          return next;
        },
        dequeueCurrent: () => {
          const task = this.#current;
          this.#current = undefined;
          return task;
        },
      };
    }
  }
  const order: string[] = [];
  await bootTestKernel(async () => {
    injectScheduler(new LifoScheduler());
    for (const name of ["a", "b", "c"]) {
      new TaskOptions(() => {
        order.push(name);
      }).spawn();
    }
    await Task.yieldNow();
    order.push("main");
  });
  expect(order).toEqual(["c", "b", "a", "main"]);
});

test("schedule hooks see the task that leaves and the task that comes", async () => {
  const seen: [string, unknown][] = [];
  await bootTestKernel(async () => {
    injectPreScheduleHandler(() => seen.push(["pre", Task.current()?.data]));
    injectPostScheduleHandler(() => seen.push(["post", Task.current()?.data]));
    new TaskOptions(() => undefined).data("child").spawn();
    await Task.yieldNow();
    injectPreScheduleHandler(() => undefined);
  });
  expect(seen).toEqual([
    ["pre", undefined],
    ["post", "child"],
    ["pre", "child"],
    ["post", undefined],
  ]);
});

test("random waiters, wakers and deadlines: every wait ends once, by what ended it", async () => {
  let seed = 1;
  const random = (limit: number): number => {
    seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
    return (seed >>> 8) % limit;
  };
  let waits = 0;
  let timedOut = 0;
  await bootTestKernel(async () => {
    const queues = [new WaitQueue(), new WaitQueue()];
    for (let i = 0; i < 8; i++) {
      new TaskOptions(async () => {
        for (let round = 0; round < 100; round++) {
          const queue = queues[random(2)] ?? new WaitQueue();
          const deadline = monotonicNs() + random(4) * 1000;
          const result = await queue.wait(deadline);
          waits += 1;
          if (result === WaitResult.TIMED_OUT) {
            timedOut += 1;
            expect(monotonicNs()).toBeGreaterThanOrEqual(deadline);
          }
          if (random(2) === 0) {
            queues[random(2)]?.wakeOne();
          }
        }
      }).spawn();
    }
    await Task.yieldNow();
  });
  expect(waits).toBe(800);
  expect(timedOut).toBeGreaterThan(50);
  expect(timedOut).toBeLessThan(750);
});

test("CPU-local variables are used with interrupts off", async () => {
  const counter = new CpuLocal(() => 0);
  await bootTestKernel(async () => {
    const guard = disableLocalIrq();
    counter.setWith(guard, counter.getWith(guard) + 1);
    expect(counter.getWith(guard)).toBe(1);
    guard.drop();
    await Task.yieldNow();
    counter.getWith(guard);
  }).then(
    () => expect(true).toBe(false),
    (error: unknown) => expect(String(error)).toContain("after drop"),
  );
});

test("a system that its host stops while it idles does not end another one's turn", async () => {
  const stopped = new FakeHardware();
  stopped.idle = async (): Promise<void> => {
    await Promise.resolve();
    throw new MachineStopped("power-off", 9);
  };
  let finished = false;
  const codes = await Promise.all([
    bootKernel(
      main(async () => {
        await new WaitQueue().wait();
      }),
      stopped,
    ),
    bootKernel(
      main(async () => {
        const own = new WaitQueue();
        for (let i = 0; i < 50; i++) {
          await Task.yieldNow();
          expect(Task.current()).toBeDefined();
          await own.wait(monotonicNs() + 10);
        }
        finished = true;
      }),
      new FakeHardware(),
    ),
  ]);
  expect(codes).toEqual([9, 0]);
  expect(finished).toBe(true);
});

test("a kernel that swallows the power-off still ends", async () => {
  let after = false;
  const { code } = await bootTestKernel(async () => {
    new TaskOptions(() => {
      after = true;
    }).spawn();
    try {
      poweroff(5);
    } catch {
      await Task.yieldNow();
    }
  }).catch(() => ({ code: -1 }));
  expect(code).not.toBe(0);
  expect(after).toBe(false);
});

test("tick callbacks run while tasks compete, and only then", async () => {
  let ticks = 0;
  const hardware = new FakeHardware({
    user: (_frame, machine) => {
      machine.advance(500_000);
      return x86_64.TRAP_INTERRUPT;
    },
  });
  await bootTestKernel(
    async () => {
      registerTickCallback(() => {
        expect(interruptLevel()).toBe(1);
        ticks += 1;
      });
      const run = (untilNs: number) => async (): Promise<void> => {
        const mode = new UserMode(UserContext.create());
        while (hardware.nowNs < untilNs) {
          mode.execute();
          await Task.yieldNow();
        }
      };
      await run(20_000_000)();
      expect(ticks).toBe(0);
      new TaskOptions(run(60_000_000)).spawn();
      await run(60_000_000)();
    },
    { hardware },
  );
  expect(ticks).toBeGreaterThanOrEqual(35);
  expect(ticks).toBeLessThanOrEqual(41);
});

test("restart ends the system; its handler comes first", async () => {
  const hardware = new FakeHardware();
  let restarts = 0;
  hardware.restart = (): never => {
    restarts += 1;
    throw new MachineStopped("restart", 0);
  };
  let handled = 0;
  await bootTestKernel(
    () => {
      injectRestartHandler(() => {
        handled = restarts + 1;
      });
      restart();
    },
    { hardware },
  );
  expect([restarts, handled]).toEqual([1, 1]);
});
