// SPDX-License-Identifier: MPL-2.0

import { monotonicNs } from "@aster/ostd";
import { AGENT_PORT } from "../../../agent/protocol.ts";
import type { Kernel } from "../../../kernel.ts";
import type { BottomHalves } from "../../bottom-half.ts";
import { VirtioDriver } from "../driver.ts";
import type { VirtQueue } from "../queue.ts";
import type { VirtioTransport } from "../transport.ts";
import { ControlEvent, ControlQueues } from "./control.ts";
import type { ControlMessage } from "./control.ts";
import { createHvc } from "./hvc.ts";
import type { HvcDriver } from "./hvc.ts";
import { ConsolePort } from "./port.ts";
import { VirtioPort } from "./vport.ts";

/** Feature bits (virtio 1.2, 5.3.3). */
const F_SIZE = 1 << 0;
const F_MULTIPORT = 1 << 1;

const CONFIG_COLUMNS = 0;
const CONFIG_ROWS = 2;
const CONFIG_MAX_PORTS = 4;

const CONTROL_RECEIVE_QUEUE = 2;
const CONTROL_TRANSMIT_QUEUE = 3;
const DATA_QUEUE_SIZE = 32;
const CONTROL_QUEUE_SIZE = 32;
/** Ports beyond this many are left alone: each costs memory, and ids must stay below 512. */
const MAX_PORTS = 64;
/** How long control messages may take at start: a device that never stops talking must not hang the boot. */
const SETTLE_NS = 500e6;
const SETTLE_ROUNDS_MAX = 100_000;

/** Driver of the console device (virtio 1.2, 5.3), with one port or many. */
export class VirtioConsole extends VirtioDriver {
  /** The device's rank, N of /dev/vportNpM. */
  readonly index: number;
  private readonly features: number;
  private readonly control: ControlQueues | undefined;
  /** Ports that the device has announced, by id. */
  private readonly ports: (ConsolePort | undefined)[] = [];
  private readonly queuePairs: readonly (readonly [VirtQueue, VirtQueue])[];
  private readonly terminals = new Map<number, HvcDriver>();
  private readonly streams = new Map<number, VirtioPort>();

  private constructor(
    kernel: Kernel,
    bottomHalves: BottomHalves,
    transport: VirtioTransport,
    index: number,
    features: number,
    queuePairs: readonly (readonly [VirtQueue, VirtQueue])[],
    control: ControlQueues | undefined,
  ) {
    super(kernel, bottomHalves, transport, `virtio-console ${index}`);
    this.index = index;
    this.features = features;
    this.queuePairs = queuePairs;
    this.control = control;
  }

  /** Sets the device up and finds its ports; says what is wrong where it can not. */
  static start(
    kernel: Kernel,
    bottomHalves: BottomHalves,
    transport: VirtioTransport,
    index: number,
  ): string | undefined {
    const features = transport.negotiate(F_SIZE | F_MULTIPORT);
    if (typeof features === "string") return features;
    const isMultiport = (features & F_MULTIPORT) !== 0;
    const announced = isMultiport ? transport.readConfigU32(CONFIG_MAX_PORTS) : 1;
    const portCount = Math.min(Math.max(announced, 1), MAX_PORTS);
    const pairs: (readonly [VirtQueue, VirtQueue])[] = [];
    for (let id = 0; id < portCount; id++) {
      const first = firstQueueOf(id);
      const receive = transport.createQueue(first, DATA_QUEUE_SIZE);
      const transmit = transport.createQueue(first + 1, DATA_QUEUE_SIZE);
      if (typeof receive === "string") return receive;
      if (typeof transmit === "string") return transmit;
      pairs.push([receive, transmit]);
    }
    const control = isMultiport ? createControl(transport) : undefined;
    if (typeof control === "string") return control;
    const device = new VirtioConsole(
      kernel,
      bottomHalves,
      transport,
      index,
      features,
      pairs,
      control,
    );
    device.run();
    return undefined;
  }

  private run(): void {
    this.begin();
    if (this.control === undefined) {
      const port = this.addPort(0);
      if (port === undefined) return;
      port.hostConnected = true;
      this.makeTerminal(port);
      this.onConfigChange();
      return;
    }
    this.control.start();
    this.transport.notify(this.control.receiveQueue);
    this.tell(0, ControlEvent.DEVICE_READY, 1);
    this.settle(this.control);
  }

  /**
   * Waits until the device has taken all that it was told, and its answers were handled: then the
   * terminals are known, which the boot wants to open. A device beside the CPU takes a moment for
   * it; one that takes longer is answered by interrupts.
   */
  private settle(control: ControlQueues): void {
    const deadline = monotonicNs() + SETTLE_NS;
    for (let round = 0; round < SETTLE_ROUNDS_MAX; round++) {
      // Asked first: the answer to what was taken since may have come since, too.
      const isSending = control.transmitQueue.inFlight > 0;
      if (!this.handleControl() && !isSending) return;
      if (monotonicNs() > deadline) return;
    }
  }

  /** The guest opened or closed its end of `port`. */
  announceOpen(port: ConsolePort, isOpen: boolean): void {
    if (!port.dead) this.tell(port.id, ControlEvent.PORT_OPEN, isOpen ? 1 : 0);
  }

  protected onUsedBuffers(): void {
    for (const port of this.ports) {
      const broken = port?.onUsedBuffers();
      if (broken !== undefined) {
        this.checkQueue(broken);
        return;
      }
    }
    this.handleControl();
  }

  protected onBroken(): void {
    for (const port of this.ports) port?.die();
  }

  protected override onConfigChange(): void {
    // With several ports, sizes come as control messages (5.3.4).
    if ((this.features & F_SIZE) === 0 || this.control !== undefined) return;
    const columns = this.transport.readConfigU16(CONFIG_COLUMNS);
    const rows = this.transport.readConfigU16(CONFIG_ROWS);
    this.terminals.get(0)?.resized(columns, rows);
  }

  private tell(id: number, event: number, value: number): void {
    if (this.control === undefined) return;
    this.control.send(id, event, value);
    this.transport.notify(this.control.transmitQueue);
  }

  /** Answers control messages; whether there were any. */
  private handleControl(): boolean {
    const { control } = this;
    if (control === undefined || this.broken) return false;
    let any = false;
    for (let message = control.receive(); message !== undefined; message = control.receive()) {
      any = true;
      this.onMessage(message);
    }
    if (any) this.transport.notify(control.receiveQueue);
    if (control.flush()) this.transport.notify(control.transmitQueue);
    this.checkQueue(control.receiveQueue);
    this.checkQueue(control.transmitQueue);
    return any;
  }

  private onMessage({ id, event, value, payload }: ControlMessage): void {
    if (event === ControlEvent.PORT_ADD) {
      const isNew = id < this.queuePairs.length && this.ports[id] === undefined;
      const port = isNew ? this.addPort(id) : undefined;
      this.tell(id, ControlEvent.PORT_READY, port === undefined ? 0 : 1);
      return;
    }
    const port = this.ports[id];
    if (port === undefined) {
      this.kernel.log.warn(`${this.name}: message ${event} for port ${id}, which is not there`);
      return;
    }
    switch (event) {
      case ControlEvent.PORT_REMOVE:
        this.removePort(port);
        return;
      case ControlEvent.CONSOLE_PORT:
        this.makeTerminal(port);
        return;
      case ControlEvent.RESIZE:
        this.onResize(port, payload);
        return;
      case ControlEvent.PORT_OPEN:
        port.setHostConnected(value !== 0);
        return;
      case ControlEvent.PORT_NAME:
        this.onName(port, payload);
        return;
      default:
        this.kernel.log.warn(`${this.name}: unknown control message ${event}`);
    }
  }

  private addPort(id: number): ConsolePort | undefined {
    const pair = this.queuePairs[id];
    if (pair === undefined) return undefined;
    const port = ConsolePort.create(this, id, pair[0], pair[1]);
    if (port === undefined) {
      this.kernel.log.error(`${this.name}: no memory for port ${id}`);
      return undefined;
    }
    this.ports[id] = port;
    port.start();
    if (this.control !== undefined && id !== 0) this.makeStream(port);
    return port;
  }

  /** A port that goes away keeps its buffers: the device may still hold them. */
  private removePort(port: ConsolePort): void {
    port.removed = true;
    port.die();
    const stream = this.streams.get(port.id);
    if (stream !== undefined) this.kernel.devices.unregister(stream);
  }

  private makeTerminal(port: ConsolePort): void {
    if (this.terminals.has(port.id)) return;
    const stream = this.streams.get(port.id);
    if (stream !== undefined) {
      this.streams.delete(port.id);
      this.kernel.devices.unregister(stream);
    }
    this.terminals.set(port.id, createHvc(this.kernel, port));
    this.announceOpen(port, true);
  }

  private makeStream(port: ConsolePort): void {
    const stream = new VirtioPort(port);
    this.streams.set(port.id, stream);
    this.kernel.devices.register(stream);
  }

  private onResize(port: ConsolePort, payload: Uint8Array): void {
    if (payload.length < 4) return;
    const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
    this.terminals.get(port.id)?.resized(view.getUint16(0, true), view.getUint16(2, true));
  }

  private onName(port: ConsolePort, payload: Uint8Array): void {
    let name = "";
    for (const byte of payload) {
      if (byte === 0) break;
      name += String.fromCharCode(byte);
    }
    const isSound = name !== "" && name !== "." && name !== ".." && !name.includes("/");
    if (!isSound) {
      this.kernel.log.warn(`${this.name}: port ${port.id} has a name that no file can have`);
      return;
    }
    const stream = this.streams.get(port.id);
    if (stream !== undefined && name === AGENT_PORT) {
      this.streams.delete(port.id);
      this.kernel.devices.unregister(stream);
      this.kernel.agentPort = port;
      return;
    }
    if (stream !== undefined && stream.portName === undefined) {
      stream.portName = name;
      this.kernel.devices.addLink(`virtio-ports/${name}`, `../${stream.name}`);
    }
  }
}

/** Queues 0 and 1 are port 0's, 2 and 3 control, then two per port (5.3.2). */
function firstQueueOf(portId: number): number {
  return portId === 0 ? 0 : 2 * portId + 2;
}

function createControl(transport: VirtioTransport): ControlQueues | string {
  const receive = transport.createQueue(CONTROL_RECEIVE_QUEUE, CONTROL_QUEUE_SIZE);
  const transmit = transport.createQueue(CONTROL_TRANSMIT_QUEUE, CONTROL_QUEUE_SIZE);
  if (typeof receive === "string") return receive;
  if (typeof transmit === "string") return transmit;
  return ControlQueues.create(receive, transmit) ?? "out of memory";
}
