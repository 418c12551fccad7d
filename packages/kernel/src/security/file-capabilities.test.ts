// SPDX-License-Identifier: MPL-2.0

import { expect, test } from "@jest/globals";
import { Capability } from "./capabilities.ts";
import { areCapabilities, readCapabilities, shownCapabilities } from "./file-capabilities.ts";

function value(...words: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(words.length * 4));
  words.forEach((word, i) => view.setUint32(i * 4, word, true));
  return new Uint8Array(view.buffer);
}

const SECOND = 0x0200_0000;
const THIRD = 0x0300_0000;

test("only the second and third revision can be stored, with no flag but one", () => {
  expect(areCapabilities(value(SECOND | 1, 1, 2, 3, 4))).toBe(true);
  expect(areCapabilities(value(SECOND | 2, 1, 2, 3, 4))).toBe(false);
  expect(areCapabilities(value(SECOND, 1, 2, 3, 4, 0))).toBe(false);
  expect(areCapabilities(value(THIRD, 1, 2, 3, 4, 1000))).toBe(true);
  expect(areCapabilities(value(THIRD, 1, 2, 3, 4, 0xffff_ffff))).toBe(false);
  expect(areCapabilities(value(0x0100_0000, 1, 2))).toBe(false);
  expect(areCapabilities(new Uint8Array())).toBe(false);
});

test("the third revision is shown as the second where its root is the reader's", () => {
  expect(shownCapabilities(value(THIRD | 1, 1, 2, 3, 4, 0))).toEqual(value(SECOND | 1, 1, 2, 3, 4));
  const others = value(THIRD, 1, 2, 3, 4, 1000);
  expect(shownCapabilities(others)).toBe(others);
  expect(shownCapabilities(new Uint8Array())).toBeUndefined();
});

test("what execve reads has both halves of each set; another root's gives nothing", () => {
  const found = readCapabilities(value(SECOND | 1, 0x20, 0x2000, 0x80, 0x100));
  if (found === undefined || found === "Invalid") throw new Error("not read");
  expect(found.isEffective).toBe(true);
  expect(found.permitted.has(Capability.KILL)).toBe(true);
  expect(found.permitted.has(Capability.BPF)).toBe(true);
  expect(found.inheritable.has(Capability.NET_RAW)).toBe(true);
  expect(found.inheritable.has(Capability.CHECKPOINT_RESTORE)).toBe(true);
  expect(readCapabilities(value(THIRD, 1, 0, 0, 0, 1000))).toBeUndefined();
  expect(readCapabilities(value(SECOND, 1))).toBe("Invalid");
  expect(readCapabilities(new Uint8Array())).toBe("Invalid");
});
