// SPDX-License-Identifier: MPL-2.0

// Every class of the public API whose objects end is found by itself, and each of its members tried
// after the end: a new class without a maker here fails, and so does a new member that answers.

import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { CLASSES } from "./boot.ts";
import * as ostd from "./index.ts";
import { bootTestKernel, enterTestSystem } from "./testing.ts";
import type { TestSystem } from "./testing.ts";

interface Handle extends Disposable {
  drop(): void;
}

/** A handle of each class, by the class's name; `VmSpace.create()` and the like may be out of memory. */
const MAKERS: Readonly<Record<string, () => unknown>> = {
  DisabledLocalIrqGuard: () => ostd.disableLocalIrq(),
  DisabledPreemptGuard: () => ostd.disablePreempt(),
  DmaCoherent: () => ostd.DmaCoherent.alloc(1),
  DmaStream: () => ostd.DmaStream.alloc(1, "toDevice"),
  Frame: () => ostd.Frame.alloc({}),
  FrameList: () => new ostd.FrameList(),
  FrameTable: () => new ostd.FrameTable(),
  HeapBytes: () => ostd.HeapBytes.alloc(64),
  IoMem: () => ostd.IoMem.acquire(0xa000_0000, 0x1000),
  IoPort: () => ostd.IoPort.acquire(0x300, 1),
  IrqCallbackHandle: () => ostd.IrqLine.alloc()?.onActive(() => undefined),
  IrqLine: () => ostd.IrqLine.alloc(),
  LockGuard: () => new ostd.RwLock(1).read(),
  MutexGuard: () => new ostd.Mutex(1).tryLock(),
  RcuReadGuard: () => new ostd.Rcu(1).readLocked(),
  Slab: () => ostd.Slab.alloc(64),
  SpinLockGuard: () => new ostd.SpinLock(1).lock(),
  UFrame: () => new ostd.FrameAllocOptions().allocFrame(),
  USegment: () => new ostd.FrameAllocOptions().allocSegment(2),
  UniqueFrame: () => ostd.UniqueFrame.alloc({}),
  UserContext: () => ostd.UserContext.create(),
  VmSpace: () => ostd.VmSpace.create(),
};

/** Classes that only others extend: no object is of them alone. */
const ABSTRACT: readonly string[] = ["UntypedMemory"];

/** Members that say what a handle was, which does not end with it. */
const ANSWERS: Readonly<Record<string, readonly string[]>> = {
  DmaCoherent: ["size"],
  // The segment is lent, and has ended with the stream; to sync is nothing on x86-64.
  DmaStream: ["size", "direction", "segment", "syncToDevice", "syncFromDevice"],
  Frame: ["isUnique"],
  HeapBytes: ["size"],
  IoMem: ["base", "size"],
  IoPort: ["port", "size"],
  IrqLine: ["num"],
  Slab: ["slotSize", "capacity"],
  UFrame: ["isLive", "frameCount", "size"],
  USegment: ["isLive", "frameCount", "size"],
  UniqueFrame: ["isUnique"],
  // Those that OSTD itself calls are given no bytes here.
  VmSpace: ["lastFaultAddress", "writeFromMemory", "readToMemory", "copyToUser"],
};
const ALWAYS: readonly string[] = ["kind", "isHeld"];

/** Arguments by the number of parameters: no method finds fault with them before it asks for the handle. */
const ARGUMENTS: readonly unknown[] = [0, 1, 0, 0, 0];
/** An array of one zero is bytes, and as a number 0. */
const NO_BYTES: readonly unknown[] = new Array<Uint8Array>(5).fill(new Uint8Array(1));
const FPU_STATE: readonly unknown[] = [new Uint8Array(ostd.FPU_STATE_SIZE), 0];

const USER_BYTES: readonly unknown[] = [0, new Uint8Array(1), 0, 1];

function argumentsOf(owner: string, method: string): unknown[] {
  if (owner === "VmSpace" && method.endsWith("Bytes")) return [...USER_BYTES];
  if (method.endsWith("Fpu")) return [...FPU_STATE];
  return [...(method.endsWith("Bytes") ? NO_BYTES : ARGUMENTS)];
}

interface HandleClass {
  readonly name: string;
  readonly prototype: object;
}

const HANDLES: readonly HandleClass[] = CLASSES.filter(
  (one) => Symbol.dispose in (one as unknown as HandleClass).prototype,
) as unknown as readonly HandleClass[];

/** The members that objects of a class have, its parents' too. */
function membersOf({ prototype }: HandleClass): ReadonlyMap<string, PropertyDescriptor> {
  const found = new Map<string, PropertyDescriptor>();
  for (
    let at: object | null = prototype;
    at !== null && at !== Object.prototype;
    at = Object.getPrototypeOf(at) as object | null
  ) {
    for (const [name, property] of Object.entries(Object.getOwnPropertyDescriptors(at))) {
      if (name !== "constructor" && name !== "drop" && !found.has(name)) found.set(name, property);
    }
  }
  return found;
}

function make(name: string): Handle {
  const made = (MAKERS[name] ?? GUARDS[name])?.();
  if (typeof made !== "object" || made === null) throw new Error(`no ${name} was made`);
  return made as Handle;
}

function messageOf(action: () => unknown): string {
  try {
    const result = action();
    // A generator begins with its first step.
    if (typeof result === "object" && result !== null && "next" in result) {
      (result as Iterator<unknown>).next();
    }
    return `it answered ${String(result)}`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

let system: TestSystem;
beforeEach(() => {
  system = enterTestSystem();
});
afterEach(() => {
  system.leave();
});

function releaseHere(handle: Handle): void {
  handle.drop();
}

function releaseByUsing(name: string): Handle {
  using handle = make(name);
  return handle;
}

test("every class of the API whose objects end has a maker here", () => {
  const names = HANDLES.map(({ name }) => name).sort();
  expect(names).toEqual([...Object.keys(MAKERS), ...ABSTRACT].sort());
});

for (const one of HANDLES.filter(({ name }) => !ABSTRACT.includes(name))) {
  test(`${one.name}: no member but what it was answers after drop`, () => {
    const handle = make(one.name);
    releaseHere(handle);
    for (const [name, property] of membersOf(one)) {
      if (ALWAYS.includes(name) || ANSWERS[one.name]?.includes(name) === true) continue;
      const { get, set } = property;
      const method = property.value as ((...given: readonly unknown[]) => unknown) | undefined;
      const uses: readonly (() => unknown)[] = [
        ...(get === undefined ? [] : [(): unknown => get.call(handle) as unknown]),
        ...(set === undefined ? [] : [(): unknown => set.call(handle, 0) as unknown]),
        ...(typeof method === "function"
          ? [(): unknown => method.apply(handle, argumentsOf(one.name, name))]
          : []),
      ];
      for (const use of uses) {
        expect(`${name}: ${messageOf(use)}`).toMatch(/(?:after drop|twice).*handles\.test\.ts/u);
      }
    }
  });

  test(`${one.name}: a second drop tells where the first was`, () => {
    const handle = make(one.name);
    releaseHere(handle);
    const twice = /dropped twice; the first time at .*handles\.test\.ts/u;
    expect(messageOf(() => handle.drop())).toMatch(twice);
    expect(messageOf(() => handle[Symbol.dispose]())).toMatch(twice);
  });

  test(`${one.name}: \`using\` drops it`, () => {
    const handle = releaseByUsing(one.name);
    expect(messageOf(() => handle.drop())).toMatch(/dropped twice/u);
  });
}

/** Guards of each kind, which belong to the task that took them. */
const GUARDS: Readonly<Record<string, () => unknown>> = {
  ...Object.fromEntries(Object.entries(MAKERS).filter(([name]) => name.endsWith("Guard"))),
  "RwLock's reader": () => new ostd.RwLock(1).read(),
  "RwLock's writer": () => new ostd.RwLock(1).write(),
  "RwMutex's reader": () => new ostd.RwMutex(1).tryRead(),
  "RwMutex's writer": () => new ostd.RwMutex(1).tryWrite(),
};

for (const name of Object.keys(GUARDS)) {
  const isKeptAcrossParks = /^(?:Rw)?Mutex/u.test(name);

  test(`${name}: ${isKeptAcrossParks ? "may" : "may not"} be held across a park`, async () => {
    system.leave();
    const run = bootTestKernel(async () => {
      using _guard = make(name);
      await ostd.Task.yieldNow();
    });
    if (isKeptAcrossParks) expect((await run).code).toBe(0);
    else await expect(run).rejects.toThrow(/parked in atomic mode/u);
  });

  test(`${name}: not for another task`, async () => {
    system.leave();
    // Guards of atomic mode can be met by another context only where their own task ends with them.
    const failure = await bootTestKernel(async () => {
      const taken = make(name);
      let used = "nobody used it";
      new ostd.TaskOptions(() => {
        used = messageOf(() => taken.drop());
      }).spawn();
      await ostd.Task.yieldNow();
      throw new Error(used);
    }).catch((error: unknown) => error);
    expect(String(failure)).toMatch(/used by another task than took it|parked in atomic mode/u);
  });

  test(`${name}: a task does not end with it`, async () => {
    system.leave();
    const run = bootTestKernel(async () => {
      new ostd.TaskOptions(() => {
        make(name);
      }).spawn();
      await ostd.Task.yieldNow();
      await ostd.Task.yieldNow();
    });
    await expect(run).rejects.toThrow(/ended|atomic mode/u);
  });
}
