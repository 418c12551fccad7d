// SPDX-License-Identifier: MPL-2.0

import {
  memoryStatistics,
  monotonicNs,
  PageFlags,
  UserContext,
  UserMode,
  wallClockUs,
} from "@aster/ostd";
import { enterTestSystem } from "@aster/ostd/testing";
import type { FakeHardware, TestSystem } from "@aster/ostd/testing";
import { Errno } from "../abi/errno.ts";
import { KernelCommandLine } from "../command-line.ts";
import { registerDevices } from "../device/devices.ts";
import { probeDrivers } from "../drivers/probe.ts";
import { registerFileSystems } from "../fs/boot.ts";
import { byteString, bytesOf } from "../fs/byte-string.ts";
import { FileTable } from "../fs/file-table.ts";
import { FsContext } from "../fs/fs-context.ts";
import { Kernel } from "../kernel.ts";
import { Credentials } from "../process/credentials.ts";
import { ResourceLimits } from "../process/limits.ts";
import { createSession } from "../process/membership.ts";
import { Process } from "../process/process.ts";
import { Thread } from "../process/thread.ts";
import { BLOCKED } from "../result.ts";
import type { Result } from "../result.ts";
import { KernelScheduler } from "../sched/scheduler.ts";
import { CapabilitySet } from "../security/capabilities.ts";
import { SignalHandlers } from "../signal/handlers.ts";
import { DEVICE_SYSCALLS } from "../syscall/tables/device.ts";
import { FS_SYSCALLS } from "../syscall/tables/fs.ts";
import { AddressSpace, createZeroFrame } from "../vm/address-space.ts";

/** User memory of a test's thread: pages that are mapped and writable from the start. */
const MEMORY_START = 0x10_0000;
const MEMORY_PAGES = 64;
const PAGE_SIZE = 4096;
/** Lies outside user memory: what a bad pointer is. */
export const BAD_ADDRESS = 0x7000_0000;

const ERRNO_NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(Errno).map(([name, value]) => [value, name]),
);

/** A result as tests read it best: "ENOENT", "BLOCKED", or the number. */
export function outcome(result: Result): string | number {
  if (result === BLOCKED) {
    return "BLOCKED";
  }
  return result < 0 ? (ERRNO_NAMES.get(-result) ?? result) : result;
}

/** A kernel on a fake machine, with threads that make system calls but run no program. */
export class TestKernel {
  readonly system: TestSystem;
  readonly kernel: Kernel;
  readonly thread: TestThread;
  private nextPid = 1;

  /** With `hardware`, on the system that is current on it already, and with its drivers. */
  constructor(ramBytes: number = 32 * 1024 * 1024, hardware?: FakeHardware) {
    this.system =
      hardware === undefined
        ? enterTestSystem({ ramBytes })
        : { hardware, interrupt: (): void => undefined, leave: (): void => undefined };
    this.kernel = new Kernel(
      new KernelCommandLine(hardware?.bootInfo.kernelCommandLine ?? ""),
      { monotonicNs, wallClockUs },
      256,
      new KernelScheduler(),
      zeroFrame(),
    );
    if (hardware !== undefined) probeDrivers(this.kernel);
    registerDevices(this.kernel);
    registerFileSystems(this.kernel);
    this.thread = this.newThread();
  }

  /** A process of its own; root unless a user is given. */
  newThread(uid = 0, gid: number = uid): TestThread {
    const { kernel } = this;
    const pid = this.nextPid++;
    const group = createSession(kernel, pid);
    const vm = AddressSpace.create(kernel.zeroFrame);
    if (vm === undefined) {
      throw new Error("no memory for an address space");
    }
    for (let page = 0; page < MEMORY_PAGES; page++) {
      vm.space.mapZeroedPage(MEMORY_START + page * PAGE_SIZE, PageFlags.RW);
    }
    const process = new Process(
      kernel,
      pid,
      undefined,
      group,
      vm,
      new SignalHandlers(),
      ResourceLimits.initial(128),
      0,
    );
    const credentials = new Credentials();
    if (uid !== 0) {
      credentials.uid = credentials.euid = credentials.suid = credentials.fsuid = uid;
      credentials.gid = credentials.egid = credentials.sgid = credentials.fsgid = gid;
      credentials.permitted = credentials.effective = CapabilitySet.NONE;
    }
    const { root } = kernel.vfs;
    const thread = new Thread(
      kernel,
      pid,
      process,
      new UserMode(UserContext.create()),
      new FileTable(kernel.memory),
      new FsContext(root, root, 0o022),
      credentials,
      `test${pid}`,
    );
    process.threads.add(thread);
    process.leader = thread;
    kernel.processes.processes.set(pid, process);
    kernel.processes.threads.set(pid, thread);
    return new TestThread(thread);
  }

  get framesUsed(): number {
    return memoryStatistics().used;
  }

  /** Lets time pass. */
  advance(ns: number): void {
    this.system?.hardware.advance(ns);
  }

  /** Handles what interrupts are pending, timers above all. */
  interrupt(): void {
    this.system.interrupt();
  }

  leave(): void {
    this.system.leave();
  }
}

function zeroFrame(): NonNullable<ReturnType<typeof createZeroFrame>> {
  const frame = createZeroFrame();
  if (frame === undefined) {
    throw new Error("no memory for the zero frame");
  }
  return frame;
}

/** Makes system calls as a program would: by name, with strings and buffers in user memory. */
export class TestThread {
  readonly thread: Thread;
  private next = MEMORY_START;

  constructor(thread: Thread) {
    this.thread = thread;
  }

  /** Calls the system call `name`; strings are copied to user memory. */
  call(name: string, ...args: (number | string)[]): string | number {
    const call = [...FS_SYSCALLS, ...DEVICE_SYSCALLS].find((candidate) => candidate.name === name);
    if (call === undefined) {
      throw new Error(`there is no system call ${name}`);
    }
    const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = args.map((arg) =>
      typeof arg === "string" ? this.text(arg) : arg,
    );
    this.thread.kernel.currentThread = this.thread;
    const result = call.handler(this.thread, a, b, c, d, e, f);
    if (result !== BLOCKED) {
      this.thread.restart.clear();
    }
    return outcome(result);
  }

  /** Room for `size` bytes of user memory; the area is used again and again. */
  room(size: number): number {
    const aligned = Math.ceil(size / 16) * 16;
    if (this.next + aligned > MEMORY_START + MEMORY_PAGES * PAGE_SIZE) {
      this.next = MEMORY_START;
    }
    const address = this.next;
    this.next += aligned;
    return address;
  }

  text(text: string): number {
    return this.bytes(bytesOf(`${text}\0`));
  }
  bytes(bytes: Uint8Array): number {
    const address = this.room(bytes.length);
    this.thread.memory.writeBytes(address, bytes, 0, bytes.length);
    return address;
  }
  peek(address: number, size: number): Uint8Array {
    const bytes = new Uint8Array(size);
    this.thread.memory.readBytes(address, bytes, 0, size);
    return bytes;
  }
  view(address: number, size: number): DataView {
    return new DataView(this.peek(address, size).buffer);
  }

  // --- Short forms of what most tests do

  open(path: string, flags: number, mode = 0o644): number {
    const fd = this.call("open", path, flags, mode);
    if (typeof fd === "string") {
      throw new Error(`open ${path}: ${fd}`);
    }
    return fd;
  }
  write(fd: number, text: string): string | number {
    return this.call("write", fd, this.bytes(bytesOf(text)), text.length);
  }
  /** What a read gives: the text, or why there is none. */
  read(fd: number, size: number): string | { readonly failed: string } {
    const address = this.room(size);
    const count = this.call("read", fd, address, size);
    return typeof count === "string" ? { failed: count } : byteString(this.peek(address, count));
  }
  pread(fd: number, size: number, offset: number): string | { readonly failed: string } {
    const address = this.room(size);
    const count = this.call("pread64", fd, address, size, offset);
    return typeof count === "string" ? { failed: count } : byteString(this.peek(address, count));
  }
  /** The whole of a file by its path name. */
  contents(path: string): string {
    const fd = this.open(path, 0);
    let text = "";
    for (;;) {
      const part = this.read(fd, 4096);
      if (typeof part !== "string") {
        throw new Error(`read ${path}: ${part.failed}`);
      }
      if (part === "") {
        break;
      }
      text += part;
    }
    this.call("close", fd);
    return text;
  }
  /** Makes a file with these contents. */
  put(path: string, text: string, mode = 0o644): void {
    const fd = this.open(path, 0o1101, mode);
    let written = 0;
    while (written < text.length) {
      const count = this.write(fd, text.slice(written, written + 65_536));
      if (typeof count === "string") {
        throw new Error(`write ${path}: ${count}`);
      }
      written += count;
    }
    this.call("close", fd);
  }

  stat(path: string, call = "lstat"): TestStat | string {
    const address = this.room(144);
    const result = this.call(call, path, address);
    return typeof result === "string" ? result : new TestStat(this.view(address, 144));
  }
  fstat(fd: number): TestStat {
    const address = this.room(144);
    this.call("fstat", fd, address);
    return new TestStat(this.view(address, 144));
  }

  /** Names in a directory, "." and ".." too, in the order of getdents64. */
  list(path: string, bufferSize = 4096): string[] {
    const fd = this.open(path, 0o200000);
    const names: string[] = [];
    for (;;) {
      const entries = this.entries(fd, bufferSize);
      if (entries.length === 0) {
        break;
      }
      names.push(...entries.map(({ name }) => name));
    }
    this.call("close", fd);
    return names;
  }
  /** One getdents64. */
  entries(fd: number, bufferSize: number): { name: string; type: number; ino: number }[] {
    const address = this.room(bufferSize);
    const count = this.call("getdents64", fd, address, bufferSize);
    if (typeof count === "string") {
      throw new Error(`getdents64: ${count}`);
    }
    const bytes = this.peek(address, count);
    const view = new DataView(bytes.buffer);
    const entries: { name: string; type: number; ino: number }[] = [];
    for (let at = 0; at < count; at += view.getUint16(at + 16, true)) {
      const end = bytes.indexOf(0, at + 19);
      entries.push({
        name: byteString(bytes, at + 19, end),
        type: bytes[at + 18] ?? 0,
        ino: Number(view.getBigUint64(at, true)),
      });
    }
    return entries;
  }
  readlink(path: string): string {
    const address = this.room(4096);
    const count = this.call("readlink", path, address, 4096);
    return typeof count === "string" ? count : byteString(this.peek(address, count));
  }
}

/** struct stat. */
export class TestStat {
  private readonly view: DataView;

  constructor(view: DataView) {
    this.view = view;
  }
  private u64(offset: number): number {
    return Number(this.view.getBigInt64(offset, true));
  }
  get dev(): number {
    return this.u64(0);
  }
  get ino(): number {
    return this.u64(8);
  }
  get nlink(): number {
    return this.u64(16);
  }
  get mode(): number {
    return this.view.getUint32(24, true);
  }
  get uid(): number {
    return this.view.getUint32(28, true);
  }
  get gid(): number {
    return this.view.getUint32(32, true);
  }
  get rdev(): number {
    return this.u64(40);
  }
  get size(): number {
    return this.u64(48);
  }
  get blockSize(): number {
    return this.u64(56);
  }
  get blocks(): number {
    return this.u64(64);
  }
  get atime(): number {
    return this.u64(72);
  }
  get mtime(): number {
    return this.u64(88);
  }
  get mtimeNs(): number {
    return this.u64(96);
  }
  get ctime(): number {
    return this.u64(104);
  }
}
