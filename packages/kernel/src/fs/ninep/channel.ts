// SPDX-License-Identifier: MPL-2.0

/** Carries messages of 9P to a server and its replies back. */
export interface NinePChannel {
  /** The longest message, in bytes. */
  readonly messageBytesMax: number;
  /** The reply to a whole message; undefined where the server can not be reached any more. */
  exchange(message: Uint8Array): Uint8Array | undefined;
}
