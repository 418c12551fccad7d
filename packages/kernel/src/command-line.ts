// SPDX-License-Identifier: MPL-2.0

/** One parameter of the kernel command line. */
export interface KernelParameter {
  /** With "-" written as "_". */
  readonly key: string;
  /** Undefined for a word without "=". */
  readonly value: string | undefined;
}

/** Parameters that the kernel itself answers to; all others go to init. */
const KERNEL_KEYS: ReadonlySet<string> = new Set([
  "init",
  "rdinit",
  "console",
  "loglevel",
  "earlycon",
  "root",
  "rootfstype",
  "ro",
  "rw",
  "quiet",
  "debug",
  "panic",
  "initrd",
  "hostname",
  "mem",
]);

/**
 * The kernel command line (the Book, "Kernel parameters"): `key=value` words for the kernel, unknown
 * `key=value` into init's environment, unknown bare words and everything after `--` to init's
 * arguments. Unknown keys with a dot belong to drivers that are not there, and are dropped from
 * init's share. Double quotes protect spaces.
 */
export class KernelCommandLine {
  /** As the boot loader gave it: /proc/cmdline. */
  readonly text: string;
  readonly parameters: readonly KernelParameter[];
  readonly initArguments: readonly string[];
  readonly initEnvironment: readonly string[];

  constructor(text: string) {
    this.text = text;
    const parameters: KernelParameter[] = [];
    const initArguments: string[] = [];
    const initEnvironment: string[] = [];
    let forInit = false;
    for (const word of splitWords(text)) {
      if (forInit) {
        initArguments.push(word);
        continue;
      }
      if (word === "--") {
        forInit = true;
        continue;
      }
      const equals = word.indexOf("=");
      const rawKey = equals < 0 ? word : word.slice(0, equals);
      const key = rawKey.replaceAll("-", "_");
      const value = equals < 0 ? undefined : word.slice(equals + 1);
      parameters.push({ key, value });
      if (KERNEL_KEYS.has(key) || key.includes(".")) continue;
      if (value === undefined) initArguments.push(word);
      else initEnvironment.push(word);
    }
    this.parameters = parameters;
    this.initArguments = initArguments;
    this.initEnvironment = initEnvironment;
  }

  /** Whether `key` is there, with or without a value. */
  has(key: string): boolean {
    return this.parameters.some((parameter) => parameter.key === key);
  }
  /** The last value of `key`. */
  get(key: string): string | undefined {
    return this.parameters.findLast((parameter) => parameter.key === key)?.value;
  }
  /** Every value of `key`, in order, e.g. all `console=`. */
  all(key: string): readonly string[] {
    const values: string[] = [];
    for (const parameter of this.parameters) {
      if (parameter.key === key && parameter.value !== undefined) values.push(parameter.value);
    }
    return values;
  }
}

function splitWords(text: string): string[] {
  const words: string[] = [];
  let word = "";
  let isWord = false;
  let isQuoted = false;
  for (const character of text) {
    if (character === '"') {
      isQuoted = !isQuoted;
      isWord = true;
    } else if (!isQuoted && (character === " " || character === "\t" || character === "\n")) {
      if (isWord) words.push(word);
      word = "";
      isWord = false;
    } else {
      word += character;
      isWord = true;
    }
  }
  if (isWord) words.push(word);
  return words;
}
