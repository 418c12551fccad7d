// SPDX-License-Identifier: MPL-2.0

import { Errno } from "../../abi/errno.ts";
import { EPIOCGPARAMS, EPIOCSPARAMS } from "../../abi/nameless-ioctl.ts";
import type { Thread } from "../../process/thread.ts";
import { fail } from "../../result.ts";
import type { Result } from "../../result.ts";
import { Capability } from "../../security/capabilities.ts";

/** struct epoll_params: microseconds, packets (16 bits), a truth value and padding (8 bits each). */
const PARAMS_BYTES = 8;
/** A larger budget is for who administers the network (NAPI_POLL_WEIGHT). */
const BUDGET_MAX = 64;

/** What ioctl_epoll(2) sets of one epoll file. */
export class BusyPolling {
  microseconds = 0;
  budget = 0;
  isPreferred = false;
}

/** EPIOCSPARAMS and EPIOCGPARAMS; EINVAL for any other request. */
export function busyPolling(
  thread: Thread,
  setting: BusyPolling,
  request: number,
  address: number,
): Result {
  const bytes = new Uint8Array(PARAMS_BYTES);
  const view = new DataView(bytes.buffer);
  if (request === EPIOCGPARAMS) {
    view.setUint32(0, setting.microseconds, true);
    view.setUint16(4, setting.budget, true);
    view.setUint8(6, setting.isPreferred ? 1 : 0);
    const written = thread.memory.writeBytes(address, bytes, 0, PARAMS_BYTES);
    return written < PARAMS_BYTES ? fail(Errno.EFAULT) : 0;
  }
  if (request !== EPIOCSPARAMS) return fail(Errno.EINVAL, "no such request");
  if (thread.memory.readBytes(address, bytes, 0, PARAMS_BYTES) < PARAMS_BYTES) {
    return fail(Errno.EFAULT);
  }
  const microseconds = view.getUint32(0, true);
  const budget = view.getUint16(4, true);
  const preferred = view.getUint8(6);
  const isValid = view.getUint8(7) === 0 && microseconds <= 0x7fff_ffff && preferred <= 1;
  if (!isValid) return fail(Errno.EINVAL, "a parameter is out of range");
  if (budget > BUDGET_MAX && !thread.credentials.has(Capability.NET_ADMIN)) {
    return fail(Errno.EPERM);
  }
  setting.microseconds = microseconds;
  setting.budget = budget;
  setting.isPreferred = preferred === 1;
  return 0;
}
