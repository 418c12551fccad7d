// SPDX-License-Identifier: MPL-2.0

/** A member of a tar archive. Texts have one character per byte. */
export interface TarMember {
  readonly path: string;
  readonly type: "file" | "link" | "symlink" | "directory" | "other";
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly mtimeSeconds: number;
  readonly target: string;
  readonly data: Uint8Array;
}

const BLOCK_BYTES = 512;
const TYPES: Readonly<Record<string, TarMember["type"]>> = {
  "\0": "file",
  "0": "file",
  "7": "file",
  "1": "link",
  "2": "symlink",
  "5": "directory",
};

/**
 * Reads a tar archive as dpkg-deb(1) puts out: ustar with GNU's long names (types L and K) and
 * pax headers (type x) for path and linkpath. Throws on a cut-off archive.
 */
export function* readTar(bytes: Uint8Array): IterableIterator<TarMember> {
  let longPath: string | undefined;
  let longTarget: string | undefined;
  for (let at = 0; at + BLOCK_BYTES <= bytes.length;) {
    const header = bytes.subarray(at, at + BLOCK_BYTES);
    if (header[0] === 0) return;
    const size = octal(header, 124, 12);
    const start = at + BLOCK_BYTES;
    const data = bytes.subarray(start, start + size);
    if (data.length < size) throw new Error("the archive is cut off");
    at = start + Math.ceil(size / BLOCK_BYTES) * BLOCK_BYTES;
    const type = String.fromCharCode(header[156] ?? 0);
    if (type === "L") longPath = text(data, 0, size);
    else if (type === "K") longTarget = text(data, 0, size);
    else if (type === "x") {
      const records = paxRecords(data);
      longPath = records.get("path") ?? longPath;
      longTarget = records.get("linkpath") ?? longTarget;
    } else if (type !== "g") {
      yield {
        path: longPath ?? shortPath(header),
        type: TYPES[type] ?? "other",
        mode: octal(header, 100, 8) & 0o7777,
        uid: octal(header, 108, 8),
        gid: octal(header, 116, 8),
        mtimeSeconds: octal(header, 136, 12),
        target: longTarget ?? text(header, 157, 100),
        data,
      };
      longPath = undefined;
      longTarget = undefined;
    }
  }
}

function shortPath(header: Uint8Array): string {
  const name = text(header, 0, 100);
  // GNU tar uses the place of ustar's prefix for other things.
  const isPosix = text(header, 257, 6) === "ustar";
  const prefix = isPosix ? text(header, 345, 155) : "";
  return prefix === "" ? name : `${prefix}/${name}`;
}

function paxRecords(data: Uint8Array): Map<string, string> {
  const records = new Map<string, string>();
  const all = text(data, 0, data.length);
  for (let at = 0; at < all.length;) {
    const length = Number.parseInt(all.slice(at), 10);
    if (!(length > 0)) break;
    const record = all.slice(all.indexOf(" ", at) + 1, at + length - 1);
    const equals = record.indexOf("=");
    records.set(record.slice(0, equals), record.slice(equals + 1));
    at += length;
  }
  return records;
}

/** A text that ends with its field or a NUL. */
function text(bytes: Uint8Array, start: number, length: number): string {
  const field = Buffer.from(bytes.buffer, bytes.byteOffset + start, length).toString("latin1");
  const end = field.indexOf("\0");
  return end < 0 ? field : field.slice(0, end);
}

function octal(bytes: Uint8Array, start: number, length: number): number {
  const value = Number.parseInt(text(bytes, start, length).trim() || "0", 8);
  if (Number.isNaN(value)) throw new Error("a number of the archive is none");
  return value;
}
