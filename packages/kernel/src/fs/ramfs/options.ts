// SPDX-License-Identifier: MPL-2.0

/** Limits and root attributes of a tmpfs (tmpfs(5)). */
export interface TmpfsOptions {
  /** Pages of 4096 bytes; Infinity for none. */
  maxPages: number;
  maxInodes: number;
  rootMode: number;
  uid: number;
  gid: number;
  /** As /proc/mounts shows them. */
  readonly text: string;
}

const UNITS: ReadonlyMap<string, number> = new Map([
  ["", 1],
  ["k", 1024],
  ["m", 1024 ** 2],
  ["g", 1024 ** 3],
  ["t", 1024 ** 4],
]);

/** A number with an optional unit, as memparse of Linux: "64k", "1g". */
function parseSize(text: string): number | undefined {
  const match = /^(\d+)([kmgt]?)$/i.exec(text);
  const unit = UNITS.get((match?.[2] ?? "").toLowerCase());
  return match === null || unit === undefined ? undefined : Number(match[1]) * unit;
}

/** The options of mount(2), over `defaults`; undefined when one is unknown or wrong. */
export function parseTmpfsOptions(text: string, defaults: TmpfsOptions): TmpfsOptions | undefined {
  const options = { ...defaults };
  const shown: string[] = [];
  for (const option of text.split(",")) {
    if (option === "") {
      continue;
    }
    const equals = option.indexOf("=");
    const key = equals < 0 ? option : option.slice(0, equals);
    const value = equals < 0 ? "" : option.slice(equals + 1);
    if (key === "mode") {
      if (!/^[0-7]+$/.test(value)) {
        return undefined;
      }
      options.rootMode = Number.parseInt(value, 8) & 0o7777;
      shown.push(`mode=${value.replace(/^0+/, "")}`);
      continue;
    }
    if (key === "size" && /^\d+%$/.test(value)) {
      options.maxPages = Math.floor((defaults.maxPages * 2 * Number.parseInt(value, 10)) / 100);
      shown.push(`size=${options.maxPages * 4}k`);
      continue;
    }
    const number = parseSize(value);
    if (number === undefined) {
      return undefined;
    }
    switch (key) {
      case "size":
        options.maxPages = number === 0 ? Infinity : Math.ceil(number / 4096);
        shown.push(`size=${Math.ceil(number / 4096) * 4}k`);
        break;
      case "nr_blocks":
        options.maxPages = number === 0 ? Infinity : number;
        shown.push(`size=${number * 4}k`);
        break;
      case "nr_inodes":
        options.maxInodes = number === 0 ? Infinity : number;
        shown.push(`nr_inodes=${number}`);
        break;
      case "uid":
        options.uid = number;
        shown.push(`uid=${number}`);
        break;
      case "gid":
        options.gid = number;
        shown.push(`gid=${number}`);
        break;
      default:
        return undefined;
    }
  }
  return { ...options, text: shown.join(",") };
}

export function renderTmpfsOptions(options: TmpfsOptions): string {
  return options.text;
}
