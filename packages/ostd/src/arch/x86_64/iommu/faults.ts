// SPDX-License-Identifier: MPL-2.0

import { Logger } from "../../../log.ts";
import type { FaultRecord } from "./unit.unsafe.ts";

/** Reasons of interrupts begin here; those below are of DMA (VT-d 5.1.4.1 and 7.1.3). */
const FIRST_INTERRUPT_REASON = 0x20;
/** So many faults are kept, and so many are logged; the rest is counted. */
const KEPT = 64;
const LOGGED = 16;

const log = new Logger("iommu");

/** A request of a device that the IOMMU refused. */
export interface DeviceFault {
  /** Bus * 256 + device * 8 + function of the device. */
  readonly requester: number;
  readonly kind: "read" | "write" | "interrupt";
  /** Of a read or write: the page's address. Of an interrupt: the index it asked for. */
  readonly address: number;
  /** The reason's number in the VT-d specification, 5.1.4.1 and 7.1.3. */
  readonly reason: number;
}

/** What devices tried in vain: the last faults, and how many there were. */
export class FaultLog {
  #kept: readonly DeviceFault[] = [];
  count = 0;

  get recent(): readonly DeviceFault[] {
    return this.#kept;
  }

  add(record: FaultRecord): void {
    const fault = describe(record);
    this.count += 1;
    this.#kept = [...this.#kept, fault].slice(-KEPT);
    if (this.count <= LOGGED) {
      const where = fault.kind === "interrupt" ? "entry" : "page";
      log.warn(
        `device ${name(fault.requester)}: ${fault.kind} refused, ` +
          `${where} 0x${fault.address.toString(16)}, reason 0x${fault.reason.toString(16)}`,
      );
    }
    if (this.count === LOGGED) {
      log.warn("further faults are not logged");
    }
  }
}

function describe({ requester, reason, isRead, info }: FaultRecord): DeviceFault {
  if (reason >= FIRST_INTERRUPT_REASON) {
    return { requester, kind: "interrupt", address: Math.floor(info / 2 ** 48), reason };
  }
  return { requester, kind: isRead ? "read" : "write", address: info, reason };
}

/** As lspci writes it: bus:device.function. */
function name(requester: number): string {
  const hex = (value: number): string => value.toString(16).padStart(2, "0");
  return `${hex(requester >> 8)}:${hex((requester >> 3) & 31)}.${requester & 7}`;
}
