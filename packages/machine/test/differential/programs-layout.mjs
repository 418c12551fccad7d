// SPDX-License-Identifier: MPL-2.0

/**
 * The memory of random programs: that of single cases, but the code may be written, is seen at three places (low, above 4 GiB,
 * and a third time without the right to execute), and its pages are not in order in memory.
 */

import { DATA, HIGH, IMAGE_PAGES, PAGE, STACK, baseImage } from "./layout.mjs";

const RW = 3;
const RWX = 7;

/** Image pages of the code, in the order of their addresses. */
const CODE_PAGES = [0, IMAGE_PAGES, 1];
const PAGES = IMAGE_PAGES + 1;

export const CODE_LOW = 0x1000_0000;
export const CODE_HIGH = 0x2aab_0000_0000;
/** The same pages, writable only. */
export const CODE_ALIAS = 0x1800_0000;
export const CODE_BYTES = CODE_PAGES.length * PAGE;

const codeAt = (address, protection) =>
  CODE_PAGES.map((firstPage, i) => ({
    address: address + i * PAGE,
    firstPage,
    pages: 1,
    protection,
  }));

export const programLayout = {
  segments: [
    ...codeAt(CODE_LOW, RWX),
    ...codeAt(CODE_HIGH, RWX),
    ...codeAt(CODE_ALIAS, RW),
    { address: DATA, firstPage: 2, pages: 3, protection: RW },
    { address: DATA + 3 * PAGE, firstPage: 5, pages: 1, protection: 1 },
    { address: STACK, firstPage: 6, pages: 2, protection: RW },
    { address: HIGH, firstPage: 8, pages: 2, protection: RW },
  ],
  pages: PAGES,
  baseImage() {
    const image = new Uint8Array(PAGES * PAGE);
    image.set(baseImage());
    image.fill(0xcc, IMAGE_PAGES * PAGE);
    return image;
  },
};

/** Pages whose protection programs change while they run. */
export const CHANGEABLE_PAGES = [
  DATA,
  DATA + PAGE,
  DATA + 2 * PAGE,
  HIGH,
  HIGH + PAGE,
  STACK,
  ...[0, 1, 2].flatMap((i) => [CODE_LOW + i * PAGE, CODE_HIGH + i * PAGE]),
];

/** The patches that put `code` at `offset` of the code segment. */
export function codePatches(offset, code) {
  const patches = [];
  for (let done = 0; done < code.length;) {
    const at = offset + done;
    const length = Math.min(PAGE - (at % PAGE), code.length - done);
    const page = CODE_PAGES[Math.floor(at / PAGE)];
    patches.push({ offset: page * PAGE + (at % PAGE), bytes: code.slice(done, done + length) });
    done += length;
  }
  return patches;
}

/** Does this page of the image hold code? */
export const isCodePage = (page) => CODE_PAGES.includes(page);
