// SPDX-License-Identifier: MPL-2.0

// Tasks that wait, wake, lock and misuse guards under schedulers that do what they like.

import { HostileScheduler } from "./hostile-scheduler.mjs";
import { FakeHardware, bootKernel, ostd } from "./ostd.mjs";
import { Random } from "./random.mjs";
import { Violation, demand } from "./violation.mjs";

const { Mutex, RwMutex, SpinLock, Task, TaskOptions, WaitQueue } = ostd;

/** What the tasks of one system share, and what the oracle knows of them. */
class Stage {
  constructor(random) {
    this.random = random;
    this.queue = new WaitQueue();
    this.mutex = new Mutex(0, { name: "mutex" });
    this.shared = new RwMutex(0, { name: "shared" });
    this.spin = new SpinLock(0, { name: "spin" });
    this.inside = 0;
    this.readers = 0;
    this.writers = 0;
    this.ended = new Set();
    this.operations = 0;
    this.violation = undefined;
  }

  /** Where a task goes on after a wait: it must be the one that runs. */
  resumed(me) {
    const current = Task.current();
    this.demand(current === me.task, "one-task-at-a-time", "a task goes on while another one runs");
    this.demand(!this.ended.has(me), "one-task-at-a-time", "a task runs after its end");
  }

  /** Violations end the system as panics do; they are kept, whoever catches what is thrown. */
  demand(condition, invariant, message) {
    try {
      demand(condition, invariant, message);
    } catch (error) {
      this.violation ??= error;
      throw error;
    }
  }
}

async function step(stage, me) {
  const { random } = stage;
  stage.operations += 1;
  switch (random.below(8)) {
    case 0:
      await Task.yieldNow();
      break;
    case 1:
      await stage.queue.wait(ostd.monotonicNs() + random.below(1_000_000));
      break;
    case 2:
      stage.queue.wakeAll();
      break;
    case 3: {
      const guard = await stage.mutex.lock();
      stage.resumed(me);
      stage.inside += 1;
      stage.demand(stage.inside === 1, "mutual-exclusion", "two tasks hold a mutex");
      await Task.yieldNow();
      stage.resumed(me);
      stage.inside -= 1;
      guard.drop();
      break;
    }
    case 4: {
      const isWriter = random.oneIn(3);
      const guard = await (isWriter ? stage.shared.write() : stage.shared.read());
      stage.resumed(me);
      stage[isWriter ? "writers" : "readers"] += 1;
      stage.demand(
        stage.writers <= 1 && (stage.writers === 0 || stage.readers === 0),
        "mutual-exclusion",
        "a writer is not alone",
      );
      await Task.yieldNow();
      stage[isWriter ? "writers" : "readers"] -= 1;
      guard.drop();
      break;
    }
    case 5: {
      const guard = stage.spin.lock();
      stage.demand(stage.spin.tryLock() === undefined, "mutual-exclusion", "a spin lock twice");
      guard.drop();
      break;
    }
    case 6:
      if (random.oneIn(4)) spawn(stage, 5);
      break;
    default:
      stage.queue.wakeOne();
  }
  stage.resumed(me);
}

function spawn(stage, steps) {
  const me = { task: undefined };
  me.task = new TaskOptions(async () => {
    for (let i = 0; i < steps; i++) await step(stage, me);
    stage.ended.add(me);
  }).build();
  me.task.run();
}

/** Misuse that must end the system, and by what text it does. */
const MISUSES = [
  {
    invariant: "guard-stays",
    text: "used by another task",
    run: async () => {
      const guard = await new Mutex(1).lock();
      new TaskOptions(() => void guard.value).spawn();
      await Task.yieldNow();
      guard.drop();
    },
  },
  {
    invariant: "lock-order",
    text: "lock order",
    run: async () => {
      const [a, b] = [new Mutex(0, { name: "a" }), new Mutex(0, { name: "b" })];
      const pair = async (first, second) => {
        const outer = await first.lock();
        (await second.lock()).drop();
        outer.drop();
      };
      await pair(a, b);
      await pair(b, a);
    },
  },
  {
    invariant: "no-sleep-in-atomic-mode",
    text: "atomic mode",
    run: async () => {
      new SpinLock(0).lock();
      await Task.yieldNow();
    },
  },
  {
    invariant: "no-sleep-in-atomic-mode",
    text: "atomic mode",
    run: async () => {
      ostd.disableLocalIrq();
      await new WaitQueue().wait();
    },
  },
  {
    invariant: "use-after-release",
    text: "after drop",
    run: async () => {
      const guard = await new Mutex(0).lock();
      guard.drop();
      void guard.value;
    },
  },
];

/** Boots a system for `entry`; what it panicked with, if it did. */
async function boot(entry) {
  let failure;
  const panicHandler = (error) => {
    failure ??= error;
  };
  await bootKernel(ostd.main(entry, { panicHandler }), new FakeHardware());
  return failure;
}

async function attackOnce(random) {
  if (random.oneIn(8)) {
    const { invariant, text, run } = random.pick(MISUSES);
    const failure = await boot(run);
    demand(
      failure !== undefined && failure.message.includes(text),
      invariant,
      () => `expected a panic with "${text}", got: ${failure}`,
    );
    return 1;
  }
  const badOneIn = random.pick([0, 0, 200, 40]);
  let stage;
  const failure = await boot(() => {
    stage = new Stage(random);
    ostd.injectScheduler(new HostileScheduler(random, badOneIn));
    for (let i = 0; i < 6; i++) spawn(stage, 20);
  });
  if (stage.violation !== undefined) throw stage.violation;
  if (failure !== undefined && !(failure instanceof ostd.KernelPanic)) {
    // The fake machine ends a system whose tasks all wait for ever: a forgetful scheduler may.
    demand(/idles for ever/u.test(failure.message), "no-exception", () => String(failure.stack));
  }
  demand(badOneIn > 0 || failure === undefined, "no-unasked-panic", () => String(failure?.stack));
  return stage.operations;
}

/** Runs at least `operations` operations of tasks from `seed` on; undefined, or the violation. */
export async function attackTasks(seed, operations) {
  let done = 0;
  for (let system = 0; done < operations; system++) {
    const own = (seed + Math.imul(system, 0x9e3779b1)) >>> 0;
    try {
      done += await attackOnce(new Random(own));
    } catch (error) {
      if (!(error instanceof Violation)) throw error;
      return { error, seed: own, done };
    }
  }
  return { error: undefined, seed, done };
}
