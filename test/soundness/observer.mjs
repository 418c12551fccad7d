// SPDX-License-Identifier: MPL-2.0

import { demand } from "./violation.mjs";

const PAGE = 4096;
const FRAME_RIP = 16 * 8;
/** Registers of VT-d that say where its tables are. */
const IOMMU_BASE = 0xfed9_0000;
const IOMMU_SIZE = PAGE;
/** IF and bit 1 set; IOPL, VM, VIF, VIP and the bits above 21 clear. */
const RFLAGS_MUST = 0x202;
const RFLAGS_MUST_NOT = 0xffda_3028;

/**
 * A machine that looks at what OSTD asks of it. It knows nothing of OSTD but the `Hardware` seam:
 * what is seen here is what would reach a real machine.
 */
export function observe(machine) {
  const seen = {
    root: -1,
    /** Set while an operation may touch device registers in [start, end); else any is allowed. */
    window: undefined,
    portWindow: undefined,
    /** Whether the frame given to user mode and its root are to be looked at. */
    isTableFrame: () => true,
    entered: 0,
    /** What was written to the IOMMU's registers, by offset. */
    iommu: new Map(),
  };
  const checkWindow = (address, width) => {
    const { window } = seen;
    demand(
      window === undefined || (address >= window[0] && address + width <= window[1]),
      "sensitive-io-withheld",
      () => `device access at 0x${address.toString(16)} outside what was acquired`,
    );
  };
  const checkPort = (port, width) => {
    const { portWindow: window } = seen;
    demand(
      window === undefined || (port >= window[0] && port + width <= window[1]),
      "sensitive-ports-withheld",
      () => `access to port 0x${port.toString(16)} that was not acquired`,
    );
  };
  const observed = {};
  const names = Object.getOwnPropertyNames(Object.getPrototypeOf(machine));
  for (const name of [...Object.keys(machine), ...names]) {
    const value = machine[name];
    observed[name] = typeof value === "function" ? value.bind(machine) : value;
  }
  const methods = {
    setPageTableRoot(root) {
      demand(
        root % PAGE === 0 && seen.isTableFrame(root / PAGE),
        "root-live",
        () => `the page-table root became 0x${root.toString(16)}, which is no table in use`,
      );
      seen.root = root;
      machine.setPageTableRoot(root);
    },
    enterUser(frame) {
      const { words } = frame;
      // hardware/src/arch/x86_64.ts: general registers, rip, rflags, each 64 bits.
      const rflags = words[FRAME_RIP / 4 + 2] >>> 0;
      const upper = words[FRAME_RIP / 4 + 3] >>> 0;
      demand(
        (rflags & RFLAGS_MUST) === RFLAGS_MUST && (rflags & RFLAGS_MUST_NOT) === 0 && upper === 0,
        "rflags-sanitized",
        () => `user mode was entered with RFLAGS 0x${rflags.toString(16)}`,
      );
      const ripHigh = words[FRAME_RIP / 4 + 1] >>> 0;
      demand(
        ripHigh <= 0x7fff || ripHigh >= 0xffff_8000,
        "rip-canonical",
        () => "rip is not canonical",
      );
      demand(
        seen.isTableFrame(seen.root / PAGE),
        "root-live",
        "user mode was entered without a table",
      );
      seen.entered += 1;
      return machine.enterUser(frame);
    },
    mmioRead(address, width) {
      checkWindow(address, width);
      return machine.mmioRead(address, width);
    },
    mmioWrite(address, width, value) {
      checkWindow(address, width);
      if (address >= IOMMU_BASE && address < IOMMU_BASE + IOMMU_SIZE) {
        seen.iommu.set(address - IOMMU_BASE, value);
      }
      machine.mmioWrite(address, width, value);
    },
    portRead(port, width) {
      checkPort(port, width);
      return machine.portRead(port, width);
    },
    portWrite(port, width, value) {
      checkPort(port, width);
      machine.portWrite(port, width, value);
    },
  };
  Object.assign(observed, methods);
  return { hardware: observed, seen };
}
