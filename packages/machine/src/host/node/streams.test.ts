// SPDX-License-Identifier: MPL-2.0

import { expect, test } from "@jest/globals";
import { PassThrough, Writable } from "node:stream";
import { setImmediate as turn } from "node:timers/promises";
import { GuestMemory } from "../../devices/guest-memory.ts";
import { VirtioConsole } from "../../devices/virtio/console.ts";
import { VirtioMmio } from "../../devices/virtio/mmio.ts";
import { TestDriver } from "../../testing/virtio-driver.ts";
import { pumpInput, pumpOutput } from "./streams.ts";

const BUFFER = 0x80000;
const RECEIVE = 0;
const TRANSMIT = 1;

/** The console without MULTIPORT: one port, which is open at once. */
function setUp() {
  const ram = new Uint8Array(1 << 20);
  const console = new VirtioConsole();
  const driver = new TestDriver(
    new VirtioMmio(console, new GuestMemory(ram), () => {}),
    ram,
    0x10000,
  );
  driver.initialize(0, [RECEIVE, TRANSMIT]);
  const guestWrites = (text: string): void => {
    const bytes = new TextEncoder().encode(text);
    ram.set(bytes, BUFFER);
    driver.offer(TRANSMIT, [{ address: BUFFER, length: bytes.length, writable: false }]);
  };
  return { ram, driver, port: console.terminal, guestWrites };
}

test("a source that is faster than the guest is paused, and goes on when there is room", async () => {
  const { driver, port } = setUp();
  const source = new PassThrough();
  pumpInput(source, port);
  const total = 1024 * 1024;
  for (let sent = 0; sent < total; sent += 65_536) source.write(new Uint8Array(65_536));
  source.end();
  await turn();
  expect(source.isPaused()).toBe(true);
  expect(port.state.inputBytes).toBeLessThan(total / 2);
  let received = 0;
  for (let i = 0; i < 1000 && received < total; i++) {
    driver.offer(RECEIVE, [{ address: BUFFER, length: 4096, writable: true }]);
    for (const { length } of driver.takeUsed(RECEIVE)) received += length;
    await turn();
  }
  expect(received).toBe(total);
  expect(port.state.inputEnded).toBe(true);
  expect(port.state.hostOpen).toBe(false);
});

test("a source that fails is an end of input", async () => {
  const { port } = setUp();
  const source = new PassThrough();
  pumpInput(source, port);
  source.destroy(new Error("EISDIR"));
  await turn();
  expect(port.state.inputEnded).toBe(true);
});

test("a slow sink makes the guest wait, and nothing is lost", async () => {
  const { driver, port, guestWrites } = setUp();
  const written: string[] = [];
  let release: () => void = () => {};
  const sink = new Writable({
    highWaterMark: 4,
    write(bytes: Buffer, _encoding, done) {
      written.push(bytes.toString());
      release = done;
    },
  });
  const pump = pumpOutput(port, sink);
  guestWrites("first");
  expect(driver.takeUsed(TRANSMIT)).toHaveLength(1);
  guestWrites("second");
  expect(driver.takeUsed(TRANSMIT)).toHaveLength(0);
  release();
  await turn();
  expect(driver.takeUsed(TRANSMIT)).toHaveLength(1);
  release();
  const flushed = pump.flush().then(() => "flushed");
  await turn();
  release();
  expect(await flushed).toBe("flushed");
  expect(written.join("")).toBe("firstsecond");
});

test("a sink that breaks closes the port, and the guest no longer waits", async () => {
  const { driver, port, guestWrites } = setUp();
  const sink = new Writable({
    write(_bytes, _encoding, done) {
      done(Object.assign(new Error("write EPIPE"), { code: "EPIPE" }));
    },
  });
  const pump = pumpOutput(port, sink);
  guestWrites("lost");
  await turn();
  expect(port.state.hostOpen).toBe(false);
  guestWrites("lost too");
  expect(driver.takeUsed(TRANSMIT)).toHaveLength(2);
  await pump.flush();
});
