// SPDX-License-Identifier: MPL-2.0

import { Task } from "@aster/ostd";
import { bootTestKernel } from "@aster/ostd/testing";
import { expect, test } from "@jest/globals";
import { TestKernel } from "../../testing/test-kernel.ts";
import type { TestThread } from "../../testing/test-kernel.ts";
import { Interrupt, Status } from "./registers.ts";
import { FakeVirtioDevice, FakeVirtioHardware } from "./testing/fake-device.ts";
import type { FakeChain } from "./testing/fake-device.ts";

const CONSOLE = 3;
const BLOCK = 2;
const ENTROPY = 4;
const O_RDWR = 2;
const O_NONBLOCK = 0o4000;

/** A kernel that has been told of one device. */
interface Fixture {
  readonly system: TestKernel;
  readonly device: FakeVirtioDevice;
  readonly user: TestThread;
  /** What the log says of the device. */
  log(): string;
  /** Lets interrupts be handled. */
  settle(): Promise<void>;
}

/** Boots with `device` and runs `body`; an exception of the kernel fails the test. */
async function withDevice(
  device: FakeVirtioDevice,
  body: (fixture: Fixture) => Promise<void> | void,
): Promise<void> {
  const hardware = new FakeVirtioHardware(device);
  await bootTestKernel(
    async () => {
      const system = new TestKernel(0, hardware);
      await body({
        system,
        device,
        user: system.thread,
        log: () => system.kernel.log.records.map(({ text }) => text).join("\n"),
        settle: async () => {
          await Task.yieldNow();
        },
      });
    },
    { hardware },
  );
}

/** A simple console: one port, and an honest transmitter. */
function plainConsole(): { device: FakeVirtioDevice; sent: string[] } {
  const device = new FakeVirtioDevice(CONSOLE, 2);
  const sent: string[] = [];
  device.behaviour = {
    notified(self, queue) {
      if (queue !== 1) return;
      for (let chain = self.pop(1); chain !== undefined; chain = self.pop(1)) {
        sent.push(...chain.parts.map((part) => text(self.readMemory(part))));
        self.push(1, chain.head, 0);
      }
    },
  };
  return { device, sent };
}

function text(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}

function bytesOf(value: string): Uint8Array {
  return Uint8Array.from(value, (character) => character.charCodeAt(0));
}

function need(chain: FakeChain | undefined): FakeChain {
  if (chain === undefined) throw new Error("the driver has offered no buffer");
  return chain;
}

/** Types text on the console's receive queue. */
function type(device: FakeVirtioDevice, value: string): void {
  const chain = need(device.pop(0));
  const [part] = chain.parts;
  if (part !== undefined) device.writeMemory(part, bytesOf(value));
  device.push(0, chain.head, value.length);
}

function hvc(fixture: Fixture): number {
  fixture.user.call("mknod", "/hvc0", 0o20600, 229 * 256);
  return fixture.user.open("/hvc0", O_RDWR | O_NONBLOCK);
}

test("a console shows what is written and reads what is typed", async () => {
  const { device, sent } = plainConsole();
  await withDevice(device, async (fixture) => {
    const fd = hvc(fixture);
    expect(fixture.user.write(fd, "hi\n")).toBe(3);
    expect(sent.join("")).toBe("hi\r\n");
    type(device, "typed\n");
    await fixture.settle();
    expect(fixture.user.read(fd, 100)).toBe("typed\n");
    expect(sent.join("")).toBe("hi\r\ntyped\r\n");
    expect(device.status & Status.DRIVER_OK).toBe(Status.DRIVER_OK);
  });
});

test("a console that takes nothing makes writers wait, and they go on when it does", async () => {
  const device = new FakeVirtioDevice(CONSOLE, 2);
  await withDevice(device, async (fixture) => {
    const fd = hvc(fixture);
    let written = 0;
    for (let count = fixture.user.write(fd, "x".repeat(4096)); typeof count === "number";) {
      written += count;
      count = fixture.user.write(fd, "x".repeat(4096));
    }
    expect(written).toBeGreaterThan(0);
    expect(fixture.user.write(fd, "y")).toBe("EAGAIN");
    const chain = need(device.pop(1));
    device.push(1, chain.head, 0);
    await fixture.settle();
    expect(fixture.user.write(fd, "y")).toBe(1);
  });
});

test.each<[string, (device: FakeVirtioDevice) => void, string]>([
  ["no magic value", (device) => (device.magic = 0), "magic value"],
  ["an old version", (device) => (device.version = 1), "version 1"],
  ["no VERSION_1", (device) => (device.features = [0, 0]), "VERSION_1"],
  ["refusal of the features", (device) => (device.refusesFeatures = true), "refused"],
  ["no queues", (device) => (device.maxQueueSize = 0), "no queue 0"],
])("a device with %s is left out, and the boot goes on", async (_name, spoil, reason) => {
  const { device } = plainConsole();
  spoil(device);
  await withDevice(device, (fixture) => {
    expect(fixture.log()).toContain(reason);
    fixture.user.call("mknod", "/hvc0", 0o20600, 229 * 256);
    expect(fixture.user.call("open", "/hvc0", O_RDWR)).toBe("ENXIO");
  });
});

/** Lies in the used ring, and the part of the log that tells of each. */
const LIES: [string, (device: FakeVirtioDevice) => void, string][] = [
  ["a chain that does not exist", (device) => device.push(0, 9999, 1), "not in flight"],
  ["a chain beyond the queue", (device) => device.push(0, 0xffff_ffff, 1), "not in flight"],
  [
    "more bytes than there is room",
    (device) => device.push(0, need(device.pop(0)).head, 1e6),
    "less room",
  ],
  ["an index far ahead", (device) => device.setUsedIndex(0, 500), "in flight"],
  ["an index going back", (device) => device.setUsedIndex(0, 0xffff), "in flight"],
  [
    "a wish for a reset",
    (device) => {
      device.status |= Status.NEEDS_RESET;
      device.interrupt(Interrupt.CONFIG_CHANGE);
    },
    "reset",
  ],
];

test.each(LIES)("a console that tells of %s is given up, not believed", async (_n, lie, reason) => {
  const { device } = plainConsole();
  await withDevice(device, async (fixture) => {
    const fd = hvc(fixture);
    lie(device);
    await fixture.settle();
    expect(fixture.log()).toContain("device is broken");
    expect(fixture.log()).toContain(reason);
    expect(device.status & Status.FAILED).toBe(Status.FAILED);
    // The terminal is hung up: the end of file, and errors.
    expect(fixture.user.read(fd, 10)).toBe("");
    expect(fixture.user.write(fd, "x")).toBe("EIO");
    // Whatever it does now changes nothing.
    device.push(0, 0, 1);
    await fixture.settle();
  });
});

// --- Ports

const CONTROL_RECEIVE = 2;
const CONTROL_TRANSMIT = 3;
const Control = { READY: 0, ADD: 1, REMOVE: 2, CONSOLE: 4, RESIZE: 5, OPEN: 6, NAME: 7 };

/** A console with several ports; what the driver tells it is kept. */
class FakePorts {
  readonly device: FakeVirtioDevice;
  readonly told: [id: number, event: number, value: number][] = [];
  readonly sent: string[] = [];

  constructor(ports: number) {
    this.device = new FakeVirtioDevice(CONSOLE, 2 * ports + 2);
    this.device.features = [2, 1];
    new DataView(this.device.config.buffer).setUint32(4, ports, true);
    this.device.behaviour = { notified: (_device, queue) => this.notified(queue) };
  }

  private notified(queue: number): void {
    const { device } = this;
    if (queue % 2 === 0) return;
    for (let chain = device.pop(queue); chain !== undefined; chain = device.pop(queue)) {
      const [part] = chain.parts;
      const bytes = part === undefined ? new Uint8Array(8) : device.readMemory(part);
      const view = new DataView(bytes.buffer);
      if (queue === CONTROL_TRANSMIT) {
        this.told.push([view.getUint32(0, true), view.getUint16(4, true), view.getUint16(6, true)]);
      } else {
        this.sent.push(text(bytes));
      }
      device.push(queue, chain.head, 0);
    }
  }

  /** Sends a control message to the driver. */
  tell(id: number, event: number, value: number, payload = ""): void {
    const chain = need(this.device.pop(CONTROL_RECEIVE));
    const bytes = bytesOf(`${"\0".repeat(8)}${payload}`);
    const view = new DataView(bytes.buffer);
    view.setUint32(0, id, true);
    view.setUint16(4, event, true);
    view.setUint16(6, value, true);
    const [part] = chain.parts;
    if (part !== undefined) this.device.writeMemory(part, bytes);
    this.device.push(CONTROL_RECEIVE, chain.head, bytes.length);
  }

  /** Types text on port `id`, not 0. */
  type(id: number, value: string): void {
    const queue = 2 * id + 2;
    const chain = need(this.device.pop(queue));
    const [part] = chain.parts;
    if (part !== undefined) this.device.writeMemory(part, bytesOf(value));
    this.device.push(queue, chain.head, value.length);
  }
}

test("a named port is found, read to the end the host makes, and written until it closes", async () => {
  const ports = new FakePorts(2);
  await withDevice(ports.device, async (fixture) => {
    const { user, system } = fixture;
    const links: string[] = [];
    system.kernel.devices.subscribe({
      deviceAdded: () => undefined,
      deviceRemoved: () => undefined,
      linkAdded: (name, target) => links.push(`${name} -> ${target}`),
    });
    expect(ports.told).toContainEqual([0, Control.READY, 1]);
    ports.tell(1, Control.ADD, 0);
    ports.tell(1, Control.NAME, 1, "some.port");
    ports.tell(1, Control.OPEN, 1);
    await fixture.settle();
    expect(links).toEqual(["virtio-ports/some.port -> ../vport0p1"]);
    user.call("mknod", "/port", 0o20600, 243 * 256 + 1);
    const fd = user.open("/port", O_RDWR | O_NONBLOCK);
    expect(ports.told).toContainEqual([1, Control.OPEN, 1]);
    expect(user.read(fd, 10)).toEqual({ failed: "EAGAIN" });
    ports.type(1, "from the host");
    await fixture.settle();
    expect(user.read(fd, 4)).toBe("from");
    expect(user.write(fd, "to the host\n")).toBe(12);
    expect(ports.sent).toEqual(["to the host\n"]);
    expect(user.call("lseek", fd, 0, 0)).toBe("ESPIPE");
    ports.tell(1, Control.OPEN, 0);
    await fixture.settle();
    expect(user.read(fd, 100)).toBe(" the host");
    expect(user.read(fd, 100)).toBe("");
    expect(user.write(fd, "x")).toBe("EPIPE");
    user.call("close", fd);
    expect(ports.told.at(-1)).toEqual([1, Control.OPEN, 0]);
  });
});

test("a console port takes its size from the host and hangs up with it", async () => {
  const ports = new FakePorts(2);
  await withDevice(ports.device, async (fixture) => {
    const { user, system } = fixture;
    ports.tell(0, Control.ADD, 0);
    ports.tell(0, Control.CONSOLE, 1);
    ports.tell(0, Control.RESIZE, 0, "\x64\0\x1e\0");
    ports.tell(0, Control.OPEN, 1);
    await fixture.settle();
    const fd = hvc(fixture);
    const address = user.room(8);
    expect(user.call("ioctl", fd, 0x5413, address)).toBe(0);
    expect([...new Uint16Array(user.peek(address, 8).buffer)]).toEqual([30, 100, 0, 0]);
    ports.tell(0, Control.OPEN, 0);
    await fixture.settle();
    expect(user.read(fd, 1)).toBe("");
    expect(system.kernel.devices.find("char", 229 * 256)).toBeDefined();
  });
});

test("control messages that make no sense change nothing", async () => {
  const ports = new FakePorts(3);
  await withDevice(ports.device, async (fixture) => {
    ports.tell(1, Control.ADD, 0);
    ports.tell(1, Control.ADD, 0);
    ports.tell(77, Control.ADD, 0);
    ports.tell(0xffff_ffff, Control.ADD, 0);
    ports.tell(2, Control.NAME, 1, "not.there");
    ports.tell(1, Control.NAME, 1, "../../etc/passwd");
    ports.tell(1, Control.NAME, 1, "");
    ports.tell(1, Control.RESIZE, 1, "\x01");
    ports.tell(1, 999, 1);
    const short = need(ports.device.pop(CONTROL_RECEIVE));
    ports.device.push(CONTROL_RECEIVE, short.head, 3);
    await fixture.settle();
    expect(fixture.log()).not.toContain("broken");
    expect(ports.told.filter(([, event]) => event === 3)).toEqual([
      [1, 3, 1],
      [1, 3, 0],
      [77, 3, 0],
      [0xffff_ffff, 3, 0],
    ]);
    ports.tell(1, Control.REMOVE, 0);
    ports.tell(1, Control.NAME, 1, "late");
    await fixture.settle();
    fixture.user.call("mknod", "/port", 0o20600, 243 * 256 + 1);
    expect(fixture.user.call("open", "/port", O_RDWR)).toBe("ENXIO");
  });
});

/** A small generator (xorshift), so that a failure can be repeated. */
class Random {
  private state: number;
  constructor(seed: number) {
    this.state = seed;
  }
  below(limit: number): number {
    this.state ^= this.state << 13;
    this.state ^= this.state >>> 17;
    this.state ^= this.state << 5;
    return (this.state >>> 0) % limit;
  }
}

test.each([1, 2, 3, 4, 5, 6, 7, 8])("a device of noise does no harm, seed %i", async (seed) => {
  const random = new Random(seed * 7919);
  const ports = new FakePorts(3);
  await withDevice(ports.device, async (fixture) => {
    const { device } = ports;
    fixture.user.call("mknod", "/port", 0o20600, 243 * 256 + 1);
    for (let step = 0; step < 300; step++) {
      const queue = random.below(8);
      const chain = device.pop(queue);
      const [part] = chain?.parts ?? [];
      if (part !== undefined && random.below(2) === 0) {
        const noise = Uint8Array.from({ length: Math.min(24, part.length) }, () =>
          random.below(256),
        );
        if (random.below(2) === 0) noise.fill(0, 1, 4);
        if (random.below(2) === 0) noise[4] = random.below(8);
        device.writeMemory(part, noise);
      }
      const isHonest = seed < 5 || random.below(20) > 0;
      if (chain !== undefined && isHonest) device.push(queue, chain.head, random.below(40));
      else if (!isHonest) device.push(queue, random.below(70), random.below(5000));
      if (random.below(4) === 0) await fixture.settle();
      const fd = fixture.user.call("open", "/port", O_RDWR | O_NONBLOCK);
      if (typeof fd === "number") {
        fixture.user.write(fd, "x".repeat(random.below(9000)));
        fixture.user.read(fd, random.below(9000));
        fixture.user.call("close", fd);
      }
    }
  });
});

test("random bytes of an entropy device come without trouble, true or not", async () => {
  const device = new FakeVirtioDevice(ENTROPY, 1);
  await withDevice(device, async (fixture) => {
    device.push(0, need(device.pop(0)).head, 64);
    await fixture.settle();
    expect(fixture.log()).not.toContain("broken");
    device.push(0, 3, 64);
    await fixture.settle();
    expect(fixture.log()).toContain("broken");
  });
});

// --- Disks

const SECTOR = 512;

/** An honest disk in memory; `status` is what it answers each request. */
class FakeDisk {
  readonly device: FakeVirtioDevice = new FakeVirtioDevice(BLOCK, 1);
  readonly contents: Uint8Array;
  status = 0;
  flushes = 0;

  constructor(sectors: number) {
    this.contents = new Uint8Array(sectors * SECTOR);
    new DataView(this.device.config.buffer).setUint32(0, sectors, true);
    this.device.features = [1 << 9, 1];
    this.device.behaviour = { notified: (device) => this.serve(device) };
  }

  private serve(device: FakeVirtioDevice): void {
    for (let chain = device.pop(0); chain !== undefined; chain = device.pop(0)) {
      const parts = [...chain.parts];
      const header = parts.shift();
      const status = parts.pop();
      if (header === undefined || status === undefined) throw new Error("a chain is too short");
      const view = new DataView(device.readMemory(header).buffer);
      const kind = view.getUint32(0, true);
      let at = view.getUint32(8, true) * SECTOR;
      let written = 1;
      for (const part of parts) {
        if (kind === 0) {
          device.writeMemory(part, this.contents.slice(at, at + part.length));
          written += part.length;
        } else {
          this.contents.set(device.readMemory(part), at);
        }
        at += part.length;
      }
      if (kind === 4) this.flushes++;
      device.writeMemory(status, Uint8Array.of(this.status));
      device.push(0, chain.head, written);
    }
  }
}

function openDisk(fixture: Fixture): number {
  fixture.user.call("mknod", "/vda", 0o60600, 254 * 256);
  return fixture.user.open("/vda", O_RDWR);
}

/** Makes a call until it does not block any more. */
async function finish(
  fixture: Fixture,
  call: () => string | number | { readonly failed: string },
): Promise<string | number | { readonly failed: string }> {
  for (let tries = 0; tries < 10; tries++) {
    const result = call();
    const isBlocked =
      result === "BLOCKED" || (typeof result === "object" && result.failed === "BLOCKED");
    if (!isBlocked) return result;
    await fixture.settle();
  }
  throw new Error("the call blocks for ever");
}

test("a disk reads and writes at any offset, and flushes", async () => {
  const disk = new FakeDisk(20);
  disk.contents.set(bytesOf("sector three"), 3 * SECTOR);
  await withDevice(disk.device, async (fixture) => {
    const { user } = fixture;
    const fd = openDisk(fixture);
    expect(await finish(fixture, () => user.pread(fd, 12, 3 * SECTOR))).toBe("sector three");
    expect(await finish(fixture, () => user.pread(fd, 4, 3 * SECTOR + 7))).toBe("thre");
    const at = user.bytes(bytesOf("FOUR"));
    expect(await finish(fixture, () => user.call("pwrite64", fd, at, 4, 3 * SECTOR + 7))).toBe(4);
    expect(await finish(fixture, () => user.pread(fd, 12, 3 * SECTOR))).toBe("sector FOURe");
    expect(text(disk.contents.slice(3 * SECTOR, 3 * SECTOR + 12))).toBe("sector three");
    expect(await finish(fixture, () => user.call("fsync", fd))).toBe(0);
    expect(text(disk.contents.slice(3 * SECTOR, 3 * SECTOR + 12))).toBe("sector FOURe");
    expect(disk.flushes).toBe(1);
    expect(await finish(fixture, () => user.pread(fd, 100, 20 * SECTOR - 3))).toBe("\0\0\0");
    expect(await finish(fixture, () => user.pread(fd, 100, 20 * SECTOR))).toBe("");
    expect(user.call("pwrite64", fd, at, 4, 20 * SECTOR)).toBe("ENOSPC");
    expect(user.call("lseek", fd, 0, 2)).toBe(20 * SECTOR);
  });
});

test("a disk larger than the cache keeps what is written to it", async () => {
  const sectors = 3000 * 8;
  const disk = new FakeDisk(sectors);
  await withDevice(disk.device, async (fixture) => {
    const { user } = fixture;
    const fd = openDisk(fixture);
    for (let block = 0; block < 3000; block += 7) {
      const at = user.bytes(bytesOf(`block ${block}`.padEnd(16)));
      await finish(fixture, () => user.call("pwrite64", fd, at, 16, block * 4096 + 100));
    }
    await finish(fixture, () => user.call("fsync", fd));
    for (let block = 0; block < 3000; block += 7) {
      const wanted = `block ${block}`.padEnd(16);
      expect(text(disk.contents.slice(block * 4096 + 100, block * 4096 + 116))).toBe(wanted);
      expect(await finish(fixture, () => user.pread(fd, 16, block * 4096 + 100))).toBe(wanted);
    }
  });
});

test("a disk's errors reach who reads and who synchronizes, and can pass", async () => {
  const disk = new FakeDisk(16);
  await withDevice(disk.device, async (fixture) => {
    const { user } = fixture;
    const fd = openDisk(fixture);
    disk.status = 1;
    expect(await finish(fixture, () => user.pread(fd, 4, 0))).toEqual({ failed: "EIO" });
    disk.status = 0;
    expect(await finish(fixture, () => user.pread(fd, 4, 0))).toBe("\0\0\0\0");
    disk.status = 1;
    const at = user.bytes(bytesOf("data"));
    expect(await finish(fixture, () => user.call("pwrite64", fd, at, 4, 0))).toBe(4);
    expect(await finish(fixture, () => user.call("fsync", fd))).toBe("EIO");
    expect(await finish(fixture, () => user.call("close", fd))).toBe(0);
  });
});

test("a disk that breaks fails whoever waits for it", async () => {
  const disk = new FakeDisk(16);
  disk.device.behaviour = {};
  await withDevice(disk.device, async (fixture) => {
    const { user } = fixture;
    const fd = openDisk(fixture);
    expect(user.pread(fd, 4, 0)).toEqual({ failed: "BLOCKED" });
    disk.device.push(0, 55, 1);
    expect(await finish(fixture, () => user.pread(fd, 4, 0))).toEqual({ failed: "EIO" });
    expect(await finish(fixture, () => user.pread(fd, 4, 4096))).toEqual({ failed: "EIO" });
    expect(fixture.log()).toContain("vda: device is broken");
  });
});
