// SPDX-License-Identifier: MPL-2.0

import { makeDevice } from "../../../abi/stat.ts";
import { VmReader } from "@aster/ostd";
import { TtyDevice } from "../../../device/tty/tty-device.ts";
import { TtyDriver } from "../../../device/tty/tty-driver.ts";
import { Tty } from "../../../device/tty/tty.ts";
import type { Kernel } from "../../../kernel.ts";
import type { ConsolePort, PortListener } from "./port.ts";

/** Major number of hypervisor consoles on Linux. */
const HVC_MAJOR = 229;
const INPUT_PIECE_BYTES = 1024;

/** A terminal on a console port: /dev/hvcN. */
export class HvcDriver extends TtyDriver implements PortListener {
  private readonly port: ConsolePort;
  private readonly tty: Tty;
  private readonly piece: Uint8Array = new Uint8Array(INPUT_PIECE_BYTES);

  constructor(port: ConsolePort, name: string, deviceNumber: number) {
    super();
    this.port = port;
    this.tty = new Tty(name, deviceNumber, this);
    port.listener = this;
  }

  get terminal(): Tty {
    return this.tty;
  }

  // --- The terminal's side

  writeRoom(): number {
    return this.port.outputRoom;
  }

  write(bytes: Uint8Array, count: number): void {
    this.port.writeFrom(VmReader.from(bytes, 0, count));
  }

  override pendingBytes(): number {
    return this.port.pendingBytes;
  }

  /** Moves input to the terminal while it has room; the rest stays with the device. */
  override inputDrained(): void {
    const { port, tty, piece } = this;
    while (tty.inputRoom > 0) {
      const count = port.peek()?.readBytes(piece, 0, Math.min(piece.length, tty.inputRoom)) ?? 0;
      if (count === 0) return;
      // Taken before it is given: what it makes the terminal do may come back here.
      port.consume(count);
      tty.receive(piece, 0, count);
    }
  }

  // --- The port's side

  portReadable(): void {
    this.inputDrained();
  }

  portWritable(): void {
    this.tty.outputDrained();
  }

  portConnectionChanged(): void {
    if (!this.port.hostConnected) this.tty.hangup();
  }

  resized(columns: number, rows: number): void {
    this.tty.resize({ rows, columns, xPixels: 0, yPixels: 0 });
  }
}

/** Makes the next /dev/hvcN on `port`. */
export function createHvc(kernel: Kernel, port: ConsolePort): HvcDriver {
  let index = 0;
  while (kernel.devices.find("char", makeDevice(HVC_MAJOR, index)) !== undefined) index++;
  const name = `hvc${index}`;
  const driver = new HvcDriver(port, name, makeDevice(HVC_MAJOR, index));
  // Where the device tells no size, as QEMU's, the command line may: COLUMNSxROWS.
  const size = /^(\d{1,4})x(\d{1,4})$/.exec(kernel.commandLine.get("aster.console_size") ?? "");
  if (size !== null && index === 0) driver.resized(Number(size[1]), Number(size[2]));
  kernel.devices.register(new TtyDevice(driver.terminal, HVC_MAJOR, index, name));
  return driver;
}
