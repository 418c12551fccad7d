// SPDX-License-Identifier: MPL-2.0

import type { ConfigAccess } from "./config-access.ts";
import { PciFunction } from "./function.ts";

const DEVICES_PER_BUS = 32;
const FUNCTIONS_PER_DEVICE = 8;

/** All functions of bus 0 and of the buses behind bridges, as the firmware has numbered them. */
export function findFunctions(config: ConfigAccess): readonly PciFunction[] {
  const found: PciFunction[] = [];
  const buses = [0];
  for (const bus of buses) {
    for (let device = 0; device < DEVICES_PER_BUS; device++) {
      for (const candidate of functionsOf(config, bus * 256 + device * FUNCTIONS_PER_DEVICE)) {
        found.push(candidate);
        const behind = candidate.secondaryBus;
        // Numbers that lead back would never end.
        if (behind !== undefined && !buses.includes(behind)) buses.push(behind);
      }
    }
  }
  return found;
}

function functionsOf(config: ConfigAccess, requester: number): PciFunction[] {
  const first = PciFunction.find(config, requester);
  if (first === undefined) return [];
  const found = [first];
  for (let index = 1; first.isMultifunction && index < FUNCTIONS_PER_DEVICE; index++) {
    const other = PciFunction.find(config, requester + index);
    if (other !== undefined) found.push(other);
  }
  return found;
}
