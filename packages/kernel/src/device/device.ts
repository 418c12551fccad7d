// SPDX-License-Identifier: MPL-2.0

import { makeDevice } from "../abi/stat.ts";
import type { OpenFile } from "../fs/file.ts";
import type { Path } from "../fs/path.ts";
import type { Thread } from "../process/thread.ts";
import type { Result } from "../result.ts";

/** How a device opens: what the path walk found and what open(2) was asked for. */
export interface DeviceOpen {
  /** The thread that opens; its session matters to terminals. */
  readonly thread: Thread;
  /** The node that names the device, for `OpenFile`'s constructor; undefined for the kernel's own opens. */
  readonly location: Path | undefined;
  /** The `O_*` flags of open(2), creation flags included. */
  readonly flags: number;
  /** The absolute path opened, as a byte string. */
  readonly path: string;
}

export type DeviceKind = "char" | "block";

/** A device that a node of /dev can name. */
export abstract class Device {
  readonly kind: DeviceKind;
  readonly major: number;
  readonly minor: number;
  /** Path below /dev, e.g. "null" or "pts/0". */
  readonly name: string;
  /** Permission bits of the node in /dev. */
  readonly mode: number;
  /** Group of the node in /dev. */
  readonly gid: number;

  constructor(kind: DeviceKind, major: number, minor: number, name: string, mode = 0o600, gid = 0) {
    this.kind = kind;
    this.major = major;
    this.minor = minor;
    this.name = name;
    this.mode = mode;
    this.gid = gid;
  }

  /** st_rdev of the node. */
  get number(): number {
    return makeDevice(this.major, this.minor);
  }

  /** Opens the device; a negative result is minus an errno. May answer BLOCKED. */
  abstract open(request: DeviceOpen): OpenFile | Result;
}
