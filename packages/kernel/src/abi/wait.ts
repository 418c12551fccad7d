// SPDX-License-Identifier: MPL-2.0

import type { Names } from "../syscall/args.ts";

/** Options and id types of wait4(2) and waitid(2). */
export const WNOHANG = 0x0000_0001;
export const WUNTRACED = 0x0000_0002;
export const WSTOPPED = 0x0000_0002;
export const WEXITED = 0x0000_0004;
export const WCONTINUED = 0x0000_0008;
export const WNOWAIT = 0x0100_0000;
export const WNOTHREAD = 0x2000_0000;
export const WALL = 0x4000_0000;
export const WCLONE = 0x8000_0000;

export const P_ALL = 0;
export const P_PID = 1;
export const P_PGID = 2;
export const P_PIDFD = 3;

export const WaitOptionNames: Names = {
  WNOHANG,
  WSTOPPED,
  WEXITED,
  WCONTINUED,
  WNOWAIT,
  __WNOTHREAD: WNOTHREAD,
  __WALL: WALL,
  __WCLONE: WCLONE,
};
export const Wait4OptionNames: Names = {
  WNOHANG,
  WUNTRACED,
  WCONTINUED,
  __WNOTHREAD: WNOTHREAD,
  __WALL: WALL,
  __WCLONE: WCLONE,
};
export const WaitIdTypes: Names = { P_ALL, P_PID, P_PGID, P_PIDFD };
