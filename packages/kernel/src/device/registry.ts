// SPDX-License-Identifier: MPL-2.0

import type { OpenFile } from "../fs/file.ts";
import type { Result } from "../result.ts";
import { fail } from "../result.ts";
import { Errno } from "../abi/errno.ts";
import type { Device, DeviceKind, DeviceOpen } from "./device.ts";
import { deviceMajor, deviceMinor } from "../abi/stat.ts";
import { RandomPool } from "./random-pool.ts";
import { openSlave } from "./tty/ptmx-device.ts";
import { PTS_MAJOR, PtyTable } from "./tty/pty.ts";
import type { Tty } from "./tty/tty.ts";

/** Told of devices that come and go after it subscribed: the file system at /dev. */
export interface DeviceListener {
  deviceAdded(device: Device): void;
  deviceRemoved(device: Device): void;
  /** A symbolic link below /dev: `name` is where, `target` what it holds. */
  linkAdded(name: string, target: string): void;
}

export interface DeviceLink {
  readonly name: string;
  readonly target: string;
}

/** All devices of one system, by number. */
export class DeviceRegistry {
  /** The terminal behind /dev/console, once the command line and the drivers have settled it. */
  consoleTty: Tty | undefined = undefined;

  /** Random bytes for /dev/random, getrandom(2) and the kernel itself. */
  readonly random: RandomPool = new RandomPool();

  readonly ptys: PtyTable = new PtyTable();

  private readonly chars = new Map<number, Device>();
  private readonly blocks = new Map<number, Device>();
  private readonly linkList: DeviceLink[] = [];
  private readonly listeners: DeviceListener[] = [];

  register(device: Device): void {
    this.tableOf(device.kind).set(device.number, device);
    for (const listener of this.listeners) listener.deviceAdded(device);
  }

  unregister(device: Device): void {
    this.tableOf(device.kind).delete(device.number);
    for (const listener of this.listeners) listener.deviceRemoved(device);
  }

  addLink(name: string, target: string): void {
    this.linkList.push({ name, target });
    for (const listener of this.listeners) listener.linkAdded(name, target);
  }

  /** Subscribes, and tells at once of all that is there. */
  subscribe(listener: DeviceListener): void {
    this.listeners.push(listener);
    for (const device of this.chars.values()) listener.deviceAdded(device);
    for (const device of this.blocks.values()) listener.deviceAdded(device);
    for (const link of this.linkList) listener.linkAdded(link.name, link.target);
  }

  find(kind: DeviceKind, number: number): Device | undefined {
    return this.tableOf(kind).get(number);
  }

  /** All devices of a kind in the order in which they came (/proc/devices). */
  list(kind: DeviceKind): Iterable<Device> {
    return this.tableOf(kind).values();
  }

  /** Opens what a node with this st_rdev names; ENXIO where no driver has the number (open(2)). */
  open(kind: DeviceKind, number: number, request: DeviceOpen): OpenFile | Result {
    if (kind === "char" && deviceMajor(number) === PTS_MAJOR) {
      return openSlave(this.ptys, deviceMinor(number), request);
    }
    const device = this.find(kind, number);
    if (device === undefined) return fail(Errno.ENXIO, "no such device");
    return device.open(request);
  }

  private tableOf(kind: DeviceKind): Map<number, Device> {
    return kind === "char" ? this.chars : this.blocks;
  }
}
