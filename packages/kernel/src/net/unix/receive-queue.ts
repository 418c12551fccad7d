// SPDX-License-Identifier: MPL-2.0

import type { VmReader, VmWriter } from "@aster/ostd";
import type { Result } from "../../result.ts";
import type { Delivery, Envelope } from "./envelope.ts";

/** What has been sent to a socket and not been received: bytes, or messages. */
export interface ReceiveQueue {
  readonly isEmpty: boolean;
  /** FIONREAD (unix(7), ioctl): all bytes, or those of the first datagram. */
  readonly readableBytes: number;
  /** Whether `count` bytes may be added to `limit` at most; a part of them will do for a stream. */
  hasRoom(count: number, limit: number): boolean;
  /** Messages that wait; 0 for a stream. */
  readonly messageCount: number;
  /**
   * Takes bytes up to `limit` in all, or one message, and on success the files in `envelope`; -EFAULT where nothing could be read,
   * -ENOBUFS without memory.
   */
  add(reader: VmReader, envelope: Envelope, limit: number): Result;
  /** Gives up everything and its memory. */
  clear(): void;
  /**
   * Gives bytes, or one message, which stays when `peeks`; -EFAULT where nothing could be written.
   * Its files go to `delivery`; without one they are given up. Peeked at, they stay the message's.
   */
  take(writer: VmWriter, peeks: boolean, delivery: Delivery | undefined): Result;
}
