// SPDX-License-Identifier: MPL-2.0

// A driver of the virtio entropy device (virtio 1.2, 4.2 and 5.4), and a kernel that prints what it
// gives. docs/ostd-guide.md goes through it.

import {
  DmaCoherent,
  DmaStream,
  IoMem,
  IrqLine,
  WaitQueue,
  bootInfo,
  main,
  println,
} from "@aster/ostd";
import type { IrqCallback, IrqCallbackHandle, Kernel } from "@aster/ostd";

const REGISTERS_BYTES = 0x200;
const Register = {
  MAGIC: 0x000,
  VERSION: 0x004,
  DEVICE_ID: 0x008,
  DEVICE_FEATURES: 0x010,
  DEVICE_FEATURES_WORD: 0x014,
  DRIVER_FEATURES: 0x020,
  DRIVER_FEATURES_WORD: 0x024,
  QUEUE: 0x030,
  QUEUE_SIZE: 0x038,
  QUEUE_READY: 0x044,
  QUEUE_NOTIFY: 0x050,
  INTERRUPT_STATUS: 0x060,
  INTERRUPT_ACKNOWLEDGE: 0x064,
  STATUS: 0x070,
  DESCRIPTORS: 0x080,
  AVAILABLE: 0x090,
  USED: 0x0a0,
} as const;
const MAGIC = 0x7472_6976;
const DEVICE_ENTROPY = 4;
/** VERSION_1 and ACCESS_PLATFORM: bits 0 and 1 of the second word of features. */
const FEATURES_HIGH = 3;
const ACKNOWLEDGE = 1;
const DRIVER = 2;
const DRIVER_OK = 4;
const FEATURES_OK = 8;

/** One descriptor is enough: one request is out at a time. */
const QUEUE_SIZE = 1;
const AVAILABLE_AT = 0x100;
const USED_AT = 0x200;
const DEVICE_WRITES = 2;

/** Where a virtio device on the memory bus stands, as `virtio_mmio.device=SIZE@BASE:LINE` says. */
export interface Place {
  readonly base: number;
  readonly line: number;
}

/** The places of all virtio devices on the kernel's command line. */
export function findDevices(commandLine: string): Place[] {
  const places: Place[] = [];
  for (const word of commandLine.split(" ")) {
    const [, base, line] = /^virtio_mmio\.device=[^@]+@(0x[0-9a-f]+):(\d+)$/.exec(word) ?? [];
    if (base !== undefined && line !== undefined) {
      places.push({ base: Number(base), line: Number(line) });
    }
  }
  return places;
}

export class EntropyDriver {
  private readonly registers: IoMem;
  private readonly line: IrqLine;
  private readonly ring: DmaCoherent;
  private readonly buffer: DmaStream;
  private readonly callback: IrqCallbackHandle;
  private readonly finished: WaitQueue = new WaitQueue();
  /** Requests that were made; never read back from memory that the device writes. */
  private requests = 0;

  private constructor(registers: IoMem, line: IrqLine, ring: DmaCoherent, buffer: DmaStream) {
    this.registers = registers;
    this.line = line;
    this.ring = ring;
    this.buffer = buffer;
    this.callback = line.onActive(this.onInterrupt);
  }

  /** Takes the device at `place`; a text says why that is not possible. */
  static probe({ base, line: number }: Place): EntropyDriver | string {
    const registers = IoMem.acquire(base, REGISTERS_BYTES);
    if (typeof registers === "string") return registers;
    const isEntropy =
      registers.readU32(Register.MAGIC) === MAGIC &&
      registers.readU32(Register.VERSION) === 2 &&
      registers.readU32(Register.DEVICE_ID) === DEVICE_ENTROPY;
    const line = isEntropy ? IrqLine.allocSpecific(number) : undefined;
    const ring = line && DmaCoherent.alloc(1);
    const buffer = ring && DmaStream.alloc(1, "fromDevice");
    if (line === undefined || ring === undefined || buffer === undefined) {
      registers.drop();
      line?.drop();
      ring?.drop();
      return isEntropy ? "no line or no memory" : "another device";
    }
    const driver = new EntropyDriver(registers, line, ring, buffer);
    driver.start();
    return driver;
  }

  private start(): void {
    const { registers, ring } = this;
    registers.writeU32(Register.STATUS, 0);
    registers.writeU32(Register.STATUS, ACKNOWLEDGE | DRIVER);
    registers.writeU32(Register.DEVICE_FEATURES_WORD, 1);
    const offered = registers.readU32(Register.DEVICE_FEATURES) & FEATURES_HIGH;
    registers.writeU32(Register.DRIVER_FEATURES_WORD, 1);
    registers.writeU32(Register.DRIVER_FEATURES, offered);
    registers.writeU32(Register.STATUS, ACKNOWLEDGE | DRIVER | FEATURES_OK);
    registers.writeU32(Register.QUEUE, 0);
    registers.writeU32(Register.QUEUE_SIZE, QUEUE_SIZE);
    registers.writeU32(Register.DESCRIPTORS, ring.daddr);
    registers.writeU32(Register.AVAILABLE, ring.daddr + AVAILABLE_AT);
    registers.writeU32(Register.USED, ring.daddr + USED_AT);
    registers.writeU32(Register.QUEUE_READY, 1);
    registers.writeU32(Register.STATUS, ACKNOWLEDGE | DRIVER | FEATURES_OK | DRIVER_OK);
  }

  /** In interrupt context: it calms the device and wakes who waits, and must not wait itself. */
  private readonly onInterrupt: IrqCallback = () => {
    const status = this.registers.readU32(Register.INTERRUPT_STATUS);
    this.registers.writeU32(Register.INTERRUPT_ACKNOWLEDGE, status);
    this.finished.wakeAll();
  };

  private get isFinished(): boolean {
    return this.ring.readU16(USED_AT + 2) === this.requests % 0x1_0000;
  }

  /** `count` random bytes, at most 4096; fewer when the device gives fewer. */
  async read(count: number): Promise<Uint8Array> {
    const { ring, buffer } = this;
    const asked = Math.min(count, buffer.size);
    ring.writeNumber64(0, buffer.daddr);
    ring.writeU32(8, asked);
    ring.writeU16(12, DEVICE_WRITES);
    ring.writeU16(AVAILABLE_AT + 4, 0);
    this.requests += 1;
    ring.writeU16(AVAILABLE_AT + 2, this.requests % 0x1_0000);
    this.registers.writeU32(Register.QUEUE_NOTIFY, 0);
    while (!this.isFinished) await this.finished.wait();
    buffer.syncFromDevice();
    // The device says how much it wrote; that it is no more than was asked is ours to check.
    const written = Math.min(ring.readU32(USED_AT + 8), asked);
    const bytes = new Uint8Array(written);
    buffer.reader(0, written).readBytes(bytes);
    return bytes;
  }

  /** Ends the device first, and then what it could reach. */
  drop(): void {
    this.registers.writeU32(Register.STATUS, 0);
    this.callback.drop();
    this.line.drop();
    this.ring.drop();
    this.buffer.drop();
    this.registers.drop();
  }

  [Symbol.dispose](): void {
    this.drop();
  }
}

const kernel: Kernel = main(async () => {
  for (const place of findDevices(bootInfo().kernelCommandLine)) {
    const probed = EntropyDriver.probe(place);
    if (typeof probed === "string") continue;
    using driver = probed;
    const bytes = await driver.read(16);
    println(`random: ${[...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`);
  }
});
export default kernel;
