// SPDX-License-Identifier: MPL-2.0

// Programs and traces that make sense often enough to be worth matching, and changed ones.

import { readdirSync, readFileSync } from "node:fs";

const TRACES = new URL("../traces/", import.meta.url);

const FLAGS =
  "O_RDONLY O_WRONLY O_CREAT O_CLOEXEC O_PATH NULL 0 0x40 -1 MAP_SHARED POLLIN POLLOUT FUTEX_WAIT FUTEX_WAKE_PRIVATE IPC_CREAT 0600".split(
    " ",
  );
const CALLS =
  "open openat poll mmap futex clone fcntl ioctl prctl semctl semget mknod close rt_sigreturn".split(
    " ",
  );
const FIELDS = ["events", "fd", "sa_flags", "revents", "msg_control"];

/** @param {import("./random.mjs").Random} random @returns {string} */
export function sensibleProgram(random) {
  const blank = () => random.pick(["", " ", "\n", " // c\n", " /* d */ ", "\n\n", "\t"]);
  const flags = () =>
    random
      .list(1 + random.below(4), () => {
        switch (random.below(8)) {
          case 0:
            return random.pick(["<a>", "<b>"]);
          case 1:
            return random.pick(["<INTEGER>", "<PATH>", '<PATH: "/proc", "/dev/*">', "<s>"]);
          default:
            return random.pick(FLAGS);
        }
      })
      .join(`${blank()}|${blank()}`);
  const pattern = (depth) => {
    const kind = depth > 2 ? 0 : random.below(4);
    if (kind === 1) {
      const fields = random.list(
        1 + random.below(3),
        () => random.pick(FIELDS) + (random.below(3) === 0 ? "" : ` = ${pattern(depth + 1)}`),
      );
      return `{${blank()}${fields.join(`,${blank()}`)}${random.pick([", ..", "", ","])}${blank()}}`;
    }
    if (kind === 2) {
      const more = random.below(3) === 0 ? `, ${pattern(depth + 1)}` : "";
      return `[${blank()}${pattern(depth + 1)}${more}${blank()}]`;
    }
    return flags();
  };
  const lines = [
    `a = O_RDONLY | POLLIN${blank()};`,
    "b = <a> | O_CLOEXEC;",
    "struct s = { events = <a>, .. };",
  ];
  for (let count = 1 + random.below(6); count > 0; count -= 1) {
    const params = random.list(random.below(5), (index) =>
      random.below(2) === 0 ? `p${index}` : `p${index}${blank()}=${blank()}${pattern(0)}`,
    );
    const rest = params.length === 0 ? "" : random.pick(["", "", ", ..", ","]);
    lines.push(`${random.pick(CALLS)}(${blank()}${params.join(`,${blank()}`)}${rest}${blank()});`);
  }
  return lines.join(blank());
}

/** A call as strace might print it. @param {import("./random.mjs").Random} random @returns {string} */
export function call(random) {
  const value = (depth) => {
    switch (depth > 2 ? random.below(5) : random.below(9)) {
      case 0:
        return random.pick(FLAGS);
      case 1:
        return `${random.pick(FLAGS)}|${random.pick(FLAGS)}`;
      case 2:
        return random.pick(['"/proc/1"', '"/etc/x"...', '"rel"', "0x7ffe12345678", "3</tmp>"]);
      case 3:
        return String(random.below(200));
      case 4:
        return random.pick(["NULL", "0", "-1", "A or B", "1<<CAP_KILL", "0x1 /* O_WRONLY */"]);
      case 5:
      case 6: {
        const fields = random.list(
          random.below(3),
          () => `${random.pick(FIELDS)}=${value(depth + 1)}`,
        );
        return `{${fields.join(", ")}${random.pick(["", ", ..."])}}`;
      }
      default:
        return `[${random.list(random.below(3), () => value(depth + 1)).join(", ")}]`;
    }
  };
  const args = random.list(random.below(6), () => value(0)).join(", ");
  const result = random.pick(["0", "-1 ENOENT (No such file or directory)", "?"]);
  return `${random.pick(CALLS)}(${args}) = ${result}\n`;
}

const LINES = readdirSync(TRACES)
  .filter((name) => name.endsWith(".strace"))
  .flatMap((name) => readFileSync(new URL(name, TRACES), "latin1").split("\n"))
  .filter((line) => line !== "");

const TRACE_PIECES =
  '( ) { } [ ] < > , " \\ /* */ ... => | << <unfinished◦...> <...◦ ◦resumed> 0x - && \n ~[ ◦or◦ ◦=◦ \r \0 \xff 99999999999999999999'
    .split(" ")
    .map((piece) => piece.replaceAll("◦", " "));
export const PROGRAM_PIECES =
  '( ) { } [ ] < > ; , .. | = // /* */ " struct <a> \n <PATH: \r \0 \uffff 0x 0b2 -'.split(" ");

/** A text changed in a few places. @param {import("./random.mjs").Random} random @param {string} text @param {readonly string[]} pieces */
export function mutate(random, text, pieces) {
  let changed = text;
  for (let count = 1 + random.below(4); count > 0; count -= 1) {
    const at = random.below(changed.length + 1);
    const end = Math.min(changed.length, at + random.below(6));
    const piece =
      random.below(8) === 0
        ? random.pick(pieces).repeat(1 + random.below(200))
        : random.below(3) === 0
          ? ""
          : random.pick(pieces);
    changed = changed.slice(0, at) + piece + changed.slice(end);
  }
  return changed;
}

/** Lines of recorded traces, changed. @param {import("./random.mjs").Random} random */
export function mutatedTrace(random) {
  return random
    .list(1 + random.below(4), () => mutate(random, random.pick(LINES), TRACE_PIECES))
    .join("\n");
}
