// SPDX-License-Identifier: MPL-2.0

import { monotonicNs, UserContext, UserMode, wallClockUs } from "@aster/ostd";
import {
  injectScheduler,
  injectUserPageFaultHandler,
  memoryStatistics,
  poweroff,
} from "@aster/ostd";
import { FakeHardware, bootTestKernel } from "@aster/ostd/testing";
import { KernelCommandLine } from "../command-line.ts";
import { EarlyConsole } from "../early-console.ts";
import { registerFileSystems } from "../fs/boot.ts";
import { FileTable } from "../fs/file-table.ts";
import { FsContext } from "../fs/fs-context.ts";
import { Kernel } from "../kernel.ts";
import { Credentials } from "../process/credentials.ts";
import { ResourceLimits } from "../process/limits.ts";
import { createSession } from "../process/membership.ts";
import { Process } from "../process/process.ts";
import { startThread } from "../process/task-loop.ts";
import { Thread } from "../process/thread.ts";
import { KernelScheduler } from "../sched/scheduler.ts";
import { SignalHandlers } from "../signal/handlers.ts";
import { SYSCALLS } from "../syscall/table.ts";
import { AddressSpace, createZeroFrame } from "../vm/address-space.ts";
import { Access, Fault, handleFault } from "../vm/fault.ts";
import { Mapping } from "../vm/mapping.ts";

/**
 * Programs for tests of the kernel, written as generators: each `yield` is one system call (or
 * exception), and gives its result. They run on the fake machine, so that task loop, signal frames
 * and waits are the real ones.
 */
export type Program = (user: User) => Generator<Action, void, number>;

/** What a program does next. */
export type Action =
  | { readonly call: string; readonly args: readonly number[]; readonly child?: Program }
  | { readonly exception: number; readonly address?: number };

const MEMORY_START = 0x10_0000;
const MEMORY_END = 0x20_0000;
const CODE = 0x40_0000;
const HANDLERS = 0x50_0000;
const RESTORER = 0x60_0000;
const SYSCALL_TRAP = 256;
/** 32-bit words of the user frame: see the hardware package. */
const RSP = 8;
const RIP = 32;
const FAULT_ADDRESS = 42;
const ARGUMENTS = [14, 12, 4, 20, 16, 18] as const;
const SA_RESTORER = 0x0400_0000;

/** What a program sees of the machine. */
export class User {
  readonly kernel: Kernel;
  private readonly world: World;
  private next = MEMORY_START + 0x8_0000;

  constructor(kernel: Kernel, world: World) {
    this.kernel = kernel;
    this.world = world;
  }

  /** The thread that runs. */
  get thread(): Thread {
    const thread = this.kernel.currentThread;
    if (thread === undefined) throw new Error("no thread runs");
    return thread;
  }
  /** Room for `size` bytes. */
  room(size: number): number {
    const address = this.next;
    this.next += Math.ceil(size / 16) * 16;
    return address;
  }
  read32(address: number): number {
    return this.thread.memory.readU32(address);
  }
  write32(address: number, value: number): void {
    this.thread.memory.writeU32(address, value >>> 0);
  }
  write64(address: number, value: number): void {
    this.thread.memory.writeNumber64(address, value);
  }
  timespec(ns: number): number {
    const address = this.room(16);
    this.write64(address, Math.floor(ns / 1e9));
    this.write64(address + 8, ns % 1e9);
    return address;
  }

  call(name: string, ...args: number[]): Action {
    return { call: name, args };
  }
  fork(child: Program): Action {
    return { call: "fork", args: [], child };
  }

  /** The call that makes `handler` the handler of `signo`. */
  onSignal(signo: number, handler: Program, flags = 0, maskLow = 0): Action {
    const action = this.room(32);
    this.write64(action, this.world.addHandler(handler));
    this.write64(action + 8, (flags | SA_RESTORER) >>> 0);
    this.write64(action + 16, RESTORER);
    this.write32(action + 24, maskLow);
    this.write32(action + 28, 0);
    return this.call("rt_sigaction", signo, action, 0, 8);
  }
  /** The call that sets `signo` to SIG_DFL (0) or SIG_IGN (1). */
  setAction(signo: number, action: 0 | 1, flags = 0): Action {
    const at = this.room(32);
    this.write64(at, action);
    this.write64(at + 8, flags);
    return this.call("rt_sigaction", signo, at, 0, 8);
  }
}

/** One level of a thread: its program, or a handler that has interrupted it. */
class Activation {
  readonly steps: Generator<Action, void, number>;
  started = false;
  /** Where the program counter stands unless the kernel moved it. */
  rip: number;

  constructor(steps: Generator<Action, void, number>, rip: number) {
    this.steps = steps;
    this.rip = rip;
  }
}

/** A thread as the machine sees it. */
class Player {
  readonly stack: Activation[];

  constructor(program: Activation) {
    this.stack = [program];
  }
}

class World {
  readonly numbers: Map<string, number> = new Map(
    SYSCALLS.map((call) => [call.name, call.number.x86_64]),
  );
  private readonly players: Map<Int32Array, Player> = new Map();
  private readonly waiting: Program[] = [];
  private readonly handlers: Program[] = [];
  user: User | undefined = undefined;

  expectThread(program: Program): void {
    this.waiting.push(program);
  }
  addHandler(program: Program): number {
    this.handlers.push(program);
    return HANDLERS + (this.handlers.length - 1) * 16;
  }

  /** Plays user mode for one entry. */
  enter(words: Int32Array): number {
    const player = this.players.get(words) ?? this.meet(words);
    const rip = words[RIP] ?? 0;
    if (rip >= HANDLERS && rip < RESTORER) return this.startHandler(player, words, rip);
    const top = player.stack.at(-1);
    if (top === undefined) throw new Error("a thread runs without a program");
    if (rip === top.rip - 2) {
      // The kernel wants the call again, or restart_syscall.
      words[RIP] = top.rip;
      return SYSCALL_TRAP;
    }
    top.rip = rip;
    const step = top.started ? top.steps.next(words[0] ?? 0) : top.steps.next(0);
    top.started = true;
    if (!step.done) return this.act(top, words, step.value);
    player.stack.pop();
    if (player.stack.length === 0) {
      throw new Error("a test program ended without exit_group");
    }
    // A handler returns: the return address is popped, and the restorer calls rt_sigreturn.
    words[RSP] = (words[RSP] ?? 0) + 8;
    return this.act(top, words, { call: "rt_sigreturn", args: [] });
  }

  private meet(words: Int32Array): Player {
    const program = this.waiting.shift();
    if (program === undefined || this.user === undefined) throw new Error("an unexpected thread");
    const player = new Player(new Activation(program(this.user), words[RIP] ?? 0));
    this.players.set(words, player);
    return player;
  }

  private startHandler(player: Player, words: Int32Array, rip: number): number {
    const program = this.handlers[(rip - HANDLERS) / 16];
    if (program === undefined || this.user === undefined) throw new Error("a handler nobody set");
    // Beyond the handlers, so that further calls are no new start.
    words[RIP] = RESTORER + 64;
    player.stack.push(new Activation(program(this.user), RESTORER + 64));
    return this.enter(words);
  }

  private act(top: Activation, words: Int32Array, action: Action): number {
    if ("exception" in action) {
      words[FAULT_ADDRESS] = action.address ?? 0;
      words[FAULT_ADDRESS + 1] = 0;
      return action.exception;
    }
    const number = this.numbers.get(action.call) ?? Number(action.call);
    setWord(words, 0, number);
    for (const [index, register] of ARGUMENTS.entries()) {
      setWord(words, register, action.args[index] ?? 0);
    }
    if (action.child !== undefined) this.waiting.push(action.child);
    words[RIP] = (words[RIP] ?? 0) + 2;
    top.rip = words[RIP] ?? 0;
    return SYSCALL_TRAP;
  }
}

function setWord(words: Int32Array, register: number, value: number): void {
  words[register] = value;
  words[register + 1] = value < 0 ? -1 : Math.floor(value / 0x1_0000_0000);
}

export interface RunOptions {
  readonly maxThreads?: number;
  readonly commandLine?: string;
}

/** Runs `init` as process 1 until it calls `done`, and gives the machine and the exit code. */
export async function runPrograms(
  init: Program,
  options: RunOptions = {},
): Promise<{ readonly code: number; readonly hardware: FakeHardware }> {
  const world = new World();
  const hardware = new FakeHardware({
    ramBytes: 32 * 1024 * 1024,
    user: (frame, machine) => {
      machine.advance(1000);
      return world.enter(frame.words);
    },
  });
  return bootTestKernel(() => startKernel(world, init, options), { hardware });
}

function startKernel(world: World, init: Program, options: RunOptions): void {
  const scheduler = new KernelScheduler();
  injectScheduler(scheduler);
  const zeroFrame = createZeroFrame();
  if (zeroFrame === undefined) throw new Error("no memory");
  const kernel = new Kernel(
    new KernelCommandLine(options.commandLine ?? ""),
    { monotonicNs, wallClockUs },
    options.maxThreads ?? 64,
    scheduler,
    zeroFrame,
  );
  kernel.log.subscribe(new EarlyConsole(kernel.log));
  registerFileSystems(kernel);
  injectUserPageFaultHandler((address, isWrite, memory) => {
    const vm = kernel.vmOf(memory);
    if (vm === undefined) return false;
    const access = isWrite ? Access.WRITE : Access.READ;
    return handleFault(vm, address, access, 0) === Fault.RESOLVED;
  });
  world.user = new User(kernel, world);
  world.expectThread(init);
  startThread(makeThread(kernel));
}

function makeThread(kernel: Kernel): Thread {
  const vm = AddressSpace.create(kernel.zeroFrame);
  if (vm === undefined) throw new Error("no memory");
  vm.add(new Mapping({ start: MEMORY_START, end: MEMORY_END, protection: 3, shared: false }));
  const group = createSession(kernel, 0);
  const process = new Process(
    kernel,
    1,
    undefined,
    group,
    vm,
    new SignalHandlers(),
    ResourceLimits.initial(32),
    0,
  );
  const { root } = kernel.vfs;
  const thread = new Thread(
    kernel,
    1,
    process,
    new UserMode(UserContext.create()),
    new FileTable(),
    new FsContext(root, root, 0o022),
    new Credentials(),
    "init",
  );
  thread.context.rip = CODE;
  thread.context.rsp = MEMORY_START + 0x4_0000;
  group.members.add(process);
  process.threads.add(thread);
  process.leader = thread;
  kernel.processes.processes.set(1, process);
  kernel.processes.threads.set(1, thread);
  kernel.processes.lastPid = 1;
  return thread;
}

/** What a program calls when the test is over. */
export function done(): never {
  poweroff(0);
}

/** Frames in use, for tests of leaks. */
export function framesUsed(): number {
  return memoryStatistics().used;
}
