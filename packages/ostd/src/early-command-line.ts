// SPDX-License-Identifier: MPL-2.0

/** What OSTD wants to know from the command line before the kernel runs. */
export interface EarlyCommandLine {
  /** One of `LogLevel`, or -1 for none. */
  readonly logLevel: number;
  readonly hasEarlyConsole: boolean;
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
 */
export function parseEarlyCommandLine(commandLine: string): EarlyCommandLine {
  let logLevel = 4;
  let hasEarlyConsole = true;
  for (const word of wordsOf(commandLine)) {
    if (word === "earlycon=off") {
      hasEarlyConsole = false;
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
  return { logLevel, hasEarlyConsole };
}

/** The parameters of the kernel: what stands before `--`. */
function wordsOf(commandLine: string): readonly string[] {
  const words = commandLine.split(" ");
  const end = words.indexOf("--");
  return end < 0 ? words : words.slice(0, end);
}

/**
 * What OSTD guards where the machine has an IOMMU: `intel_iommu=off` (or `iommu=off`) leaves DMA to the
 * drivers, `intremap=off` interrupts, as in Linux. No policy has a say in it.
 */
export function readGuards(commandLine: string): {
  readonly dma: boolean;
  readonly interrupts: boolean;
} {
  const words = wordsOf(commandLine);
  return {
    dma: !words.includes("intel_iommu=off") && !words.includes("iommu=off"),
    interrupts: !words.includes("intremap=off"),
  };
}
