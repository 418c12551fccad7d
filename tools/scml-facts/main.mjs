// SPDX-License-Identifier: MPL-2.0

// `node tools/scml-facts/main.mjs` writes packages/scml/src/facts/generated/{syscalls,tables-*,uses}.ts: the names,
// numbers and arities of Linux's system calls, and the names of their flags, as found in the C
// headers and in the strace of this machine (Debian 12). The files are committed, so that neither
// is needed to use @aster/scml.

import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { headerConstants } from "./constants.mjs";
import { DEPENDENT, FAR_VALUES, FIELDS, FURTHER_TABLES } from "./newer.mjs";
import { MASKS, NEWER_NAMES, NEWER_SYSCALLS } from "./newer.mjs";
import { UNPROBED, printedBy } from "./probe.mjs";
import { readOptions } from "../command-line/options.mjs";

readOptions({
  help: `Usage: node tools/scml-facts/main.mjs

Writes packages/scml/src/facts/generated/ from the C headers and the strace of this machine (Debian 12).

  --help  prints this text
`,
});

const OUT = new URL("../../packages/scml/src/facts/generated/", import.meta.url);
const NAME = /^[A-Z_][A-Z0-9_]*$/;

// --- names and numbers -------------------------------------------------------------------------

function numbersFrom(header, ...options) {
  const macros = execFileSync("gcc", ["-E", "-dM", ...options, header], { encoding: "latin1" });
  const value = (text) =>
    /^\d+$/.test(text)
      ? Number(text)
      : Number(/\(__NR_arch_specific_syscall \+ (\d+)\)/.exec(text)?.[1] ?? NaN) + 244;
  const found = new Map();
  const defines = new Map(
    [...macros.matchAll(/^#define (\w+) (.+)$/gm)].map(([, name, text]) => [name, text]),
  );
  for (const [name, text] of defines) {
    const [, call] = /^__NR_(\w+)$/.exec(name) ?? [];
    if (call === undefined || call === "syscalls" || call === "arch_specific_syscall") continue;
    const number = value(defines.get(text) ?? text);
    if (Number.isInteger(number)) found.set(call.replace(/^3264_/, ""), number);
  }
  return found;
}

const asm = "/usr/include/x86_64-linux-gnu/asm";
const generic = "/usr/include/asm-generic/unistd.h";
const wants = (...names) => names.map((name) => `-D__ARCH_WANT_${name}`);
const x86_64 = numbersFrom(`${asm}/unistd_64.h`);
const i386 = numbersFrom(`${asm}/unistd_32.h`);
const aarch64 = numbersFrom(
  generic,
  "-D__BITS_PER_LONG=64",
  "-U__ILP32__",
  ...wants("RENAMEAT", "NEW_STAT", "SET_GET_RLIMIT", "SYS_CLONE3", "MEMFD_SECRET"),
);
const riscv64 = numbersFrom(
  generic,
  "-D__BITS_PER_LONG=64",
  ...wants("NEW_STAT", "SET_GET_RLIMIT", "SYS_CLONE3", "MEMFD_SECRET"),
);
// The generic header names these two for file systems without 64-bit offsets.
for (const table of [aarch64, riscv64]) table.delete("arch_specific_syscall");
riscv64.set("riscv_hwprobe", 258).set("riscv_flush_icache", 259);
for (const [name, number] of NEWER_SYSCALLS)
  for (const table of [x86_64, aarch64, riscv64]) table.set(name, number);

// --- arities -----------------------------------------------------------------------------------

const debianStrace = [...x86_64].filter(
  ([name]) => !UNPROBED.has(name) && !NEWER_SYSCALLS.some(([newer]) => newer === name),
);
const arity = new Map([
  ["execve", 3],
  ["exit", 1],
  ["exit_group", 1],
  ["rt_sigreturn", 0],
]);
for (const [name, , count] of NEWER_SYSCALLS) arity.set(name, count);
const zeros = Array.from({ length: 6 }, () => 0n);
printedBy(
  debianStrace.map(([, number]) => [number, ...zeros]),
  ["-e", "raw=all"],
).forEach(({ args }, index) => {
  arity.set(debianStrace[index][0], args.length);
});

// --- flags -------------------------------------------------------------------------------------

/** Prints calls in batches and returns the text of the argument at `index` of each. */
function ask(questions) {
  const texts = [];
  for (let at = 0; at < questions.length; at += 20_000) {
    const batch = questions.slice(at, at + 20_000);
    const calls = batch.map(({ number, args }) => [number, ...args]);
    printedBy(calls).forEach(({ args }, index) => texts.push(args[batch[index].index]));
    process.stderr.write(`\r${texts.length} of ${questions.length} `);
  }
  process.stderr.write("\n");
  return texts;
}

const bits = Array.from({ length: 32 }, (_, bit) => 1n << BigInt(bit));
/** O_SYNC and O_TMPFILE have several bits, and names of their own. */
const several = [0x101000n, 0x410000n];
const probed = [
  ...new Set([...Array.from({ length: 128 }, (_, value) => BigInt(value)), ...bits, ...several]),
];

const constants = headerConstants((name) => !name.startsWith("__") && name.length > 3);
const slots = [];
for (const [name, number] of debianStrace) {
  for (let index = 0; index < (arity.get(name) ?? 0); index += 1) {
    if (DEPENDENT.some(([call, at]) => call === name && at === index)) continue;
    slots.push({ key: `${name} ${index}`, name, number, index, fixed: zeros });
  }
}
for (const [name, index, other, values] of DEPENDENT) {
  for (const value of values) {
    const fixed = [...zeros];
    fixed[other] =
      constants.get(value) ??
      BigInt({ SOL_TCP: 6, SOL_UDP: 17, SOL_IPV6: 41, SOL_SCTP: 132 }[value] ?? NaN);
    slots.push({ key: `${name} ${index} ${value}`, name, number: x86_64.get(name), index, fixed });
  }
}
// strace prints clone's arguments with names, in its own order.
for (const slot of slots)
  if (slot.name === "clone") slot.asked = { 0: 1, 1: 0 }[slot.index] ?? slot.index;
const question = (slot, value) => {
  const args = [...slot.fixed];
  args[slot.index] = value;
  return { number: slot.number, args, index: slot.asked ?? slot.index };
};

const first = slots.flatMap((slot) => {
  const far = (FAR_VALUES[slot.key] ?? []).map(BigInt);
  return [...probed, ...far].map((value) => ({ slot, value }));
});
const named = new Map();
ask(first.map(({ slot, value }) => question(slot, value))).forEach((text, index) => {
  const { slot, value } = first[index];
  const shown = (text ?? "").replace(/^\w+=/, "");
  if (!NAME.test(shown) || shown === "NULL" || /^(RTMIN|RT_\d+)$/.test(shown)) return;
  if (!named.has(slot)) named.set(slot, new Map());
  named.get(slot).set(value, shown);
});
// A flag of several parts ("O_RDONLY|O_CREAT"): the part that zero does not have is its name.
const zeroBeside = new Set();
ask(first.map(({ slot, value }) => question(slot, value))).forEach((text, index) => {
  const { slot, value } = first[index];
  const table = named.get(slot);
  if (table === undefined || table.has(value)) return;
  const parts = (text ?? "")
    .replace(/^\w+=/, "")
    .split("|")
    .filter((part) => NAME.test(part) && part !== table.get(0n));
  if (
    parts.length === 1 &&
    (text ?? "").split("|").length <= 2 &&
    (text ?? "")
      .replace(/^\w+=/, "")
      .split("|")
      .every((part) => NAME.test(part)) &&
    [...bits, ...several].includes(value)
  ) {
    table.set(value, parts[0]);
    if (table.has(0n) && (text ?? "").includes("|")) zeroBeside.add(slot);
  }
});
for (const [slot, table] of named)
  if (table.size < 2 && slot.fixed === zeros && FAR_VALUES[slot.key] === undefined)
    named.delete(slot);

// A bit is a flag when it is printed beside another value, and a choice when it is not.
const second = [...named].flatMap(([slot, table]) => {
  const others = [...table.keys()].filter((value) => value !== 0n);
  return others
    .filter((value) => bits.includes(value))
    .map((value) => {
      const other =
        others.find((candidate) => (candidate & value) === 0n) ?? (value === 1n ? 2n : 1n);
      return { slot, value, other };
    });
});
const flagBits = new Map();
ask(second.map(({ slot, value, other }) => question(slot, value | other))).forEach(
  (text, index) => {
    const { slot, value } = second[index];
    const parts = (text ?? "").replace(/^\w+=/, "").split("|");
    if (parts.length < 2 || !parts.includes(named.get(slot).get(value))) return;
    flagBits.set(slot, (flagBits.get(slot) ?? 0n) | value);
  },
);

// --- writing -----------------------------------------------------------------------------------

/** "NAME=value" of a slot; behind "~" names that the headers have and strace does not print. */
function tableText(entries, mask, further = new Map(), isZeroBeside = false) {
  const text = (names) =>
    [...names]
      .sort(([, a], [, b]) => (a < b ? -1 : a > b ? 1 : 0))
      .map(([name, value]) => `${name}=${value < 10n ? value : `0x${value.toString(16)}`}`);
  const words = [...text(entries), ...(further.size > 0 ? ["~", ...text(further)] : [])];
  if (mask !== 0n) words.unshift(`&0x${mask.toString(16)}`);
  if (isZeroBeside) words.unshift("+");
  return words.join(" ");
}

/** The longest prefix that most names of the slot share; other constants with it belong there too. */
function prefixesOf(names) {
  const count = new Map();
  for (const name of names) {
    for (let at = name.indexOf("_", 1); at > 0; at = name.indexOf("_", at + 1)) {
      const prefix = name.slice(0, at + 1);
      count.set(prefix, (count.get(prefix) ?? 0) + 1);
    }
  }
  return [...count]
    .filter(([, number]) => number >= 2 && number * 4 >= names.length * 3)
    .map(([prefix]) => prefix)
    .sort((a, b) => b.length - a.length)
    .slice(0, 1);
}

const tables = new Map();
const slotsOut = [];
const addSlot = (key, text) => {
  if (!tables.has(text)) tables.set(text, tables.size);
  slotsOut.push(`${key}:${tables.get(text)}`);
};
for (const [slot, table] of named) {
  const entries = new Map([...table].map(([value, name]) => [name, value]));
  for (const part of (NEWER_NAMES[slot.key] ?? "").split(" ").filter(Boolean)) {
    const [name, value] = part.split("=");
    entries.set(name, BigInt(value));
    const isFlag = flagBits.has(slot) && bits.includes(BigInt(value)) && slot.key !== "mmap 3";
    if (isFlag) flagBits.set(slot, flagBits.get(slot) | BigInt(value));
  }
  if (slot.name === "ioctl") continue;
  const prefixes = prefixesOf([...entries.keys()]);
  const further = new Map();
  for (const [name, value] of constants) {
    if (entries.has(name) || !prefixes.some((prefix) => name.startsWith(prefix))) continue;
    if (value > 0xffffffffn || /_(MAX|LAST|NUM|COUNT|MASK|SHIFT|BITS)$/.test(name)) continue;
    further.set(name, value);
  }
  const mask = MASKS[slot.key] ?? flagBits.get(slot) ?? 0n;
  addSlot(slot.key, tableText(entries, mask, further, zeroBeside.has(slot) || slot.key in MASKS));
}
for (const [key, mask, names, permissions = 0n] of FURTHER_TABLES) {
  const entries = names.split(" ").map((part) => part.split("="));
  const text = tableText(new Map(entries.map(([name, value]) => [name, BigInt(value)])), mask);
  addSlot(key, permissions === 0n ? text : `%0x${permissions.toString(16)} ${text}`);
}
// The requests of ioctl(2) are open-ended; strace names some of them in pairs, so the headers do it.
const requests = [...constants].filter(
  ([name, value]) =>
    /^(TC[GSXF]|TIO|FIO|BLK|FBIO|KD[SGF]|KDMK|VT_|EVIOC|SIOC|FS_IOC_|FICLONE|FIDEDUPE)/.test(
      name,
    ) &&
    value > 0x100n &&
    value <= 0xffffffffn,
);
for (const part of NEWER_NAMES["ioctl 1"].split(" ")) {
  const [name, value] = part.split("=");
  if (!constants.has(name)) requests.push([name, BigInt(value)]);
}
addSlot("ioctl 1", tableText(requests, 0n));
const fieldsOut = [];
for (const [field, calls, prefixes, kind] of FIELDS) {
  const entries = new Map(
    [...constants].filter(
      ([name, value]) =>
        prefixes.some((prefix) => name.startsWith(prefix)) &&
        value <= 0x3ffffffffn &&
        !/_(MAX|LAST|NUM|COUNT|MASK|SHIFT|BITS)$|_SIZE_VER\d$/.test(name),
    ),
  );
  if (field === "sa_flags") entries.set("SA_RESTORER", 0x04000000n);
  if (field === "cmsg_level")
    for (const [name, value] of [
      ["SOL_TCP", 6n],
      ["SOL_UDP", 17n],
      ["SOL_IPV6", 41n],
    ])
      entries.set(name, value);
  if (field === "sched_policy") entries.set("SCHED_OTHER", 0n);
  let mask = 0n;
  if (kind === "flags") for (const [, value] of entries) mask |= value;
  const text = tableText(entries, mask);
  if (!tables.has(text)) tables.set(text, tables.size);
  for (const call of calls.split(",")) fieldsOut.push(`${call} ${field}:${tables.get(text)}`);
}

/** Words in lines of at most 96 columns. */
function wrapped(words, separator) {
  const lines = [];
  let line = "";
  for (const word of words) {
    if (line !== "" && line.length + word.length + separator.length > 94) {
      lines.push(line);
      line = "";
    }
    line += line === "" ? word : separator + word;
  }
  return [...lines, line].filter(Boolean).join("\n");
}

const header = `// SPDX-License-Identifier: MPL-2.0

// Written by tools/scml-facts/main.mjs; not to be edited.
`;
const names = [
  ...new Set([...x86_64.keys(), ...aarch64.keys(), ...riscv64.keys(), ...i386.keys()]),
].sort();
const rows = names.map((name) => {
  const numbers = [x86_64, aarch64, riscv64].map((table) => table.get(name) ?? "-").join(",");
  return `${name}:${numbers},${i386.has(name) ? 1 : 0},${arity.get(name) ?? "?"}`;
});
writeFileSync(
  new URL("syscalls.ts", OUT),
  `${header}
/** name:number on x86-64, aarch64, riscv64, whether i386 has it, and the number of arguments. */
export const SYSCALLS_TEXT = \`
${wrapped(rows, " ")}
\`;
`,
);
// No file of more than 450 lines.
const parts = [[]];
let length = 0;
for (const [text, index] of tables) {
  const line = wrapped(`${index} ${text}`.split(" "), " ").replaceAll("\n", "\n ");
  length += line.split("\n").length;
  if (length > 420) {
    parts.push([]);
    length = line.split("\n").length;
  }
  parts.at(-1).push(line);
}
parts.forEach((part, index) => {
  writeFileSync(
    new URL(`tables-${index + 1}.ts`, OUT),
    `${header}
/**
 * Tables of names. Each is a line: its number, behind % the bits that are permissions, + where the
 * name of zero stands beside flags, behind & the bits that may be combined, names with values, and
 * behind ~ names that strace does not print. Lines that begin with a space go on.
 */
export const TABLES_${index + 1}_TEXT = \`
${part.join("\n")}
\`;
`,
  );
});
writeFileSync(
  new URL("uses.ts", OUT),
  `${header}
/** Which table an argument has: "call index:table", or "call index value-of-another:table". */
export const ARGUMENTS_TEXT = \`
${wrapped(slotsOut, ";")}
\`;

/** Which table a field of a struct has: "call field:table"; "*" is every call. */
export const FIELDS_TEXT = \`
${wrapped(fieldsOut, ";")}
\`;
`,
);
for (const file of ["syscalls.ts", "tables-1.ts", "tables-2.ts", "tables-3.ts", "uses.ts"]) {
  process.stderr.write(
    `${file}: ${readFileSync(new URL(file, OUT), "utf8").split("\n").length} lines\n`,
  );
}
