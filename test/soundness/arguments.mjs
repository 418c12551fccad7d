// SPDX-License-Identifier: MPL-2.0

/**
 * Attacks OSTD by arguments that are not what their types say: any method of any object with numbers
 * that act or change while they are looked at, texts, arrays with members of their own, callbacks that
 * throw. It does not know what a call ought to do: it looks at what must hold whatever is called.
 */

import { HostileDevice } from "./hostile-device.mjs";
import { argumentFor } from "./hostile-arguments.mjs";
import { observe } from "./observer.mjs";
import {
  createMachine,
  enterTestSystem,
  loadTier0,
  ostd,
  seededEntropy,
  VirtualClock,
} from "./ostd.mjs";
import { Random } from "./random.mjs";
import { readSignatures } from "./signatures.mjs";
import { StackAllocator } from "./stack-allocator.mjs";
import { Violation, demand } from "./violation.mjs";
import { walkDeviceTables, walkUserTables } from "./walk.mjs";

const PAGE = 4096;
const RAM_BYTES = 8 * 1024 * 1024;
const OBJECTS_MAX = 60;
const CANARIES_MAX = 40;
const PER_SYSTEM = 2000;
const CALLS_PER_CHECK = 16;
/** Fills the frames that nobody may read or write. */
const SECRET = 0x5ec2_e7a5;

const bufferOf = Object.getOwnPropertyDescriptor(
  Object.getPrototypeOf(Uint8Array.prototype),
  "buffer",
).get;

/** Fills the frame that a text or a strange array is tried on. */
const MARK = 0x77;

/** Calls that end the run, wait, or reach what the machine is made of, and not OSTD. */
const LEFT_OUT = new Set(["execute", "lock", "read", "write", "wait", "waitUntil", "yieldNow"]);

const MAKERS = [
  () => new ostd.FrameAllocOptions().allocFrame(),
  () => new ostd.FrameAllocOptions().allocSegment(3),
  () => ostd.VmSpace.create(),
  filledTable,
  () => new ostd.FrameList(),
  () => ostd.UniqueFrame.alloc({}),
  () => ostd.Frame.alloc({}),
  () => ostd.DmaCoherent.alloc(1),
  () => ostd.DmaStream.alloc(2, "fromDevice"),
  () => ostd.HeapBytes.alloc(48),
  () => ostd.Slab.alloc(64),
  () => ostd.UserContext.create(),
  () => ostd.IoMem.acquire(0xc000_0000, 0x1000),
  () => ostd.IrqLine.alloc(),
  () => ostd.VmReader.from(new Uint8Array(64)),
  () => ostd.VmWriter.from(new Uint8Array(64)),
  () => new ostd.Timer({ onTimer: () => undefined }),
  () => ostd.PageProperty.newUser(7),
];
/** Methods that are no part of an attack on memory. */
const SIGNATURES = readSignatures();
const STATICS = [...SIGNATURES].flatMap(([name, { methods }]) =>
  methods.filter(({ kind }) => kind === "static").map((method) => ({ owner: ostd[name], method })),
);

/** The methods of the class called `name`, its parents' too. */
function methodsOf(name) {
  const { parent, methods } = SIGNATURES.get(name) ?? { methods: [] };
  const own = methods.filter((method) => method.kind !== "static" && !LEFT_OUT.has(method.name));
  return parent === undefined ? own : [...own, ...methodsOf(parent)];
}

const METHODS = new Map([...SIGNATURES.keys()].map((name) => [name, methodsOf(name)]));

function filledTable() {
  const table = new ostd.FrameTable();
  for (let index = 0; index < 3; index++) {
    const frame = new ostd.FrameAllocOptions().allocFrame();
    if (frame === undefined) break;
    table.set(index, frame);
    frame.drop();
  }
  return table;
}

export class ArgumentWorld {
  constructor(seed) {
    this.random = new Random(seed);
    this.allocator = new StackAllocator();
    this.device = new HostileDevice();
    const machine = createMachine({
      ramBytes: RAM_BYTES,
      devices: [this.device],
      bus: "pci",
      iommu: true,
      clock: new VirtualClock(),
      entropy: seededEntropy(seed),
      tier0: loadTier0(),
    });
    const { hardware, seen } = observe(machine);
    this.seen = seen;
    seen.isTableFrame = (pfn) => !this.allocator.free.has(pfn);
    this.system = enterTestSystem({
      hardware,
      policies: { frameAllocator: () => this.allocator },
    });
    ostd.injectUserPageFaultHandler((address, _write, space) => this.onFault(address, space));
    // From here on only what was acquired may be touched, and the IOMMU's own registers by OSTD.
    seen.window = undefined;
    const { bytes } = machine.ram[0];
    this.words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
    this.objects = [];
    this.roots = new Map();
    this.canaries = new Map();
    this.arrays = [];
    this.depth = 0;
    this.target = undefined;
  }

  onFault(address, space) {
    if (this.random.oneIn(4)) this.act();
    return this.random.oneIn(2) && space.mapZeroedPage(address - (address % PAGE), 3);
  }

  keep(value) {
    if (typeof value !== "object" || value === null) return;
    const known = Object.getPrototypeOf(value)?.constructor;
    if (typeof known !== "function" || ostd[known.name] !== known) return;
    this.#demandNoTable(value);
    if (this.objects.length < OBJECTS_MAX) {
      this.objects.push(value);
    } else {
      // The one that makes room is given up, or memory would be out.
      const place = this.random.below(OBJECTS_MAX);
      this.#giveUp(this.objects[place]);
      this.objects[place] = value;
    }
    if (value instanceof ostd.VmSpace) {
      try {
        value.activate();
        this.roots.set(value, this.seen.root);
        for (let page = 0; page < 4; page++) value.mapZeroedPage(page * PAGE, 3);
      } catch (error) {
        // Dropped by who made it.
        this.consider(error);
      }
    }
  }

  #giveUp(object) {
    try {
      object.drop?.();
    } catch (error) {
      this.consider(error);
    }
  }

  /** A handle came out of a call: it must be one of raw bytes. */
  #demandNoTable(handle) {
    if (!(handle instanceof ostd.UFrame || handle instanceof ostd.USegment)) return;
    let first;
    let count;
    try {
      // Past what was put over the handle's own members, by which it would name frames that are not its.
      first = memberOf(handle, "paddr") / PAGE;
      count = Math.min(memberOf(handle, "frameCount"), 8);
    } catch {
      return;
    }
    for (let pfn = first; pfn < first + count; pfn++) {
      const isTyped = this.canaries.has(pfn) || this.seen.root / PAGE === pfn;
      demand(!isTyped, "typed-hidden", () => `a handle on frame ${pfn}, which is typed`);
      demand(!this.allocator.free.has(pfn), "freed-after-use", "a handle on a free frame");
    }
  }

  /** A frame that belongs to someone else: it is full of the secret, and stays so. */
  plantCanary() {
    if (this.canaries.size >= CANARIES_MAX) this.#removeCanary();
    const frame = ostd.UniqueFrame.alloc({});
    if (frame === undefined) return;
    const pfn = frame.paddr / PAGE;
    this.canaries.set(pfn, frame);
    this.words.fill(SECRET, (pfn * PAGE) / 4, ((pfn + 1) * PAGE) / 4);
  }

  #removeCanary() {
    const [[pfn, frame]] = this.canaries;
    this.#demandWhole(pfn);
    this.words.fill(0, (pfn * PAGE) / 4, ((pfn + 1) * PAGE) / 4);
    this.canaries.delete(pfn);
    frame.drop();
  }

  /** What code of the kernel's does in the middle of a call. */
  act() {
    if (this.depth > 1) return;
    this.depth += 1;
    try {
      const object = this.random.oneIn(3) ? this.random.pick(this.objects) : this.target;
      if (this.random.oneIn(8)) this.callSomething();
      else if (this.random.oneIn(8)) this.keep(ostd.VmSpace.create());
      else if (object instanceof ostd.VmSpace) object.unmapRange(0, 2 ** 47);
      else object?.drop?.();
      for (let i = 0; i < 5; i++) this.plantCanary();
    } catch (error) {
      this.consider(error);
    } finally {
      this.depth -= 1;
    }
  }

  consider(error) {
    if (error instanceof Violation) throw error;
    if (error instanceof ostd.KernelPanic && /a bug of OSTD/u.test(error.message)) {
      throw new Violation("no-unasked-panic", error.message);
    }
  }

  /**
   * A frame of which each byte is marked, for `attempt`, which may reach no other: what it returns is
   * of marks, or it was refused.
   */
  #onMarkedFrame(name, attempt) {
    this.operation = name;
    const frame = new ostd.FrameAllocOptions().allocFrame();
    if (frame === undefined) return;
    frame.fill(MARK);
    try {
      const result = attempt(frame);
      const isOwn = result === undefined || [MARK, MARK * 0x101, MARK * 0x1010101].includes(result);
      demand(isOwn, "range-checked", () => `${name} gave ${result}, which is of another frame`);
    } catch (error) {
      this.consider(error);
    }
    this.#giveUp(frame);
  }

  /** A text is the number that it says, or nothing: never something to put behind an address. */
  readByText() {
    const { random } = this;
    const name = random.pick(["readU8", "readU16", "readU32"]);
    const offset = random.pick(["0", "4", "16", " 8 ", "0x10", "4088", "", "1e2"]);
    this.#onMarkedFrame(name, (frame) => frame[name](offset));
  }

  /** What passes for bytes, and whose elements give the frame away while they are copied. */
  copyStrangeArray() {
    const { random } = this;
    const isRead = random.oneIn(2);
    this.#onMarkedFrame(isRead ? "readBytes" : "writeBytes", (frame) => {
      const view = new DataView(new ArrayBuffer(64));
      const steal = () => {
        this.#giveUp(frame);
        for (let i = 0; i < 5; i++) this.plantCanary();
        return 0x67;
      };
      for (let i = 0; i < 32; i++) Object.defineProperty(view, i, { get: steal, set: steal });
      Object.defineProperty(view, "length", { value: 64 });
      const bytes = random.oneIn(2) ? Object.setPrototypeOf(view, Uint8Array.prototype) : view;
      const count = 1 + random.below(32);
      if (isRead) frame.readBytes(0, bytes, 0, count);
      else frame.writeBytes(0, bytes, 0, count);
      demand(false, "arguments are what was checked", "what is no array of bytes was copied");
    });
    for (const pfn of this.canaries.keys()) this.#demandWhole(pfn);
  }

  /** A number to write that gives the frame away while it is looked at. */
  writeActingNumber() {
    const name = this.random.pick(["writeU8", "writeU16", "writeU32"]);
    this.#onMarkedFrame(name, (frame) => {
      const valueOf = () => {
        this.#giveUp(frame);
        for (let i = 0; i < 5; i++) this.plantCanary();
        return 0x67;
      };
      frame[name](this.random.pick([0, 8, 4088]), { valueOf });
    });
    for (const pfn of this.canaries.keys()) this.#demandWhole(pfn);
  }

  callSomething() {
    if (this.random.oneIn(8)) {
      const { owner, method } = this.random.pick(STATICS);
      if (LEFT_OUT.has(method.name) || owner === undefined) return;
      const given = method.parameters.map((wanted) => argumentFor(this, wanted));
      this.call(method.name, () => owner[method.name](...given));
      return;
    }
    const object = this.random.oneIn(4) ? this.random.pick(this.objects) : this.#make();
    if (object === undefined) return;
    const methods = METHODS.get(Object.getPrototypeOf(object).constructor.name) ?? [];
    let method = this.random.pick(methods);
    if (method?.parameters.length === 0) method = this.random.pick(methods);
    // What ends objects has its turn in `act`, in the middle of other calls.
    if (method === undefined || (method.name === "drop" && !this.random.oneIn(4))) return;
    if (this.random.oneIn(6)) this.putOver(object);
    const given = method.parameters.map((wanted) => argumentFor(this, wanted));
    this.target = object;
    this.call(method.name, () => {
      if (method.kind === "set") object[method.name] = given[0];
      else if (method.kind === "get") return object[method.name];
      else return object[method.name](...given);
      return undefined;
    });
  }

  /** A new object, which is surely live. */
  #make() {
    try {
      const made = this.random.pick(MAKERS)();
      if (typeof made !== "object") return undefined;
      this.keep(made);
      return made;
    } catch (error) {
      this.consider(error);
      return undefined;
    }
  }

  /** Puts a member of the kernel's own over one of a handle's. */
  putOver(object) {
    const { name: className } = Object.getPrototypeOf(object).constructor;
    const { name, kind } = this.random.pick(METHODS.get(className) ?? [{}]) ?? {};
    const alike = this.objects.filter((other) => other.constructor === object.constructor);
    const answer = this.random.pick([5000, 1, 3 * PAGE + 7, ...alike]);
    const value = kind === "get" ? answer : () => answer;
    try {
      Object.defineProperty(object, name, { value, configurable: true, writable: true });
    } catch {
      // Frozen.
    }
  }

  call(name, action) {
    this.operation = name;
    let result;
    try {
      result = action();
      if (typeof result?.next === "function") {
        for (let i = 0; i < 3; i++) this.keep(result.next().value);
      }
    } catch (error) {
      this.consider(error);
    }
    demand(result !== SECRET, "typed-hidden", "a typed frame was read as a number");
    for (const bytes of this.arrays.splice(0)) this.#demandNoSecret(bytes);
    this.keep(result);
    this.keep(result?.frame);
  }

  #demandNoSecret(bytes) {
    const plain = new Uint8Array(bufferOf.call(bytes));
    for (
      let at = plain.indexOf(SECRET & 0xff);
      at >= 0;
      at = plain.indexOf(SECRET & 0xff, at + 1)
    ) {
      const isSecret =
        plain[at + 1] === ((SECRET >>> 8) & 0xff) && plain[at + 2] === ((SECRET >>> 16) & 0xff);
      demand(!isSecret, "typed-hidden", "bytes of a typed frame were read");
    }
  }

  #walk(root) {
    try {
      return walkUserTables(this.words, root);
    } catch (error) {
      throw new Violation("typed-hidden", `a page table leads nowhere: ${error.message}`);
    }
  }

  #demandWhole(pfn) {
    const start = (pfn * PAGE) / 4;
    const isWhole = this.words.subarray(start, start + PAGE / 4).every((word) => word === SECRET);
    demand(isWhole, "typed-hidden", () => `typed frame ${pfn} was written to`);
  }

  check() {
    const { free, offered } = this.allocator;
    for (const pfn of this.canaries.keys()) this.#demandWhole(pfn);
    const tables = new Map([...this.canaries.keys()].map((pfn) => [pfn, "a typed frame"]));
    const claim = (pfn, name) => {
      demand(!tables.has(pfn), "typed-hidden", () => `frame ${pfn}: ${name}, ${tables.get(pfn)}`);
      demand(!free.has(pfn) && offered.has(pfn), "freed-after-use", () => `${name} is free`);
      tables.set(pfn, name);
    };
    const devices = walkDeviceTables(this.words, this.seen.iommu);
    for (const pfn of devices.tables) claim(pfn, "a table of the IOMMU");
    const leaves = new Map();
    for (const [space, root] of this.roots) {
      if (!isLive(space)) {
        this.roots.delete(space);
        continue;
      }
      const walked = this.#walk(root);
      for (const table of walked.tables) claim(table, "a page table");
      for (const [address, frame] of walked.pages) leaves.set(Math.floor(frame / 8), address);
    }
    for (const { frame } of devices.frames.values()) leaves.set(frame, "a device");
    for (const [pfn, by] of leaves) {
      demand(!tables.has(pfn), "typed-hidden", () => `${tables.get(pfn)} is reached by ${by}`);
      demand(
        !free.has(pfn) && offered.has(pfn),
        "freed-after-use",
        () => `a free frame is reached by ${by}`,
      );
    }
  }

  finish() {
    this.system.leave();
  }
}

/** The member `name` that the handle's class gave it. */
function memberOf(handle, name) {
  for (let at = Object.getPrototypeOf(handle); at !== null; at = Object.getPrototypeOf(at)) {
    const property = Object.getOwnPropertyDescriptor(at, name);
    if (property !== undefined) return property.get.call(handle);
  }
  throw new Error(`no member is called ${name}`);
}

export function isLive(space) {
  try {
    ostd.VmSpace.prototype.findNextPage.call(space, 0, 0);
    return true;
  } catch {
    return false;
  }
}

function attackSystem(seed, calls) {
  const world = new ArgumentWorld(seed);
  try {
    for (let i = 0; i < calls; i++) {
      if (world.random.oneIn(8)) world.plantCanary();
      if (world.random.oneIn(16)) world.readByText();
      if (world.random.oneIn(16)) world.copyStrangeArray();
      if (world.random.oneIn(16)) world.writeActingNumber();
      world.callSomething();
      if (i % CALLS_PER_CHECK === 0) world.check();
    }
    world.check();
  } catch (error) {
    error.operation = `arguments of ${world.operation}`;
    throw error;
  } finally {
    world.finish();
  }
}

/** Calls `calls` methods from `seed` on; the violation and its seed, or none. */
export function attackByArguments(seed, calls) {
  let done = 0;
  for (let system = 0; done < calls; system++) {
    const own = (seed + Math.imul(system, 0x9e3779b1)) >>> 0;
    const count = Math.min(PER_SYSTEM, calls - done);
    try {
      attackSystem(own, count);
    } catch (error) {
      return { error, seed: own, done };
    }
    done += count;
  }
  return { error: undefined, seed, done };
}
