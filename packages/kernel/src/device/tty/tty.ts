// SPDX-License-Identifier: MPL-2.0

import type { ProcessGroup } from "../../process/group.ts";
import type { Session } from "../../process/session.ts";

/**
 * A terminal: line discipline, termios and window size, and the session that it controls.
 *
 * The session side keeps `Session.controllingTty`; both are changed together, by
 * `becomeControllingTtyOf` and `dissociate` alone.
 */
export class Tty {
  /** As in /dev and in messages: "hvc0", "pts/0". */
  readonly name: string;
  /** st_rdev of its node, and tty_nr in /proc/PID/stat. */
  readonly deviceNumber: number;
  /** The session whose controlling terminal this is. */
  session: Session | undefined = undefined;
  /** The group that may read and that gets keyboard signals (tcsetpgrp(3)). */
  foregroundGroup: ProcessGroup | undefined = undefined;

  constructor(name: string, deviceNumber: number) {
    this.name = name;
    this.deviceNumber = deviceNumber;
  }

  /** Makes this the controlling terminal of `session`, with `group` in the foreground. */
  becomeControllingTtyOf(session: Session, group: ProcessGroup): void {
    this.session = session;
    this.foregroundGroup = group;
    session.controllingTty = this;
  }

  /**
   * The session leader exits or gives the terminal up (TIOCNOTTY): SIGHUP and SIGCONT to the
   * foreground group, and the session has no terminal any more (setsid(2), tty_ioctl(4)).
   * K1 calls it from the exit of a session leader with `leaderExits` true, which hangs the
   * terminal up as well.
   */
  dissociate(_leaderExits: boolean): void {
    const session = this.session;
    if (session !== undefined) session.controllingTty = undefined;
    this.session = undefined;
    this.foregroundGroup = undefined;
  }
}
