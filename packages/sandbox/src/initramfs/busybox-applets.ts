// SPDX-License-Identifier: MPL-2.0

/**
 * Finds the applets of a busybox binary without running it: `busybox --list-full`
 * prints what stands in two tables of its read-only data.
 *
 * `applet_names` is a sorted run of NUL-terminated names. `applet_install_loc` has
 * four bits per applet, low half first, which number the directories below.
 * (busybox: include/applets.h, INSTALLER.) The second table is found by
 * applets whose place never varies.
 */

/** By number, as in busybox's `enum bb_install_loc_t`. */
const DIRECTORIES = ["", "bin", "sbin", "usr/bin", "usr/sbin"] as const;

/** Applets whose directory is the same in every build of busybox. */
const ANCHORS: Readonly<Record<string, number>> = {
  ash: 1,
  cat: 1,
  chmod: 1,
  cp: 1,
  date: 1,
  dd: 1,
  df: 1,
  echo: 1,
  ls: 1,
  mkdir: 1,
  mount: 1,
  mv: 1,
  ps: 1,
  pwd: 1,
  rm: 1,
  sed: 1,
  sh: 1,
  sleep: 1,
  touch: 1,
  true: 1,
  halt: 2,
  init: 2,
  poweroff: 2,
  reboot: 2,
  awk: 3,
  basename: 3,
  cut: 3,
  env: 3,
  find: 3,
  head: 3,
  sort: 3,
  tail: 3,
  test: 3,
  tr: 3,
  wc: 3,
  xargs: 3,
  chroot: 4,
};

/** With fewer anchors the place of the table would be a guess. */
const MIN_ANCHORS = 8;
const NAME_PATTERN = /^[\w.+[-]{1,31}$/;

/** Finding the tables of a large program takes milliseconds, and a start asks for them twice. */
const known = new WeakMap<Uint8Array, { readonly paths: readonly string[] | undefined }>();

/**
 * The paths of all applets, such as "bin/sh", in the order of `--list-full`;
 * undefined when the tables are not found. The program may not change.
 */
export function readAppletPaths(busybox: Uint8Array): readonly string[] | undefined {
  const found = known.get(busybox) ?? { paths: findPaths(busybox) };
  known.set(busybox, found);
  return found.paths;
}

function findPaths(busybox: Uint8Array): string[] | undefined {
  const bytes = Buffer.from(busybox.buffer, busybox.byteOffset, busybox.length);
  const table = findNames(bytes);
  const places = table && findPlaces(bytes, table);
  if (table === undefined || places === undefined) return undefined;
  return table.names.map((name, index) => {
    const directory = DIRECTORIES[places[index] ?? 0] ?? "";
    return directory === "" ? name : `${directory}/${name}`;
  });
}

interface NameTable {
  readonly names: readonly string[];
  /** Where the table stands in the file. */
  readonly offset: number;
}

function findNames(bytes: Buffer): NameTable | undefined {
  // Without the NUL before it: the search is for its first byte, and a program is full of NULs.
  const seed = "cat\0";
  for (let at = bytes.indexOf(seed, 0, "latin1"); at >= 0;) {
    const names = bytes[at - 1] === 0 ? extendNames(bytes, at) : [];
    const anchors = names.filter((name) => name in ANCHORS);
    if (anchors.length >= MIN_ANCHORS) return { names, offset: at - 1 };
    at = bytes.indexOf(seed, at + 1, "latin1");
  }
  return undefined;
}

/** The longest sorted run of names around the one at `start`. */
function extendNames(bytes: Buffer, start: number): string[] {
  const names: string[] = [];
  let first = start;
  for (;;) {
    const end = first - 1;
    const before = bytes.lastIndexOf(0, end - 1) + 1;
    const name = bytes.toString("latin1", before, end);
    const next = names[0] ?? nameAt(bytes, start);
    if (!NAME_PATTERN.test(name) || name >= next) break;
    names.unshift(name);
    first = before;
  }
  let last = "";
  for (let at = start; ;) {
    const name = nameAt(bytes, at);
    if (!NAME_PATTERN.test(name) || name <= last) break;
    names.push(name);
    last = name;
    at += name.length + 1;
  }
  return names;
}

function nameAt(bytes: Buffer, at: number): string {
  const end = bytes.indexOf(0, at);
  return end < 0 ? "" : bytes.toString("latin1", at, Math.min(end, at + 64));
}

/**
 * The directory numbers, from the place nearest to the names where all anchors fit:
 * the two tables stand in one section, mostly a few hundred bytes apart.
 */
function findPlaces(bytes: Buffer, { names, offset }: NameTable): number[] | undefined {
  const anchors: [index: number, place: number][] = [];
  names.forEach((name, index) => {
    const place = ANCHORS[name];
    if (place !== undefined) anchors.push([index, place]);
  });
  const fits = (base: number): boolean =>
    base >= 0 &&
    anchors.every(([index, place]) => nibble(bytes, base, index) === place) &&
    names.every((_, index) => nibble(bytes, base, index) < DIRECTORIES.length);
  for (let distance = 0; distance < bytes.length; distance++) {
    for (const base of [offset - distance, offset + distance]) {
      if (fits(base)) return names.map((_, index) => nibble(bytes, base, index));
    }
  }
  return undefined;
}

function nibble(bytes: Buffer, base: number, index: number): number {
  const pair = bytes[base + (index >>> 1)] ?? 0xff;
  return (index & 1) === 0 ? pair & 15 : pair >>> 4;
}
