// SPDX-License-Identifier: MPL-2.0

import type { Thread } from "../../process/thread.ts";
import type { UnixName } from "./address.ts";
import type { PassedFiles } from "./passed-files.ts";

/** Stands for who sent what nobody asked to know the sender of. */
const OVERFLOW_ID = 65_534;

/** struct ucred: who a process is to the other end of a socket (unix(7)). */
export class SenderIds {
  static readonly UNKNOWN: SenderIds = new SenderIds(0, OVERFLOW_ID, OVERFLOW_ID);
  /** What Linux tells at the end of a stream. */
  static readonly END: SenderIds = new SenderIds(0, 0, 0);
  /** SO_PEERCRED of a socket without a peer. */
  static readonly NOBODY: SenderIds = new SenderIds(0, 0xffff_ffff, 0xffff_ffff);

  readonly pid: number;
  readonly uid: number;
  readonly gid: number;

  constructor(pid: number, uid: number, gid: number) {
    this.pid = pid;
    this.uid = uid;
    this.gid = gid;
  }

  /** What is told with a message: the real ids. */
  static sending({ process, credentials }: Thread): SenderIds {
    return new SenderIds(process.pid, credentials.uid, credentials.gid);
  }
  /** What is told of a connection: the effective ids. */
  static connecting({ process, credentials }: Thread): SenderIds {
    return new SenderIds(process.pid, credentials.euid, credentials.egid);
  }

  equals(other: SenderIds | undefined): boolean {
    return this.pid === other?.pid && this.uid === other.uid && this.gid === other.gid;
  }
}

/** What a message is sent with beside its bytes. */
export interface Envelope {
  readonly passed: PassedFiles | undefined;
  /** Where either side asks for them, or the sender tells them. */
  readonly ids: SenderIds | undefined;
  /** Who has sent it, whose address is told as it is when the message is received. */
  readonly sender: Named;
}

/** Who has an address; "" for none. */
export interface Named {
  readonly name: UnixName;
}

/** What a receiver gets of what it has received beside the bytes. */
export class Delivery {
  /** Held by the message still; without a wish for them they are given up. */
  passed: PassedFiles | undefined = undefined;
  ids: SenderIds | undefined = undefined;
  /** The address of whoever has sent what was received; "" where it has none, or nothing was received. */
  sender: UnixName = "";
  /** The ids are told: a receive ends where bytes of another sender begin. */
  readonly wantsIds: boolean;

  constructor(wantsIds: boolean) {
    this.wantsIds = wantsIds;
  }
}
