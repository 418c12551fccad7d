// SPDX-License-Identifier: MPL-2.0

import { PROT_EXEC, PROT_READ, PROT_WRITE } from "../../abi/mman.ts";
import { deviceMajor, deviceMinor } from "../../abi/stat.ts";
import type { Mapping } from "../../vm/mapping.ts";
import type { ProcContext } from "./text.ts";

const PAGE_SIZE = 4096;
/** Column where names start (fs/proc/task_mmu.c pads so that they line up). */
const NAME_COLUMN = 73;

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, "0");
}

/** One line of /proc/PID/maps. */
export function mapLine(mapping: Mapping): string {
  const { protection, shared, file } = mapping;
  const rights =
    ((protection & PROT_READ) !== 0 ? "r" : "-") +
    ((protection & PROT_WRITE) !== 0 ? "w" : "-") +
    ((protection & PROT_EXEC) !== 0 ? "x" : "-") +
    (shared ? "s" : "p");
  const device = file?.inode?.fs.device ?? 0;
  const offset = mapping.source === undefined ? 0 : mapping.sourcePage * PAGE_SIZE;
  const start =
    `${hex(mapping.start, 8)}-${hex(mapping.end, 8)} ${rights} ${hex(offset, 8)} ` +
    `${hex(deviceMajor(device), 2)}:${hex(deviceMinor(device), 2)} ${file?.inode?.ino ?? 0} `;
  const name = file === undefined ? mapping.name : file.path().replaceAll("\n", "\\012");
  return name === "" ? `${start}\n` : `${start.padEnd(NAME_COLUMN)}${name}\n`;
}

/** /proc/PID/maps. */
export function renderMaps({ process }: ProcContext): string {
  let text = "";
  for (const mapping of process.vm?.mappings ?? []) {
    text += mapLine(mapping);
  }
  return text;
}
