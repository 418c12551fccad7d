// SPDX-License-Identifier: MPL-2.0

import type { VmReader, VmWriter } from "@aster/ostd";
import type { Result } from "../../result.ts";
import type { Delivery, PassedFiles } from "./passed-files.ts";

/** Default of SO_SNDBUF (net.core.wmem_default): what may be on its way. */
export const SOCKET_BUFFER_BYTES = 212_992;

/** What has been sent to a socket and not been received: bytes, or messages. */
export interface ReceiveQueue {
  readonly isEmpty: boolean;
  /** FIONREAD (unix(7), ioctl): all bytes, or those of the first datagram. */
  readonly readableBytes: number;
  /** Whether `count` bytes may be added; a part of them will do for a stream. */
  hasRoom(count: number): boolean;
  /**
   * Takes bytes, or one message, and on success its files; -EFAULT where nothing could be read,
   * -ENOBUFS without memory.
   */
  add(reader: VmReader, passed: PassedFiles | undefined): Result;
  /** Gives up everything and its memory. */
  clear(): void;
  /**
   * Gives bytes, or one message, which stays when `peeks`; -EFAULT where nothing could be written.
   * Its files go to `delivery`; without one they are given up. Peeked at, they stay the message's.
   */
  take(writer: VmWriter, peeks: boolean, delivery: Delivery | undefined): Result;
}
