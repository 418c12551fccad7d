// SPDX-License-Identifier: MPL-2.0

import { expect, test } from "@jest/globals";
import { TestDriver } from "../../testing/virtio-driver.ts";
import { GuestMemory } from "../guest-memory.ts";
import { CONTROL, VirtioConsole } from "./console.ts";
import { INPUT_HIGH_WATER_BYTES } from "./console-port.ts";
import { REG, VirtioMmio } from "./mmio.ts";

const RINGS = 0x10000;
const BUFFERS = 0x80000;
const CONTROL_BUFFERS = 0xa0000;
const F_MULTIPORT = 1 << 1;
const CONTROL_RX = 2;
const CONTROL_TX = 3;
/** Port 1. */
const PORT_RX = 4;
const PORT_TX = 5;

interface Message {
  id: number;
  event: number;
  value: number;
  payload: number[];
}

function setUp(features = F_MULTIPORT) {
  const ram = new Uint8Array(1 << 20);
  const console = new VirtioConsole({
    portNames: ["data"],
    size: { columns: 100, rows: 30 },
  });
  const device = new VirtioMmio(console, new GuestMemory(ram), () => {});
  const driver = new TestDriver(device, ram, RINGS);
  driver.initialize(features, features === 0 ? [0, 1] : [0, 1, 2, 3, 4, 5]);
  if (features !== 0) {
    for (let i = 0; i < 8; i++) offerControlBuffer(driver, i);
  }
  return { ram, console, device, driver };
}

function offerControlBuffer(driver: TestDriver, slot: number): void {
  const address = CONTROL_BUFFERS + 64 * slot;
  driver.offer(CONTROL_RX, [{ address, length: 64, writable: true }], slot);
}

/** Takes the control messages that came, and gives their buffers back. */
function receiveControl(driver: TestDriver): Message[] {
  return driver.takeUsed(CONTROL_RX).map(({ head, length }) => {
    const at = CONTROL_BUFFERS + 64 * head;
    const message = {
      id: driver.view.getUint32(at, true),
      event: driver.view.getUint16(at + 4, true),
      value: driver.view.getUint16(at + 6, true),
      payload: [...driver.ram.subarray(at + 8, at + length)],
    };
    offerControlBuffer(driver, head);
    return message;
  });
}

function sendControl(driver: TestDriver, id: number, event: number, value: number): void {
  driver.view.setUint32(BUFFERS, id, true);
  driver.view.setUint16(BUFFERS + 4, event, true);
  driver.view.setUint16(BUFFERS + 6, value, true);
  driver.offer(CONTROL_TX, [{ address: BUFFERS, length: 8, writable: false }]);
  driver.takeUsed(CONTROL_TX);
}

function openPorts(driver: TestDriver): void {
  sendControl(driver, 0xffff_ffff, CONTROL.DEVICE_READY, 1);
  sendControl(driver, 0, CONTROL.PORT_READY, 1);
  sendControl(driver, 1, CONTROL.PORT_READY, 1);
  receiveControl(driver);
  sendControl(driver, 1, CONTROL.PORT_OPEN, 1);
}

function transmit(driver: TestDriver, queue: number, text: string): void {
  const bytes = new TextEncoder().encode(text);
  driver.ram.set(bytes, BUFFERS + 0x1000);
  driver.offer(queue, [{ address: BUFFERS + 0x1000, length: bytes.length, writable: false }]);
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

test("without MULTIPORT, port 0 sends, receives and has its size in the configuration", () => {
  const { driver, console, device, ram } = setUp(0);
  const seen: string[] = [];
  console.terminal.output = (bytes) => seen.push(text(bytes)) > 0;
  transmit(driver, 1, "hello");
  expect(seen).toEqual(["hello"]);
  expect(driver.takeUsed(1)).toEqual([{ head: 0, length: 0 }]);
  console.terminal.send(new TextEncoder().encode("keys"));
  driver.offer(0, [{ address: BUFFERS, length: 3, writable: true }]);
  expect(driver.takeUsed(0)).toEqual([{ head: 0, length: 3 }]);
  expect(text(ram.subarray(BUFFERS, BUFFERS + 3))).toBe("key");
  driver.offer(0, [{ address: BUFFERS, length: 3, writable: true }]);
  expect(driver.takeUsed(0)).toEqual([{ head: 0, length: 1 }]);
  expect(device.read(REG.CONFIG, 2)).toBe(100);
  expect(device.read(REG.CONFIG + 2, 2)).toBe(30);
});

test("ports are announced, named, marked as console, sized and opened", () => {
  const { driver } = setUp();
  sendControl(driver, 0xffff_ffff, CONTROL.DEVICE_READY, 1);
  expect(receiveControl(driver)).toEqual([
    { id: 0, event: CONTROL.DEVICE_ADD, value: 0, payload: [] },
    { id: 1, event: CONTROL.DEVICE_ADD, value: 0, payload: [] },
  ]);
  sendControl(driver, 0, CONTROL.PORT_READY, 1);
  sendControl(driver, 1, CONTROL.PORT_READY, 1);
  expect(receiveControl(driver)).toEqual([
    { id: 0, event: CONTROL.CONSOLE_PORT, value: 1, payload: [] },
    { id: 0, event: CONTROL.RESIZE, value: 1, payload: [100, 0, 30, 0] },
    { id: 0, event: CONTROL.PORT_OPEN, value: 1, payload: [] },
    { id: 1, event: CONTROL.PORT_NAME, value: 1, payload: [...new TextEncoder().encode("data")] },
    { id: 1, event: CONTROL.PORT_OPEN, value: 1, payload: [] },
  ]);
});

test("control messages wait for buffers, and of several sizes only the last is sent", () => {
  const { driver, console } = setUp();
  openPorts(driver);
  console.resize(1, 1);
  receiveControl(driver);
  // Use up the eight buffers, then resize twice more.
  for (let i = 0; i < 10; i++) console.resize(10 + i, 5);
  const first = receiveControl(driver);
  const second = receiveControl(driver);
  expect(first).toHaveLength(8);
  expect(second).toEqual([{ id: 0, event: CONTROL.RESIZE, value: 1, payload: [19, 0, 5, 0] }]);
});

test("a named port keeps its input until the guest opens it", () => {
  const { driver, console } = setUp();
  sendControl(driver, 0xffff_ffff, CONTROL.DEVICE_READY, 1);
  sendControl(driver, 1, CONTROL.PORT_READY, 1);
  console.port("data").send(Uint8Array.of(1, 2, 3));
  driver.offer(PORT_RX, [{ address: BUFFERS, length: 16, writable: true }]);
  expect(driver.takeUsed(PORT_RX)).toEqual([]);
  let open = false;
  console.port("data").onGuestOpen = (value) => (open = value);
  sendControl(driver, 1, CONTROL.PORT_OPEN, 1);
  expect(driver.takeUsed(PORT_RX)).toEqual([{ head: 0, length: 3 }]);
  expect(open).toBe(true);
});

test("the source may use its bytes again, whether the guest has taken them or not", () => {
  const { driver, console, ram } = setUp();
  openPorts(driver);
  const bytes = Uint8Array.of(1, 2, 3);
  console.port("data").send(bytes);
  driver.offer(PORT_RX, [{ address: BUFFERS, length: 2, writable: true }], 0);
  bytes.fill(9);
  console.port("data").send(bytes);
  bytes.fill(8);
  driver.offer(PORT_RX, [{ address: BUFFERS + 2, length: 8, writable: true }], 1);
  expect([...ram.subarray(BUFFERS, BUFFERS + 6)]).toEqual([1, 2, 3, 9, 9, 9]);
});

test("the end of input is told once the guest has taken all of it", () => {
  const { driver, console } = setUp();
  openPorts(driver);
  console.port("data").send(Uint8Array.of(1, 2, 3));
  console.port("data").endInput();
  expect(receiveControl(driver)).toEqual([]);
  driver.offer(PORT_RX, [{ address: BUFFERS, length: 2, writable: true }], 0);
  expect(receiveControl(driver)).toEqual([]);
  driver.offer(PORT_RX, [{ address: BUFFERS, length: 2, writable: true }], 1);
  expect(receiveControl(driver)).toEqual([
    { id: 1, event: CONTROL.PORT_OPEN, value: 0, payload: [] },
  ]);
});

test("a full input asks its source to wait, and tells when there is room", () => {
  const { driver, console } = setUp();
  openPorts(driver);
  const port = console.port("data");
  let drained = 0;
  port.onInputDrained = () => drained++;
  expect(port.send(new Uint8Array(INPUT_HIGH_WATER_BYTES - 1))).toBe(true);
  expect(port.send(new Uint8Array(1))).toBe(false);
  expect(drained).toBe(0);
  driver.offer(PORT_RX, [{ address: BUFFERS, length: 100, writable: true }]);
  expect(drained).toBe(1);
});

test("the guest waits while the host cannot take more output", () => {
  const { driver, console } = setUp();
  openPorts(driver);
  const port = console.port("data");
  const seen: string[] = [];
  port.output = (bytes) => {
    seen.push(text(bytes));
    return false;
  };
  transmit(driver, PORT_TX, "one");
  expect(driver.takeUsed(PORT_TX)).toHaveLength(1);
  transmit(driver, PORT_TX, "two");
  expect(driver.takeUsed(PORT_TX)).toHaveLength(0);
  port.resumeOutput();
  expect(driver.takeUsed(PORT_TX)).toHaveLength(1);
  expect(seen).toEqual(["one", "two"]);
});

test("a host end that closes is announced, and output after it is dropped", () => {
  const { driver, console } = setUp();
  openPorts(driver);
  const seen: string[] = [];
  console.port("data").output = (bytes) => seen.push(text(bytes)) > 0;
  console.port("data").close();
  expect(receiveControl(driver)).toEqual([
    { id: 1, event: CONTROL.PORT_OPEN, value: 0, payload: [] },
  ]);
  transmit(driver, PORT_TX, "lost");
  expect(driver.takeUsed(PORT_TX)).toHaveLength(1);
  expect(seen).toEqual([]);
});

test("control messages about ports that do not exist, and short ones, are ignored", () => {
  const { driver, device } = setUp();
  openPorts(driver);
  sendControl(driver, 99, CONTROL.PORT_READY, 1);
  sendControl(driver, 1, 77, 1);
  driver.offer(CONTROL_TX, [{ address: BUFFERS, length: 3, writable: false }]);
  expect(receiveControl(driver)).toEqual([]);
  expect(device.failure).toBeUndefined();
});

test("the emergency register writes a byte", () => {
  const ram = new Uint8Array(1 << 20);
  const bytes: number[] = [];
  const console = new VirtioConsole({ emergencyWrite: (byte) => bytes.push(byte) });
  const device = new VirtioMmio(console, new GuestMemory(ram), () => {});
  new TestDriver(device, ram, RINGS).initialize(1 << 2, [0, 1]);
  device.write(REG.CONFIG + 8, 4, 0x41);
  expect(bytes).toEqual([0x41]);
});
