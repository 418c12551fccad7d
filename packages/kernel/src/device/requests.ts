// SPDX-License-Identifier: MPL-2.0

/** The requests of ioctl(2) that devices take, in SCML, for the declaration of the call. */

/** tty/tty-ioctl.ts; tty_ioctl(4). */
export const TERMINAL_REQUESTS: string = [
  "TCGETS | TCSETS | TCSETSW | TCSETSF | TCGETS2 | TCSETS2 | TCSETSW2 | TCSETSF2",
  "TCGETA | TCSETA | TCSETAW | TCSETAF | TCSBRK | TCSBRKP | TCXONC | TCFLSH",
  "TIOCGPGRP | TIOCSPGRP | TIOCGSID | TIOCSCTTY | TIOCNOTTY | TIOCOUTQ | TIOCGDEV | TIOCVHANGUP",
  "TIOCSTI | TIOCSBRK | TIOCCBRK | TIOCGWINSZ | TIOCSWINSZ | TIOCEXCL | TIOCNXCL | TIOCGEXCL",
  "TIOCGETD | TIOCSETD | TIOCGSOFTCAR | TIOCSSOFTCAR",
].join(" | ");

/** tty/pty-master.ts; ioctl_tty(2). */
export const PSEUDO_TERMINAL_REQUESTS: string =
  "TIOCGPTN | TIOCSPTLCK | TIOCGPTLCK | TIOCGPTPEER | TIOCPKT | TIOCGPKT | TIOCSIG";

/** block/disk-file.ts. */
export const DISK_REQUESTS: string =
  "BLKGETSIZE64 | BLKGETSIZE | BLKSSZGET | BLKBSZGET | BLKROGET | BLKFLSBUF";
