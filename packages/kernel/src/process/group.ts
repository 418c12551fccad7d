// SPDX-License-Identifier: MPL-2.0

import type { SignalInfo } from "../signal/signal-info.ts";
import type { Process } from "./process.ts";
import type { Session } from "./session.ts";

/** A process group (setpgid(2)): a job of the shell. It lives as long as it has members. */
export class ProcessGroup {
  readonly pgid: number;
  readonly session: Session;
  readonly members: Set<Process> = new Set();

  constructor(pgid: number, session: Session) {
    this.pgid = pgid;
    this.session = session;
  }

  /** Sends a signal to every member. */
  signal(info: SignalInfo): void {
    for (const process of [...this.members]) process.signal(info);
  }

  /**
   * Whether no member has a parent in another group of the same session (POSIX): nobody there
   * to continue the group when it stops.
   */
  isOrphaned(ignored?: Process): boolean {
    for (const member of this.members) {
      if (member === ignored || member.isZombie) continue;
      const parent = member.parent;
      if (parent === undefined || parent.isInit) continue;
      if (parent.group !== this && parent.session === this.session) return false;
    }
    return true;
  }

  hasStoppedMember(): boolean {
    for (const member of this.members) if (member.isStopped) return true;
    return false;
  }
}
