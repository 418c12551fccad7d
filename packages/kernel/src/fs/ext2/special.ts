// SPDX-License-Identifier: MPL-2.0

import { deviceMajor, deviceMinor } from "../../abi/stat.ts";
import { Ext2Inode } from "./inode.ts";

/** A FIFO, socket or device node: the VFS opens it by its type. The pointers hold the device. */
export class Ext2Special extends Ext2Inode {
  override get size(): number {
    return 0;
  }
  override setSize(): void {}

  override load(view: DataView, at: number): void {
    super.load(view, at);
    const old = this.pointers[0] ?? 0;
    this.rdev = old !== 0 ? old : (this.pointers[1] ?? 0);
  }

  /** As Linux stores it: in 16 bits where it fits, else in the second word. */
  setDevice(rdev: number): void {
    const isSmall = deviceMajor(rdev) < 256 && deviceMinor(rdev) < 256;
    this.rdev = rdev;
    this.pointers[0] = isSmall ? rdev : 0;
    this.pointers[1] = isSmall ? 0 : rdev;
  }

  protected override dropData(): void {}
}
