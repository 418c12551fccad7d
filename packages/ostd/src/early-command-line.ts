// SPDX-License-Identifier: MPL-2.0

/** What OSTD wants to know from the command line before the kernel runs. */
export interface EarlyCommandLine {
  /** One of `LogLevel`, or -1 for none. */
  readonly logLevel: number;
  readonly hasEarlyConsole: boolean;
  /** Whether DMA is guarded where the machine has an IOMMU; yes when absent. */
  readonly guardsDma?: boolean;
  /** Whether interrupts are, too; yes when absent. */
  readonly remapsInterrupts?: boolean;
}

export type EarlyCommandLineParser = (commandLine: string) => EarlyCommandLine;

const LEVEL_NAMES: readonly string[] = [
  "emerg",
  "alert",
  "crit",
  "error",
  "warn",
  "notice",
  "info",
  "debug",
];

/** What `ostd.log_level` takes (the Book, "Kernel parameters"). */
const BOOK_LEVELS: ReadonlyMap<string, number> = new Map([
  ["off", -1],
  ["error", 3],
  ["warn", 4],
  ["info", 6],
  ["debug", 7],
  ["trace", 7],
]);

/**
 * The default policy: `loglevel=N` (0…8, messages below N are shown, as in Linux) or
 * `loglevel=NAME`, `ostd.log_level=NAME`, and `earlycon=off`. Without them warnings and worse are shown.
 * `intel_iommu=off` (or `iommu=off`) and `intremap=off` are Linux's, too.
 */
export function parseEarlyCommandLine(commandLine: string): EarlyCommandLine {
  let logLevel = 4;
  let hasEarlyConsole = true;
  let guardsDma = true;
  let remapsInterrupts = true;
  for (const word of commandLine.split(" ")) {
    if (word === "--") {
      break;
    }
    if (word === "earlycon=off") {
      hasEarlyConsole = false;
    } else if (word === "intel_iommu=off" || word === "iommu=off") {
      guardsDma = false;
    } else if (word === "intremap=off") {
      remapsInterrupts = false;
    } else if (word.startsWith("ostd.log_level=")) {
      logLevel = BOOK_LEVELS.get(word.slice("ostd.log_level=".length)) ?? logLevel;
    } else if (word.startsWith("loglevel=")) {
      const value = word.slice("loglevel=".length);
      const named = LEVEL_NAMES.indexOf(value);
      if (named >= 0) {
        logLevel = named;
      } else if (/^[0-8]$/u.test(value)) {
        logLevel = Number(value) - 1;
      }
    }
  }
  return {
    logLevel,
    hasEarlyConsole,
    ...(!guardsDma && { guardsDma }),
    ...(!remapsInterrupts && { remapsInterrupts }),
  };
}
