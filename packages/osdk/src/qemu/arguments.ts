// SPDX-License-Identifier: MPL-2.0

/** One argument of QEMU: `-KEY`, or `-KEY VALUE`. */
export interface QemuArgument {
  /** Without dashes: QEMU takes `-m` and `--m` alike. */
  readonly key: string;
  /** The argument as it was written, `-key` or `--key`. */
  readonly written: string;
  readonly value?: string;
}

/** OSDK says these itself. */
const FORBIDDEN: ReadonlySet<string> = new Set(["kernel", "append", "initrd"]);
const WITHOUT_VALUE: ReadonlySet<string> = new Set([
  "no-reboot",
  "no-shutdown",
  "nographic",
  "nodefaults",
  "enable-kvm",
  "S",
  "snapshot",
]);
/** These may stand several times (qemu(1)); all others at most once. */
const REPEATABLE: ReadonlySet<string> = new Set([
  ..."acpitable action add-fd audiodev blockdev cdrom chardev compat device drive".split(" "),
  ..."fsdev fw_cfg global mon monitor mtdblock net netdev nic numa object parallel".split(" "),
  ..."plugin qmp readconfig sd serial set smbios spice trace usbdevice virtfs vnc".split(" "),
]);
const WITH_VALUE: ReadonlySet<string> = new Set([
  ..."accel bios boot cpu d display drive device chardev object netdev D gdb".split(" "),
  ..."m machine M monitor name qmp rtc serial smp uuid vga blockdev fw_cfg global".split(" "),
]);

/** Two names of one argument. */
const CANONICAL: Readonly<Record<string, string>> = { M: "machine" };

export class QemuArgumentError extends Error {
  override readonly name: string = "QemuArgumentError";
}

/** Groups words to arguments and checks them by the Book's rules. Throws `QemuArgumentError`. */
export function parseQemuArguments(words: readonly string[]): QemuArgument[] {
  const parsed: QemuArgument[] = [];
  for (let index = 0; index < words.length; index += 1) {
    const written = words[index] ?? "";
    const [, name] = /^--?([A-Za-z0-9][\w-]*)$/.exec(written) ?? [];
    if (name === undefined) {
      throw new QemuArgumentError(`"${written}": expected -KEY, or -KEY VALUE`);
    }
    const key = CANONICAL[name] ?? name;
    if (FORBIDDEN.has(key)) {
      throw new QemuArgumentError(`"${written}" is not allowed to be set: OSDK says it itself`);
    }
    const next = words[index + 1];
    const hasValue = next !== undefined && !next.startsWith("-");
    if (hasValue && WITHOUT_VALUE.has(key)) {
      throw new QemuArgumentError(`"${written}" takes no value, and "${next}" follows it`);
    }
    if (!hasValue && WITH_VALUE.has(key)) throw new QemuArgumentError(`"${written}" needs a value`);
    if (hasValue) index += 1;
    parsed.push({ key, written, ...(hasValue && { value: next }) });
  }
  const seen = new Set<string>();
  for (const { key, written } of parsed) {
    if (seen.has(key) && !REPEATABLE.has(key)) {
      throw new QemuArgumentError(`"${written}" is given twice`);
    }
    seen.add(key);
  }
  return parsed;
}

/** Lays `above` over `below`: a key that stands once takes the place of the earlier one. */
export function joinQemuArguments(
  below: readonly QemuArgument[],
  above: readonly QemuArgument[],
): QemuArgument[] {
  const joined = [...below];
  for (const argument of above) {
    const index = REPEATABLE.has(argument.key)
      ? -1
      : joined.findIndex(({ key }) => key === argument.key);
    if (index >= 0) joined[index] = argument;
    else joined.push(argument);
  }
  return joined;
}

/** The words of arguments, for a command line. */
export function wordsOfArguments(list: readonly QemuArgument[]): string[] {
  return list.flatMap(({ written, value }) => (value === undefined ? [written] : [written, value]));
}
