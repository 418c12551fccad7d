// SPDX-License-Identifier: MPL-2.0

// What the tables in RAM say, read as the CPU (SDM vol. 3, 4.5) and VT-d (3.7, 9.1, 9.3) would.

const PAGE = 4096;
const TWO_32 = 0x1_0000_0000;
export const READ = 1;
export const WRITE = 2;
export const EXECUTE = 4;

const addressOf = (low, high) => (high & 0xf_ffff) * TWO_32 + ((low & ~0xfff) >>> 0);

/**
 * All tables of the address space at `root`, and each mapped page: address -> frame * 8 + rights,
 * where rights are those of user mode (0 for a page of the supervisor).
 */
export function walkUserTables(words, root) {
  const tables = [];
  const pages = new Map();
  const visit = (table, level, base, span) => {
    tables.push(table / PAGE);
    for (let index = 0; index < 512; index++) {
      const low = words[table / 4 + index * 2];
      if ((low & 1) === 0) continue;
      const high = words[table / 4 + index * 2 + 1];
      const address = base + index * span;
      const target = addressOf(low, high);
      if (level > 1) {
        if (target + PAGE > words.byteLength)
          throw new RangeError(`a table at 0x${target.toString(16)}`);
        visit(target, level - 1, address, span / 512);
      } else {
        const user = (low & 4) !== 0;
        const rights =
          (user ? READ : 0) | ((low & 2) !== 0 ? WRITE : 0) | (high >>> 31 === 0 ? EXECUTE : 0);
        pages.set(address, (target / PAGE) * 8 + rights);
      }
    }
  };
  visit(root, 4, 0, 2 ** 39);
  return { tables, pages };
}

/** The tables of the IOMMU, and each frame that devices reach: frame -> rights. */
export function walkDeviceTables(words, registers) {
  const tables = new Set();
  const frames = new Map();
  const register = (offset) =>
    (registers.get(offset) ?? 0) + (registers.get(offset + 4) ?? 0) * TWO_32;
  const page = (address) => address - (address % PAGE);
  for (const offset of [0x20, 0x90, 0xb8]) {
    if (registers.has(offset)) tables.add(page(register(offset)) / PAGE);
  }
  const rootTable = page(register(0x20));
  const roots = new Map();
  for (let bus = 0; bus < 256; bus++) {
    const low = words[rootTable / 4 + bus * 4];
    if ((low & 1) === 0) continue;
    const context = addressOf(low, words[rootTable / 4 + bus * 4 + 1]);
    if (tables.has(context / PAGE)) continue;
    tables.add(context / PAGE);
    for (let device = 0; device < 256; device++) {
      const at = context / 4 + device * 4;
      if ((words[at] & 1) === 0) continue;
      // AW: 1 for 3 levels, 2 for 4.
      roots.set(addressOf(words[at], words[at + 1]), (words[at + 2] & 7) + 2);
    }
  }
  const visit = (table, level, base) => {
    tables.add(table / PAGE);
    for (let index = 0; index < 512; index++) {
      const low = words[table / 4 + index * 2];
      if ((low & 3) === 0) continue;
      const target = addressOf(low, words[table / 4 + index * 2 + 1]);
      const number = base * 512 + index;
      if (level > 1) visit(target, level - 1, number);
      else frames.set(number, { frame: target / PAGE, rights: low & 3 });
    }
  };
  for (const [root, levels] of roots) visit(root, levels, 0);
  return { tables, frames };
}
