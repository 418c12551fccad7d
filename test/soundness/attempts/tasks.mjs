// SPDX-License-Identifier: MPL-2.0

// Attempts on who runs: tasks with no stack left in the middle of a wait, policies that answer with
// promises or never end, handlers that take their own line away. Each has a system of its own.

import { FakeHardware, bootKernel, ostd } from "../ostd.mjs";
import { demand } from "../violation.mjs";
import { nearTheEnd } from "./brink.mjs";

const { Task, TaskOptions } = ostd;

/** Boots `entry`; the exit code and what was printed. A violation in it is thrown here. */
async function boot(entry, policies = {}, hardware = new FakeHardware()) {
  let violation;
  const isEnded = () => hardware.exitCode !== undefined;
  hardware.promisesDone = async () => {
    for (let i = 0; i < 200; i++) await Promise.resolve();
  };
  let code = 1;
  const kernel = bootKernel(
    ostd.main(async () => {
      const check = (condition, invariant, message) => {
        try {
          demand(condition, invariant, message);
        } catch (error) {
          violation ??= error;
        }
      };
      const isMe = (me) => {
        // After a panic the rest of what a task does at once is nobody's.
        let current;
        try {
          current = Task.current();
        } catch {
          return true;
        }
        return current === me || current === undefined || isEnded();
      };
      await entry(check, isMe);
    }, policies),
    hardware,
  );
  try {
    code = await kernel;
  } catch {
    // A policy that is wrong from the beginning: nothing boots.
  }
  if (violation !== undefined) throw violation;
  demand(!hardware.console.includes("a bug of OSTD"), "no-unasked-panic", hardware.console);
  return { code, console: hardware.console };
}

/** What a task does with next to no stack left. */
const WAITS = {
  yields: () => Task.yieldNow(),
  "waits in a queue": ({ queue }) => queue.wait(ostd.monotonicNs() + 1000),
  "waits for a mutex": ({ mutex }) => mutex.lock().then((guard) => guard.drop()),
  "wakes others": ({ queue }) => queue.wakeAll(),
  spawns: () => new TaskOptions(() => Task.yieldNow()).spawn(),
  "sets a timer": ({ timer }) => timer.set(ostd.monotonicNs() + 10),
  "takes a spin lock": ({ spin }) => spin.lock().drop(),
};

const brinks = Object.fromEntries(
  Object.entries(WAITS).map(([name, wait]) => [
    `a task with no stack left ${name}`,
    async () => {
      for (let slack = 0; slack < 120; slack += 3) {
        const { console } = await boot(async (check, isMe) => {
          const stage = {
            queue: new ostd.WaitQueue(),
            mutex: new ostd.Mutex(0),
            spin: new ostd.SpinLock(0),
            timer: new ostd.Timer({ onTimer: () => stage.queue.wakeAll() }),
          };
          let live = 3;
          const body = async () => {
            const me = Task.current();
            for (let round = 0; round < 4; round++) {
              try {
                await nearTheEnd(slack, () => wait(stage));
              } catch {
                // Goes on as if nothing had happened.
              }
              check(isMe(me), "one-task-at-a-time", "it goes on while another runs");
              await Task.yieldNow();
              check(isMe(me), "one-task-at-a-time", "it goes on while another runs");
              stage.queue.wakeAll();
            }
            live -= 1;
          };
          for (let i = 0; i < 3; i++) new TaskOptions(body).spawn();
          for (let i = 0; i < 60 && live > 0; i++) {
            stage.queue.wakeAll();
            await Task.yieldNow();
          }
        });
        demand(!console.includes("a bug of OSTD"), "no-unasked-panic", console);
      }
    },
  ]),
);

/** What a policy may answer in place of what is asked of it. */
const ANSWERS = {
  "a promise": async () => 5,
  "a thenable": () => ({ then: (resolve) => resolve(5) }),
  "an object that acts": () => ({ valueOf: () => Task.current()?.run() ?? 5 }),
  "a symbol": () => Symbol("5"),
};

const answers = Object.fromEntries(
  Object.entries(ANSWERS).flatMap(([name, answer]) => [
    [
      `a frame allocator answers with ${name}`,
      () =>
        boot(
          () => {
            for (let i = 0; i < 5; i++) new ostd.FrameAllocOptions().allocFrame();
            ostd.VmSpace.create();
          },
          {
            frameAllocator: () => ({ addFreeMemory() {}, alloc: answer, dealloc: answer }),
          },
        ),
    ],
    [
      `a heap allocator answers with ${name}`,
      () =>
        boot(() => void ostd.HeapBytes.alloc(64)?.drop(), {
          heapAllocator: () => ({ alloc: answer, dealloc: answer }),
        }),
    ],
    [
      `a fault handler answers with ${name}, and maps nothing`,
      () =>
        boot((check) => {
          ostd.injectUserPageFaultHandler(answer);
          const space = ostd.VmSpace.create();
          check(space.readU32(0x1000) < 0, "user-rights", "what is not mapped was read");
          check(!space.writeU32(0x1000, 1), "user-rights", "what is not mapped was written");
        }),
    ],
    [
      `a scheduler answers with ${name}`,
      () =>
        boot(async () => {
          const inner = new ostd.FifoScheduler();
          const queue = inner.localRunQueue(0);
          ostd.injectScheduler({
            enqueue: (task, flags) => (inner.enqueue(task, flags), answer()),
            localRunQueue: () => ({
              current: () => queue.current(),
              updateCurrent: answer,
              tryPickNext: () => queue.tryPickNext() ?? answer(),
              dequeueCurrent: () => queue.dequeueCurrent(),
              nextTickNs: answer,
            }),
          });
          new TaskOptions(() => Task.yieldNow()).spawn();
          for (let i = 0; i < 5; i++) await Task.yieldNow();
        }),
    ],
    [
      `a parser of the command line answers with ${name}`,
      () => boot(() => ostd.println("up"), { earlyCommandLineParser: answer }),
    ],
    [
      `a logger answers with ${name}`,
      () =>
        boot(() => {
          ostd.injectLogger({ log: answer });
          new ostd.Logger("kernel").error("hello");
        }),
    ],
  ]),
);

const others = {
  "a fault handler that says yes for ever": () =>
    boot((check) => {
      let asked = 0;
      ostd.injectUserPageFaultHandler(() => {
        asked += 1;
        if (asked > 10_000) throw new Error("it asks for ever");
        return true;
      });
      const space = ostd.VmSpace.create();
      check(space.readU32(0x1000) < 0, "user-rights", "what is not mapped was read");
      check(asked < 10_000, "no endless loop", "the handler was asked for ever");
    }),
  "a logger that logs": () =>
    boot(() => {
      const logger = new ostd.Logger("kernel");
      ostd.injectLogger({ log: () => logger.error("again") });
      logger.error("once");
    }),
  "a panic handler that panics": () =>
    boot(() => ostd.panic("first"), { panicHandler: () => ostd.panic("second") }),
  "a handler of the end that ends": () =>
    boot(() => {
      ostd.injectPoweroffHandler(() => ostd.poweroff(3));
      ostd.poweroff(2);
    }),
  "a task that runs itself again": () =>
    boot(async () => {
      const task = new TaskOptions(async () => {
        await Task.yieldNow();
      }).build();
      task.run();
      try {
        task.run();
      } catch {
        // Goes on.
      }
      for (let i = 0; i < 4; i++) await Task.yieldNow();
    }),
  "a waker that wakes who has ended": () =>
    boot(async (check) => {
      let waker;
      let runs = 0;
      new TaskOptions(() => {
        waker = Task.current().waiter.waker;
        runs += 1;
      }).spawn();
      await Task.yieldNow();
      await Task.yieldNow();
      waker.wakeUp();
      waker.cancel();
      const queue = new ostd.WaitQueue();
      queue.enqueue(waker);
      queue.wakeAll();
      await Task.yieldNow();
      check(runs === 1, "one-task-at-a-time", "a task ran after its end");
    }),
  "a waiter of another task": () =>
    boot(async (check, isMe) => {
      const main = Task.current();
      new TaskOptions(async () => {
        const me = Task.current();
        try {
          await main.waiter.wait(ostd.monotonicNs() + 100);
        } catch {
          // Refused.
        }
        check(isMe(me), "one-task-at-a-time", "it goes on while another runs");
      }).spawn();
      for (let i = 0; i < 4; i++) await Task.yieldNow();
    }),
  "two waits of one task at once": () =>
    boot(async (check, isMe) => {
      const me = Task.current();
      const queue = new ostd.WaitQueue();
      const first = queue.wait(ostd.monotonicNs() + 100);
      const second = Task.yieldNow();
      await first;
      await second;
      check(isMe(me), "one-task-at-a-time", "it goes on while another runs");
    }),
  "calls to CPUs from within one": () =>
    boot(() => {
      let depth = 0;
      const call = () => {
        depth += 1;
        if (depth < 50) ostd.interProcessorCall(ostd.CpuSet.all(), call).wait();
      };
      ostd.interProcessorCall(ostd.CpuSet.all(), call).wait();
    }),
  "a system used by the kernel of another": async () => {
    let frame;
    await boot(() => {
      frame = new ostd.FrameAllocOptions().allocFrame();
    });
    await boot((check) => {
      const space = ostd.VmSpace.create();
      let isMapped = false;
      try {
        isMapped = space.mapPage(0x1000, frame, 3);
      } catch {
        // Refused.
      }
      check(!isMapped, "handles-unforged", "a frame of another system was mapped");
    });
  },
  "handles after the system's end": async () => {
    const kept = [];
    await boot(() => {
      kept.push(
        ostd.VmSpace.create(),
        new ostd.FrameAllocOptions().allocFrame(),
        new ostd.Mutex(1),
      );
    });
    for (const [method, ...given] of [
      ["mapZeroedPage", 0x1000, 3],
      ["clone"],
      ["tryLock"],
      ["drop"],
    ]) {
      for (const one of kept) {
        try {
          one[method]?.(...given);
        } catch {
          // Refused.
        }
      }
    }
  },
};

export const tasks = { ...brinks, ...answers, ...others };
