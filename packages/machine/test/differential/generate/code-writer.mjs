// SPDX-License-Identifier: MPL-2.0

import { littleEndian } from "./state.mjs";

/** Writes the code of a program: bytes at offsets of a segment, with jumps to labels that may follow later. */
export class CodeWriter {
  constructor(size) {
    this.bytes = new Uint8Array(size).fill(0xcc);
    this.at = 0;
    this.labels = new Map();
    this.fixups = [];
    /** [start, end) of what has been written. */
    this.ranges = [];
  }

  put(...bytes) {
    if (this.at + bytes.length > this.bytes.length) throw new Error("the code segment is full");
    this.bytes.set(bytes, this.at);
    const last = this.ranges[this.ranges.length - 1];
    if (last !== undefined && last[1] === this.at) last[1] += bytes.length;
    else this.ranges.push([this.at, this.at + bytes.length]);
    this.at += bytes.length;
  }

  put32(value) {
    this.put(...littleEndian(BigInt.asUintN(32, BigInt(value)), 4));
  }

  label(name) {
    this.labels.set(name, this.at);
  }

  /** `opcode` followed by the distance to a label, of one byte where `short` is given and it is known and near. */
  jump(opcode, name, short) {
    const known = this.labels.get(name);
    if (short !== undefined && known !== undefined) {
      const distance = known - (this.at + short.length + 1);
      if (distance >= -128) {
        this.put(...short, distance & 0xff);
        return;
      }
    }
    this.put(...opcode);
    this.fixups.push({ at: this.at, name });
    this.put32(0);
  }

  /** Fills in the distances. */
  finish() {
    for (const { at, name } of this.fixups) {
      const target = this.labels.get(name);
      if (target === undefined) throw new Error(`no label ${name}`);
      this.bytes.set(littleEndian(BigInt.asUintN(32, BigInt(target - (at + 4))), 4), at);
    }
  }
}
