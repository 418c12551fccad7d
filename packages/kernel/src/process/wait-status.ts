// SPDX-License-Identifier: MPL-2.0

/** Status words of wait(2), and their parts. */

export function exitedStatus(code: number): number {
  return (code & 0xff) << 8;
}
export function stoppedStatus(signo: number): number {
  return (signo << 8) | 0x7f;
}
export const CONTINUED_STATUS = 0xffff;

/** The signal that ended the process; 0 when it exited. */
export function termSignal(status: number): number {
  return status & 0x7f;
}
export function exitCodeOf(status: number): number {
  return (status >> 8) & 0xff;
}
