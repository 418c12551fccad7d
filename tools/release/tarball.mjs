// SPDX-License-Identifier: MPL-2.0

import { gunzipSync } from "node:zlib";

const BLOCK_BYTES = 512;

/** Names and sizes of the files in a package's tarball (ustar with pax, POSIX.1-2001 pax). */
export function listTarball(bytes) {
  const tar = gunzipSync(bytes);
  const files = [];
  let longName;
  for (let at = 0; at + BLOCK_BYTES <= tar.length && tar[at] !== 0;) {
    const text = (offset, length) =>
      tar.toString("utf8", at + offset, at + offset + length).replace(/\0.*$/s, "");
    const size = parseInt(text(124, 12), 8);
    const type = text(156, 1);
    const prefix = text(345, 155);
    const name = longName ?? (prefix === "" ? text(0, 100) : `${prefix}/${text(0, 100)}`);
    const data = at + BLOCK_BYTES;
    longName = undefined;
    if (type === "x") {
      longName = /(?:^|\n)\d+ path=([^\n]*)\n/.exec(tar.toString("utf8", data, data + size))?.[1];
    } else if (type === "0" || type === "") {
      files.push({ name: name.replace(/^package\//, ""), size });
    }
    at = data + Math.ceil(size / BLOCK_BYTES) * BLOCK_BYTES;
  }
  return files;
}
