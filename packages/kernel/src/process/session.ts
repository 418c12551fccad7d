// SPDX-License-Identifier: MPL-2.0

import type { Tty } from "../device/tty/tty.ts";
import type { ProcessGroup } from "./group.ts";
import type { Process } from "./process.ts";

/** A session (setsid(2)): the groups that share a controlling terminal. */
export class Session {
  readonly sid: number;
  /** The process that made it; undefined once it has exited. */
  leader: Process | undefined;
  readonly groups: Set<ProcessGroup> = new Set();
  /** Changed by `Tty.becomeControllingTtyOf` and `Tty.dissociate` alone. */
  controllingTty: Tty | undefined = undefined;

  constructor(sid: number, leader: Process | undefined) {
    this.sid = sid;
    this.leader = leader;
  }
}
