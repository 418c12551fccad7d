// SPDX-License-Identifier: MPL-2.0

import { expect, test } from "@jest/globals";
import { POLLIN } from "../abi/poll.ts";
import { PollQueue } from "./poll-queue.ts";
import type { PollObserver } from "./poll-queue.ts";

/** Which of these observers hear of a wake-up for `key`. */
function told(
  observers: readonly { readonly isExclusive: boolean; readonly wakes: boolean }[],
  key: number,
): number[] {
  const heard: number[] = [];
  const queue = new PollQueue();
  observers.forEach(({ isExclusive, wakes }, i) => {
    const observer: PollObserver = {
      isExclusive,
      queueWoken: () => {
        heard.push(i);
        return wakes;
      },
    };
    queue.observe(observer);
  });
  if (key === 0) queue.wakeAll();
  else queue.wakeFor(key);
  return heard;
}

const idle = { isExclusive: true, wakes: false };
const waiting = { isExclusive: true, wakes: true };
const shared = { isExclusive: false, wakes: true };

test("of exclusive observers only one that somebody waits for hears of data", () => {
  expect(told([idle, waiting, waiting, waiting], POLLIN)).toEqual([0, 1]);
});

test("all others hear of it", () => {
  expect(told([shared, waiting, shared, waiting, shared], POLLIN)).toEqual([0, 1, 2, 4]);
});

test("what may be a hangup is for all", () => {
  expect(told([waiting, waiting, shared], 0)).toEqual([0, 1, 2]);
});
