// SPDX-License-Identifier: MPL-2.0

import type { AccessWidth } from "@aster/hardware";
import { ConsolePort, INPUT_HIGH_WATER_BYTES, type ConsolePortOwner } from "./console-port.ts";
import type { DescriptorChain } from "./descriptor-chain.ts";
import type { VirtioDevice, VirtioTransport } from "./device.ts";

/** Feature bits (virtio 1.2, 5.3.3). */
export const VIRTIO_CONSOLE_F_SIZE = 0;
export const VIRTIO_CONSOLE_F_MULTIPORT = 1;
export const VIRTIO_CONSOLE_F_EMERG_WRITE = 2;

/** Events of the control queues (virtio 1.2, 5.3.6.2). */
export const CONTROL = {
  DEVICE_READY: 0,
  DEVICE_ADD: 1,
  DEVICE_REMOVE: 2,
  PORT_READY: 3,
  CONSOLE_PORT: 4,
  RESIZE: 5,
  PORT_OPEN: 6,
  PORT_NAME: 7,
} as const;

/** struct virtio_console_control: le32 id, le16 event, le16 value. */
const CONTROL_SIZE = 8;
const CONTROL_RECEIVE_QUEUE = 2;
const CONTROL_TRANSMIT_QUEUE = 3;

/** Offsets in the configuration space (virtio 1.2, 5.3.4). */
const CONFIG_COLS = 0;
const CONFIG_ROWS = 2;
const CONFIG_MAX_PORTS = 4;
const CONFIG_EMERG_WRITE = 8;
const CONFIG_SIZE = 12;

const DATA_QUEUE_SIZE = 128;
const CONTROL_QUEUE_SIZE = 64;
/** One piece of output handed to the host; larger buffers go in several. */
const OUTPUT_PIECE_BYTES = 128 * 1024;

export interface VirtioConsoleOptions {
  /** Names of the generic ports, which get the ids 1, 2, … */
  readonly portNames?: readonly string[];
  /** Size of the terminal on port 0, in characters. */
  readonly size?: { readonly columns: number; readonly rows: number };
  /** Gets bytes written to the emergency register, which works before the driver does. */
  readonly emergencyWrite?: (byte: number) => void;
}

/**
 * The console device (virtio 1.2, 5.3): port 0 is the terminal, the others are
 * plain byte streams known by name.
 */
export class VirtioConsole implements VirtioDevice, ConsolePortOwner {
  readonly deviceId = 3;
  readonly deviceFeatures: number;
  readonly queueSizes: readonly number[];
  readonly config: Uint8Array = new Uint8Array(CONFIG_SIZE);
  readonly ports: readonly ConsolePort[];

  private readonly configView = new DataView(this.config.buffer);
  private readonly emergencyWrite: (byte: number) => void;
  private transport: VirtioTransport | undefined;
  /** Control messages that wait for a buffer of the driver. */
  private readonly control: Uint8Array[] = [];
  /** The driver said DEVICE_READY: it can be told about ports. */
  private controlReady = false;
  /** The driver said PORT_READY for these ids. */
  private readonly readyPorts = new Set<number>();

  constructor(options: VirtioConsoleOptions = {}) {
    const names = options.portNames ?? [];
    this.ports = [undefined, ...names].map((name, id) => new ConsolePort(this, id, name));
    this.emergencyWrite = options.emergencyWrite ?? (() => {});
    this.deviceFeatures =
      (1 << VIRTIO_CONSOLE_F_SIZE) |
      (1 << VIRTIO_CONSOLE_F_MULTIPORT) |
      (1 << VIRTIO_CONSOLE_F_EMERG_WRITE);
    // Two queues per port, and the control queues after those of port 0 (5.3.2).
    this.queueSizes = Array.from({ length: 2 * this.ports.length + 2 }, (_, index) =>
      index === CONTROL_RECEIVE_QUEUE || index === CONTROL_TRANSMIT_QUEUE
        ? CONTROL_QUEUE_SIZE
        : DATA_QUEUE_SIZE,
    );
    this.configView.setUint32(CONFIG_MAX_PORTS, this.ports.length, true);
    this.storeSize(options.size?.columns ?? 80, options.size?.rows ?? 24);
  }

  /** The terminal: port 0. */
  get terminal(): ConsolePort {
    return this.portById(0);
  }

  /** The generic port called `name`. */
  port(name: string): ConsolePort {
    const port = this.ports.find((candidate) => candidate.name === name);
    if (port === undefined) throw new RangeError(`the console device has no port "${name}"`);
    return port;
  }

  /** The size of the terminal changed. */
  resize(columns: number, rows: number): void {
    this.storeSize(columns, rows);
    if (this.controlReady && this.readyPorts.has(0)) this.sendSize();
    this.transport?.configChanged();
  }

  // --- VirtioDevice

  attach(transport: VirtioTransport): void {
    this.transport = transport;
  }

  start(): void {
    for (const port of this.ports) {
      this.deliverInput(port);
      this.collectOutput(port);
    }
    this.readControl();
  }

  reset(): void {
    this.control.length = 0;
    this.controlReady = false;
    this.readyPorts.clear();
    for (const port of this.ports) {
      port.state.guestOpen = false;
      port.state.announcedOpen = false;
    }
  }

  notify(index: number): void {
    if (index === CONTROL_TRANSMIT_QUEUE) {
      this.readControl();
    } else if (index === CONTROL_RECEIVE_QUEUE) {
      this.flushControl();
    } else {
      const port = this.portById(index < 2 ? 0 : (index >>> 1) - 1);
      if ((index & 1) === 0) this.deliverInput(port);
      else this.collectOutput(port);
    }
  }

  configWritten(offset: number, _width: AccessWidth, value: number): void {
    if (offset === CONFIG_EMERG_WRITE) this.emergencyWrite(value & 0xff);
  }

  // --- ConsolePortOwner

  /** Moves queued input into the buffers of the driver. */
  deliverInput(port: ConsolePort): void {
    const transport = this.transport;
    const { state } = port;
    if (transport === undefined || !transport.running || !this.mayUsePort(port)) return;
    const wasFull = state.inputBytes >= INPUT_HIGH_WATER_BYTES;
    const queue = transport.queue(receiveQueue(port.id));
    let used = false;
    // A driver that reads a port nobody opened would lose what it is given.
    while (state.inputBytes > 0 && (port.id === 0 || state.guestOpen)) {
      const chain = queue.pop();
      if (chain === undefined) break;
      queue.push(chain, takeInput(port, chain));
      used = true;
    }
    if (used || queue.broken !== undefined) transport.usedBuffers(queue);
    if (state.inputEnded && state.inputBytes === 0 && state.hostOpen) {
      state.hostOpen = false;
      this.announceHostOpen(port);
    }
    if (wasFull && state.inputBytes < INPUT_HIGH_WATER_BYTES) port.onInputDrained();
  }

  /** Takes what the driver wants to send, unless the host asked to wait. */
  collectOutput(port: ConsolePort): void {
    const transport = this.transport;
    if (transport === undefined || !transport.running || !this.mayUsePort(port)) return;
    const queue = transport.queue(receiveQueue(port.id) + 1);
    let used = false;
    while (!port.state.outputPaused) {
      const chain = queue.pop();
      if (chain === undefined) break;
      const length = chain.readableBytes;
      for (let offset = 0; offset < length; offset += OUTPUT_PIECE_BYTES) {
        const piece = new Uint8Array(Math.min(OUTPUT_PIECE_BYTES, length - offset));
        chain.read(offset, piece);
        port.receive(piece);
      }
      queue.push(chain, 0);
      used = true;
    }
    if (used || queue.broken !== undefined) transport.usedBuffers(queue);
  }

  announceHostOpen(port: ConsolePort): void {
    const { state } = port;
    if (!this.readyPorts.has(port.id) || state.announcedOpen === state.hostOpen) return;
    state.announcedOpen = state.hostOpen;
    this.sendControl(port.id, CONTROL.PORT_OPEN, state.hostOpen ? 1 : 0);
  }

  // --- Control queues

  private readControl(): void {
    const transport = this.transport;
    if (transport === undefined || !transport.hasFeature(VIRTIO_CONSOLE_F_MULTIPORT)) return;
    const queue = transport.queue(CONTROL_TRANSMIT_QUEUE);
    let used = false;
    for (let chain = queue.pop(); chain !== undefined; chain = queue.pop()) {
      const message = new Uint8Array(CONTROL_SIZE);
      if (chain.read(0, message) === CONTROL_SIZE) {
        const view = new DataView(message.buffer);
        const id = view.getUint32(0, true);
        this.handleControl(id, view.getUint16(4, true), view.getUint16(6, true));
      }
      queue.push(chain, 0);
      used = true;
    }
    if (used || queue.broken !== undefined) transport.usedBuffers(queue);
  }

  private handleControl(id: number, event: number, value: number): void {
    if (event === CONTROL.DEVICE_READY) {
      if (value !== 1 || this.controlReady) return;
      this.controlReady = true;
      for (const port of this.ports) this.sendControl(port.id, CONTROL.DEVICE_ADD, 0);
      return;
    }
    const port = this.ports[id];
    if (port === undefined || !this.controlReady) return;
    if (event === CONTROL.PORT_READY && value === 1 && !this.readyPorts.has(id)) {
      this.readyPorts.add(id);
      if (port.name === undefined) {
        this.sendControl(id, CONTROL.CONSOLE_PORT, 1);
        this.sendSize();
      } else {
        this.sendControl(id, CONTROL.PORT_NAME, 1, latin1(port.name));
      }
      this.announceHostOpen(port);
      this.deliverInput(port);
      this.collectOutput(port);
    } else if (event === CONTROL.PORT_OPEN) {
      port.state.guestOpen = value === 1;
      port.onGuestOpen(port.state.guestOpen);
      this.deliverInput(port);
    }
  }

  private sendSize(): void {
    const size = new Uint8Array(4);
    const view = new DataView(size.buffer);
    // struct virtio_console_resize: cols first (5.3.6.2).
    view.setUint16(0, this.configView.getUint16(CONFIG_COLS, true), true);
    view.setUint16(2, this.configView.getUint16(CONFIG_ROWS, true), true);
    this.sendControl(0, CONTROL.RESIZE, 1, size);
  }

  private sendControl(id: number, event: number, value: number, payload?: Uint8Array): void {
    const message = new Uint8Array(CONTROL_SIZE + (payload?.length ?? 0));
    const view = new DataView(message.buffer);
    view.setUint32(0, id, true);
    view.setUint16(4, event, true);
    view.setUint16(6, value, true);
    if (payload !== undefined) message.set(payload, CONTROL_SIZE);
    if (event === CONTROL.RESIZE) {
      // A terminal that is dragged sends many sizes; only the last matters.
      const older = this.control.findIndex((m) => m[4] === CONTROL.RESIZE);
      if (older >= 0) this.control.splice(older, 1);
    }
    this.control.push(message);
    this.flushControl();
  }

  private flushControl(): void {
    const transport = this.transport;
    if (transport === undefined || !transport.running || !this.controlReady) return;
    const queue = transport.queue(CONTROL_RECEIVE_QUEUE);
    let used = false;
    for (let message = this.control[0]; message !== undefined; message = this.control[0]) {
      const chain = queue.pop();
      if (chain === undefined) break;
      this.control.shift();
      queue.push(chain, chain.write(0, message));
      used = true;
    }
    if (used || queue.broken !== undefined) transport.usedBuffers(queue);
  }

  // --- Helpers

  /** Without MULTIPORT the device is one console, and the queues of the rest mean nothing. */
  private mayUsePort(port: ConsolePort): boolean {
    return port.id === 0 || this.readyPorts.has(port.id);
  }

  private portById(id: number): ConsolePort {
    const port = this.ports[id];
    if (port === undefined) throw new RangeError(`the console device has no port ${id}`);
    return port;
  }

  private storeSize(columns: number, rows: number): void {
    this.configView.setUint16(CONFIG_COLS, clampU16(columns), true);
    this.configView.setUint16(CONFIG_ROWS, clampU16(rows), true);
  }
}

function receiveQueue(portId: number): number {
  return portId === 0 ? 0 : 2 * portId + 2;
}

/** Fills the buffer from the port's input; returns the number of bytes. */
function takeInput(port: ConsolePort, chain: DescriptorChain): number {
  const { input } = port.state;
  let done = 0;
  for (let piece = input[0]; piece !== undefined; piece = input[0]) {
    const count = chain.write(done, piece);
    done += count;
    if (count < piece.length) {
      input[0] = piece.subarray(count);
      break;
    }
    input.shift();
  }
  port.state.inputBytes -= done;
  return done;
}

function clampU16(value: number): number {
  return Math.min(Math.max(Math.trunc(value), 0), 0xffff);
}

function latin1(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
