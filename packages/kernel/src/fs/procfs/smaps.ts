// SPDX-License-Identifier: MPL-2.0

import { PageFlags } from "@aster/ostd";
import { PROT_EXEC, PROT_READ, PROT_WRITE } from "../../abi/mman.ts";
import type { AddressSpace } from "../../vm/address-space.ts";
import { Locked } from "../../vm/mapping.ts";
import type { Mapping } from "../../vm/mapping.ts";
import { mapLine } from "./maps.ts";
import type { ProcContext } from "./text.ts";

const PAGE_SIZE = 4096;
const KIB_PER_PAGE = 4;

/** What the resident pages of mappings are, in pages; `proportional` counts a shared one in part. */
interface Residence {
  resident: number;
  proportional: number;
  proportionalDirty: number;
  sharedClean: number;
  sharedDirty: number;
  privateClean: number;
  privateDirty: number;
  anonymous: number;
  locked: number;
}

function nothing(): Residence {
  return {
    resident: 0,
    proportional: 0,
    proportionalDirty: 0,
    sharedClean: 0,
    sharedDirty: 0,
    privateClean: 0,
    privateDirty: 0,
    anonymous: 0,
    locked: 0,
  };
}

/** Adds the pages of one mapping. */
function measure(vm: AddressSpace, mapping: Mapping, into: Residence): void {
  const { space, zeroFrame } = vm;
  for (let at = space.findNextPage(mapping.start, mapping.end); at >= 0;) {
    const entry = space.queryPage(at);
    const shown = entry - (entry % PAGE_SIZE);
    if (shown !== zeroFrame.paddr) count(vm, mapping, at, (entry & PageFlags.W) !== 0, into);
    const next = at + PAGE_SIZE;
    at = next < mapping.end ? space.findNextPage(next, mapping.end) : -1;
  }
}

function count(
  vm: AddressSpace,
  mapping: Mapping,
  at: number,
  isWritable: boolean,
  into: Residence,
): void {
  const { source } = mapping;
  const entry = vm.space.queryPage(at);
  const cached = source?.cachedPage(mapping.sourcePageAt(at));
  const isOfSource = cached !== undefined && cached.paddr === entry - (entry % PAGE_SIZE);
  using frame = vm.space.frameAt(at);
  // The frame's own handle here, and that of the page cache, are no users of it.
  const users = Math.max(1, (frame?.referenceCount ?? 2) - 1 - (isOfSource ? 1 : 0));
  const isDirty = isOfSource ? isWritable : true;
  into.resident++;
  into.proportional += 1 / users;
  if (!isOfSource) into.anonymous++;
  if (isDirty) into.proportionalDirty += 1 / users;
  if (users > 1) {
    if (isDirty) into.sharedDirty++;
    else into.sharedClean++;
  } else if (isDirty) into.privateDirty++;
  else into.privateClean++;
  if (mapping.locked !== Locked.NO) into.locked += 1 / users;
}

function lines(residence: Residence): string {
  const line = (name: string, pages: number): string =>
    `${`${name}:`.padEnd(16)}${String(Math.floor(pages * KIB_PER_PAGE)).padStart(8)} kB\n`;
  return (
    line("Rss", residence.resident) +
    line("Pss", residence.proportional) +
    line("Pss_Dirty", residence.proportionalDirty) +
    line("Shared_Clean", residence.sharedClean) +
    line("Shared_Dirty", residence.sharedDirty) +
    line("Private_Clean", residence.privateClean) +
    line("Private_Dirty", residence.privateDirty) +
    line("Referenced", residence.resident) +
    line("Anonymous", residence.anonymous) +
    ["KSM", "LazyFree", "AnonHugePages", "ShmemPmdMapped", "FilePmdMapped", "Shared_Hugetlb"]
      .concat("Private_Hugetlb", "Swap", "SwapPss")
      .map((name) => line(name, 0))
      .join("") +
    line("Locked", residence.locked)
  );
}

/** The two-letter flags of a mapping that this kernel has. */
function flagsOf(mapping: Mapping): string {
  const { protection, maxProtection, shared } = mapping;
  const flags: string[] = [];
  if ((protection & PROT_READ) !== 0) flags.push("rd");
  if ((protection & PROT_WRITE) !== 0) flags.push("wr");
  if ((protection & PROT_EXEC) !== 0) flags.push("ex");
  if (shared) flags.push("sh");
  flags.push("mr");
  if ((maxProtection & PROT_WRITE) !== 0) flags.push("mw");
  flags.push("me");
  if (mapping.growsDown) flags.push("gd");
  if (mapping.locked !== Locked.NO) flags.push("lo");
  if (mapping.dontFork) flags.push("dc");
  if (mapping.wipeOnFork) flags.push("wf");
  return flags.join(" ");
}

/** /proc/PID/smaps (proc_pid_smaps(5)). */
export function renderSmaps({ process }: ProcContext): string {
  const { vm } = process;
  if (vm === undefined) return "";
  let text = "";
  for (const mapping of vm.mappings) {
    const residence = nothing();
    measure(vm, mapping, residence);
    const size = String((mapping.end - mapping.start) / 1024).padStart(8);
    text +=
      `${mapLine(mapping)}Size:           ${size} kB\nKernelPageSize:        4 kB\n` +
      `MMUPageSize:           4 kB\n${lines(residence)}THPeligible:           0\n` +
      `VmFlags: ${flagsOf(mapping)} \n`;
  }
  return text;
}

/** /proc/PID/smaps_rollup: the sum of all mappings. */
export function renderSmapsRollup({ process }: ProcContext): string {
  const { vm } = process;
  const first = vm?.mappings.at(0);
  if (vm === undefined || first === undefined) return "";
  const sum = nothing();
  let { end } = first;
  for (const mapping of vm.mappings) {
    measure(vm, mapping, sum);
    ({ end } = mapping);
  }
  const range = `${hex(first.start)}-${hex(end)} ---p 00000000 00:00 0 `;
  return `${range.padEnd(73)}[rollup]\n${lines(sum)}`;
}

function hex(value: number): string {
  return value.toString(16).padStart(8, "0");
}
