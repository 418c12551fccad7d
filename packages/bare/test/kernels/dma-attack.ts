// SPDX-License-Identifier: MPL-2.0
// A kernel whose driver lies to its device, an entropy device on PCI behind an IOMMU: it has the
// device write to memory that was never mapped, and to memory that no longer is. Prints what
// happened; OSTD's promise is that nothing did.

import {
  deviceFaults,
  DmaCoherent,
  FrameAllocOptions,
  isDmaGuarded,
  main,
  poweroff,
  println,
  type USegment,
} from "@aster/ostd";
import { openConfigSpace } from "../../../kernel/src/drivers/pci/config-access.ts";
import { findFunctions } from "../../../kernel/src/drivers/pci/enumerate.ts";
import { isVirtio, PciTransport } from "../../../kernel/src/drivers/virtio/pci-transport.ts";
import type { VirtQueue } from "../../../kernel/src/drivers/virtio/queue.ts";

const BYTES = 64;
const POLLS = 100_000;

function need<T>(value: T | string | undefined): T {
  if (value === undefined || typeof value === "string") throw new Error(value ?? "not there");
  return value;
}

/** Sets the device up anew, and asks it to fill memory at `address`; whether it said it did. */
function ask(transport: PciTransport, address: number): boolean {
  need(transport.negotiate(0));
  const queue: VirtQueue = need(transport.createQueue(0, 8));
  transport.start();
  queue.addOne(address, BYTES, true);
  transport.notify(queue);
  const before = deviceFaults().length;
  for (let i = 0; i < POLLS && deviceFaults().length === before; i++) {
    if (queue.takeUsed() >= 0) return true;
  }
  return false;
}

export default main(() => {
  println(`guarded ${isDmaGuarded()}`);
  const functions = findFunctions(need(openConfigSpace())).filter(isVirtio);
  // One device for each attack: a device that was refused does not always go on.
  const [first, second] = functions.map((found) => need(PciTransport.probe(found)));
  const mapped = need(DmaCoherent.alloc(1));
  const address = mapped.daddr;
  println(`mapped: ${ask(need(first), address)}, written ${isWritten(mapped)}`);
  println(`faults ${deviceFaults().length}`);
  // The device's unit has the page in its cache now.
  mapped.drop();
  const reused = need(allocateAt(address));
  ask(need(first), address);
  println(`dropped: written ${isWritten(reused)}`);
  report(address);
  const never = need(new FrameAllocOptions().allocSegment(1));
  ask(need(second), never.paddr);
  println(`never mapped: written ${isWritten(never)}`);
  report(never.paddr);
  poweroff();
});

/** The frame at `address`, which is free. */
function allocateAt(address: number): USegment | undefined {
  for (let i = 0; i < 100_000; i++) {
    const segment = new FrameAllocOptions().allocSegment(1);
    if (segment === undefined || segment.paddr === address) return segment;
  }
  return undefined;
}

function report(address: number): void {
  const fault = deviceFaults().find((found) => found.address === address);
  println(`recorded: ${fault?.kind}, reason ${fault?.reason}`);
}

function isWritten(memory: { readU32(offset: number): number }): boolean {
  for (let offset = 0; offset < BYTES; offset += 4) {
    if (memory.readU32(offset) !== 0) return true;
  }
  return false;
}
