// SPDX-License-Identifier: MPL-2.0
//
// What is asked of a kernel about its rules: for every argument that has names, each name that the
// rules list, and each further name that Linux has for it.

import { SYSCALLS } from "@aster/kernel";
import { argumentTable, check, fieldTable } from "@aster/scml";

/**
 * @typedef {object} Question
 * @property {string} call
 * @property {string} argument path of the argument, with underscores: "fds_events"
 * @property {string} name of the flag or choice
 * @property {number} value
 * @property {boolean} isDeclared whether the rules list it
 */

/** Names whose value decides what another argument means. */
const DECIDES = {
  "getsockopt optname": "SOL_SOCKET",
  "setsockopt optname": "SOL_SOCKET",
  "socket protocol": "AF_INET",
};
const COMMAND_OF = [
  [/^FD_/, "F_SETFD"],
  [/^F_SEAL_/, "F_ADD_SEALS"],
  [/^O_/, "F_SETFL"],
];

/** Names of flags in a pattern by the path of the argument. */
function collect(pattern, path, add) {
  if (pattern === undefined) return;
  if (pattern.kind === "struct") {
    for (const field of pattern.fields) collect(field.pattern, `${path}_${field.name.text}`, add);
  } else if (pattern.kind === "array") {
    for (const element of pattern.elements) collect(element, path, add);
  } else {
    for (const part of pattern.parts) {
      if (part.kind === "flag") add(path, part.name);
      else if (part.kind === "number") add(path, part.text);
    }
  }
}

/** The names that Linux has for an argument, and the commands of fcntl(2) for theirs. */
function tablesOf(call, index, path) {
  const argument = path.split("_")[0];
  if (path !== argument && !/^cl_args|^futex_op/.test(path)) {
    const table = fieldTable(call, path.slice(argument.length + 1));
    return table === undefined ? [] : [table];
  }
  if (path.startsWith("cl_args_")) return [fieldTable(call, path.slice("cl_args_".length))];
  if (call === "fcntl" && index === 2) {
    return COMMAND_OF.map(([, command]) => argumentTable(call, index, command));
  }
  const table = argumentTable(call, index, DECIDES[`${call} ${path}`]);
  return table === undefined ? [] : [table];
}

/** Values by the kernel's own declaration, for names that are newer than the tables. */
function declaredValue(call, argument, name) {
  const declaration = SYSCALLS.find((one) => one.name === call);
  return declaration?.args.find((one) => one.name === argument)?.render.names?.[name];
}

/** @param {string} text the rules @returns {Question[]} */
export function questionsOf(text) {
  const { program } = check(text, "docs/kernel.scml");
  /** @type {Map<string, {call: string, path: string, index: number, names: Set<string>}>} */
  const slots = new Map();
  for (const rule of program.rules) {
    if (rule.kind !== "syscall") continue;
    rule.params.forEach((param, index) => {
      collect(param.pattern, param.name?.text ?? "", (path, name) => {
        const key = `${rule.name.text} ${path}`;
        const slot = slots.get(key) ?? { call: rule.name.text, path, index, names: new Set() };
        slot.names.add(name);
        slots.set(key, slot);
      });
    });
  }
  const questions = [];
  for (const { call, path, index, names } of slots.values()) {
    const tables = tablesOf(call, index, path);
    const known = new Map(tables.flatMap((table) => [...table.values]));
    const declaredValues = new Set();
    for (const name of names) {
      const value = /^-?\d/.test(name)
        ? Number(name)
        : (known.get(name) ?? declaredValue(call, path, name));
      if (value === undefined) throw new Error(`${call}, ${path}: Linux has no "${name}"`);
      declaredValues.add(value);
      questions.push({ call, argument: path, name, value, isDeclared: true });
    }
    const isMask = tables.some((table) => table.mask !== 0);
    for (const [name, value] of known) {
      // Other names of a declared value, and in tables of flags names of no bit or of several.
      if (declaredValues.has(value)) continue;
      if (isMask && (value === 0 || Number.isInteger(Math.log2(value)) === false)) continue;
      declaredValues.add(value);
      questions.push({ call, argument: path, name, value, isDeclared: false });
    }
  }
  return questions;
}
