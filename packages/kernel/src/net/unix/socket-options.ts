// SPDX-License-Identifier: MPL-2.0

import {
  SO_BROADCAST,
  SO_BUSY_POLL,
  SO_DEBUG,
  SO_DONTROUTE,
  SO_KEEPALIVE,
  SO_MARK,
  SO_NO_CHECK,
  SO_OOBINLINE,
  SO_PASSSEC,
  SO_PRIORITY,
  SO_RCVLOWAT,
  SO_REUSEADDR,
  SO_REUSEPORT,
  SO_RXQ_OVFL,
  SO_TIMESTAMP,
  SO_TIMESTAMPNS,
} from "../../abi/socket.ts";

/** Default of SO_SNDBUF and SO_RCVBUF (net.core.wmem_default). */
export const SOCKET_BUFFER_BYTES = 212_992;
/** Linux counts its own overhead too, and so doubles what is asked for. */
const BUFFER_FACTOR = 2;
/** net.core.wmem_max and rmem_max. */
const BUFFER_ASKED_MAX = 4_194_304;
const SEND_BUFFER_MIN = 4608;
const RECEIVE_BUFFER_MIN = 2304;

/** Options that are on or off, and mean nothing to AF_UNIX: kept and told, as on Linux. */
const SWITCHES: ReadonlySet<number> = new Set([
  SO_BROADCAST,
  SO_DEBUG,
  SO_DONTROUTE,
  SO_KEEPALIVE,
  SO_NO_CHECK,
  SO_OOBINLINE,
  SO_PASSSEC,
  SO_REUSEADDR,
  SO_RXQ_OVFL,
  SO_TIMESTAMP,
  SO_TIMESTAMPNS,
]);
/** Options that are numbers, likewise. */
const NUMBERS: ReadonlySet<number> = new Set([SO_PRIORITY, SO_MARK, SO_BUSY_POLL]);

/** What setsockopt(2) has set (socket(7), unix(7)). */
export class SocketOptions {
  /** SO_PASSCRED: a receiver is told who sent what it gets. */
  passesIds = false;
  sendBufferBytes: number = SOCKET_BUFFER_BYTES;
  receiveBufferBytes: number = SOCKET_BUFFER_BYTES;
  /** SO_RCVTIMEO and SO_SNDTIMEO; Infinity for none. */
  receiveTimeoutNs: number = Infinity;
  sendTimeoutNs: number = Infinity;
  /** SO_LINGER: on, and seconds. A socket of AF_UNIX does not linger. */
  lingers = false;
  lingerSeconds = 0;
  /** SO_RCVLOWAT. */
  receiveLowWater = 1;
  private readonly kept: Map<number, number> = new Map();

  setSendBuffer(asked: number): void {
    this.sendBufferBytes = Math.max(
      SEND_BUFFER_MIN,
      Math.min(asked >>> 0, BUFFER_ASKED_MAX) * BUFFER_FACTOR,
    );
  }
  setReceiveBuffer(asked: number): void {
    this.receiveBufferBytes = Math.max(
      RECEIVE_BUFFER_MIN,
      Math.min(asked >>> 0, BUFFER_ASKED_MAX) * BUFFER_FACTOR,
    );
  }

  /** Keeps an option without effect; false for one that is unknown. */
  keep(option: number, value: number): boolean {
    const isSwitch = SWITCHES.has(option);
    if (!isSwitch && !NUMBERS.has(option)) return false;
    this.kept.set(option, isSwitch ? Math.sign(Math.abs(value)) : value);
    return true;
  }
  /** What was kept; undefined for an option that is unknown. */
  keptValue(option: number): number | undefined {
    if (option === SO_RCVLOWAT) return this.receiveLowWater;
    const isKnown = SWITCHES.has(option) || NUMBERS.has(option) || option === SO_REUSEPORT;
    return isKnown ? (this.kept.get(option) ?? 0) : undefined;
  }
}
