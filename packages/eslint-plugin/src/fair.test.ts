// SPDX-License-Identifier: MPL-2.0

// Ordinary code of kernels: the preset has nothing to say of it. What a rule takes away by mistake is
// found here.

import { fileURLToPath } from "node:url";
import { expect, test } from "@jest/globals";
import { Linter } from "eslint";
import { safe } from "./index.ts";

const PROJECT = fileURLToPath(new URL("../test/project", import.meta.url));

function problems(code: string): readonly string[] {
  const parserOptions = {
    project: "./tsconfig.json",
    tsconfigRootDir: PROJECT,
    // Where CI=true is set the parser would take each file's text from the disk instead of ours.
    disallowAutomaticSingleRunInference: true,
  };
  const languageOptions = { ...safe.languageOptions, parserOptions };
  const config = [{ files: ["**/*.ts"], ...safe, languageOptions }];
  const messages = new Linter({ cwd: PROJECT }).verify(code, config, {
    filename: `${PROJECT}/src/file.ts`,
  });
  return messages.map(({ ruleId, message }) => `${ruleId ?? "syntax"}: ${message}`);
}

const FAIR: Readonly<Record<string, string>> = {
  "error numbers": `
export const EIO = 5;
export const read = (fd: number): number => (fd < 0 ? -EIO : 0);
`,
  "a lookup with a default": `
export const name = (names: ReadonlyMap<number, string>, id: number): string => names.get(id) ?? "?";
`,
  "a class with private state": `
export class Pipe {
  private readonly waiting: number[] = [];
  private bytes = 0;
  push(n: number): void {
    this.waiting.push(n);
    this.bytes += n;
  }
  get length(): number {
    return this.bytes;
  }
}
`,
  "an abstract class and an heir": `
export abstract class Inode {
  protected size = 0;
  abstract read(at: number): number;
  grow(by: number): void {
    this.size += by;
  }
}
export class RamInode extends Inode {
  private readonly data: number[] = [];
  override read(at: number): number {
    return this.data[at] ?? 0;
  }
}
export const open = (list: readonly Inode[]): number => list.reduce((n, i) => n + i.read(0), 0);
export const first = (): Inode => new RamInode();
`,
  "a table of makers": `
interface FileOps {
  read(at: number, bytes: Uint8Array): number;
  poll?(): number;
}
export class Null implements FileOps {
  read(): number {
    return 0;
  }
}
export const table: ReadonlyMap<string, () => FileOps> = new Map([["null", () => new Null()]]);
`,
  "callbacks of lists": `
export const sum = (list: readonly number[]): number => list.map((x) => x * 2).filter((x) => x > 1).reduce((a, b) => a + b, 0);
`,
  "a sorted copy": `
export const sorted = (list: readonly { readonly at: number }[]): readonly { readonly at: number }[] => [...list].sort((a, b) => a.at - b.at);
`,
  "words out of bytes": `
export const u16 = (bytes: Uint8Array, at: number): number => (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
`,
  "a list that grows by undefined": `
export const pad = (names: (string | undefined)[], n: number): void => {
  while (names.length < n) names.push(undefined);
};
export const make = (): (string | undefined)[] => {
  const names: (string | undefined)[] = ["a"];
  pad(names, 3);
  return names;
};
`,
  "a generic table": `
export class Table<T> {
  private readonly slots: (T | undefined)[] = [];
  add(value: T): number {
    const free = this.slots.indexOf(undefined);
    const at = free < 0 ? this.slots.length : free;
    this.slots[at] = value;
    return at;
  }
  get(at: number): T | undefined {
    return this.slots[at];
  }
}
export const open = (): Table<string> => new Table<string>();
`,
  "a union told apart by its kind": `
type Event = { readonly kind: "in"; readonly bytes: number } | { readonly kind: "out"; readonly space: number };
export const size = (event: Event): number => (event.kind === "in" ? event.bytes : event.space);
export const inward = (bytes: number): Event => ({ kind: "in", bytes });
`,
  "a union told apart by in": `
type Found = { readonly inode: number } | { readonly errno: number };
export const look = (n: number): Found => (n > 0 ? { inode: n } : { errno: 2 });
export const code = (found: Found): number => ("errno" in found ? found.errno : 0);
`,
  "options with defaults": `
interface Options {
  readonly block?: boolean;
  readonly max?: number;
}
export const run = ({ block = false, max = 5 }: Options = {}): number => (block ? max : 0);
export const both = (): number => run() + run({ block: true });
`,
  "a generator": `
export function* range(n: number): Generator<number, void, unknown> {
  for (let i = 0; i < n; i += 1) yield i;
}
export const all = (): readonly number[] => [...range(3)];
`,
  "a semaphore": `
import { WaitQueue, monotonicNs } from "@aster/ostd";
export class Semaphore {
  private readonly queue = new WaitQueue();
  private count = 0;
  async down(): Promise<void> {
    while (this.count === 0) await this.queue.wait(monotonicNs() + 5);
    this.count -= 1;
  }
  up(): void {
    this.count += 1;
    this.queue.wakeOne();
  }
}
`,
  "a mutex held by using": `
import { Mutex } from "@aster/ostd";
export class Counter {
  private readonly lock = new Mutex({ value: 0 }, { name: "counter" });
  async add(by: number): Promise<number> {
    using guard = await this.lock.lock();
    guard.value.value += by;
    return guard.value.value;
  }
}
`,
  "a spin lock": `
import { SpinLock } from "@aster/ostd";
export class Ring {
  private readonly items = new SpinLock<number[]>([]);
  push(item: number): void {
    using guard = this.items.lock();
    guard.value.push(item);
  }
}
`,
  "a timer": `
import { Timer, monotonicNs } from "@aster/ostd";
export class Alarm {
  private fired = 0;
  private readonly timer = new Timer({ onTimer: () => this.expired() });
  start(): void {
    this.timer.set(monotonicNs() + 1000);
  }
  private expired(): void {
    this.fired += 1;
  }
}
`,
  "a driver that owns its device": `
import { DmaStream, IoMem, type IrqLine } from "@aster/ostd";
export class Driver {
  private readonly registers: IoMem;
  private readonly line: IrqLine;
  private readonly buffer: DmaStream;
  constructor(registers: IoMem, line: IrqLine, buffer: DmaStream) {
    this.registers = registers;
    this.line = line;
    this.buffer = buffer;
  }
  drop(): void {
    this.registers.writeU32(0, 0);
    this.line.drop();
    this.buffer.drop();
    this.registers.drop();
  }
}
export const probe = (base: number): IoMem | undefined => {
  const memory = IoMem.acquire(base, 64);
  return typeof memory === "string" ? undefined : memory;
};
`,
  "a task": `
import { Task, TaskOptions } from "@aster/ostd";
export const start = (rounds: number): Task =>
  new TaskOptions(async () => {
    for (let i = 0; i < rounds; i += 1) await Task.yieldNow();
  }).spawn();
`,
  "state of a system": `
import { SystemLocal } from "@aster/ostd";
const PIDS: SystemLocal<{ next: number }> = new SystemLocal(() => ({ next: 1 }));
export const pid = (): number => PIDS.get().next++;
`,
  "an address space": `
import { PageFlags, VmSpace } from "@aster/ostd";
export const space = (): VmSpace | undefined => {
  const made = VmSpace.create();
  if (made === undefined) return undefined;
  made.mapZeroedPage(0x1000, PageFlags.RW);
  return made;
};
`,
  "a fault handler": `
import { PageFlags, VmSpace, injectUserPageFaultHandler, pageOffset } from "@aster/ostd";
export const setup = (): void =>
  injectUserPageFaultHandler((address, write, space) => {
    if (!write || !(space instanceof VmSpace)) return false;
    return space.mapZeroedPage(address - pageOffset(address), PageFlags.RW);
  });
`,
  "constant tables": `
const NAMES = ["read", "write"] as const;
const BY_NAME: ReadonlyMap<string, number> = new Map(NAMES.map((name, i) => [name, i]));
export const numberOf = (name: string): number => BY_NAME.get(name) ?? -1;
`,
  "JSON that is looked at": `
export const port = (text: string): number => {
  const value: unknown = JSON.parse(text);
  return typeof value === "number" ? value : 0;
};
`,
  "an error of its own": `
export class Fault extends Error {
  readonly errno: number;
  constructor(errno: number) {
    super(\`errno \${errno}\`);
    this.errno = errno;
  }
}
`,
  "elements changed over": `
export const swap = (list: number[], i: number, j: number): void => {
  [list[i], list[j]] = [list[j] ?? 0, list[i] ?? 0];
};
`,
  "bits of flags": `
export const isSet = (flags: number, bit: number): boolean => ((flags >>> bit) & 1) !== 0;
`,
  "a linked list": `
interface Node {
  readonly value: number;
  next: Node | undefined;
}
export const push = (head: Node | undefined, value: number): Node => ({ value, next: head });
export const length = (head: Node | undefined): number => {
  let n = 0;
  for (let at = head; at !== undefined; at = at.next) n += 1;
  return n;
};
`,
  "a method in a callback": `
export class Bus {
  private readonly seen: number[] = [];
  private note(n: number): void {
    this.seen.push(n);
  }
  each(list: readonly number[]): void {
    list.forEach((n) => this.note(n));
  }
}
`,
  "bytes of a text": `
export const bytesOf = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));
`,
  "a generic interface": `
interface Source<T> {
  next(): T | undefined;
}
export class Numbers implements Source<number> {
  private n = 0;
  next(): number {
    return ++this.n;
  }
}
export const take = <T>(source: Source<T>): T | undefined => source.next();
export const one = (): number | undefined => take(new Numbers());
`,
  "a constrained parameter": `
interface Named {
  readonly name: string;
}
export const names = <T extends Named>(list: readonly T[]): readonly string[] => list.map((one) => one.name);
export const use = (list: { readonly name: string; readonly n: number }[]): readonly string[] => names(list);
`,
  "an optional callback": `
interface Request {
  readonly sector: number;
  done?: (status: number) => void;
}
export const submit = (request: Request): void => request.done?.(0);
export const go = (): void => submit({ sector: 1, done: (s) => s.toFixed() });
`,
};

test.each(Object.entries(FAIR))("passes: %s", (_name, code) => {
  expect(problems(code)).toEqual([]);
});
