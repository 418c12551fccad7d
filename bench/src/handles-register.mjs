// SPDX-License-Identifier: MPL-2.0

// `node --import this-file`: loads OSTD without the checks of its handles when HANDLES is "unchecked".
// Both ways go through the loader, so that it costs the same in both.

import { register } from "node:module";

const patch = (file, find, replace) => ({ file, find, replace });

/** What replaces the borrow checker, taken out: liveness, generations, holders, places, lock order. */
const PATCHES = [
  patch(
    "mm/untyped-memory.js",
    "static firstFrameOf(memory) {",
    "static firstFrameOf(memory) {\n        return memory.#first;",
  ),
  patch("mm/frames.unsafe.js", "this.#generations[pfn] = this.#lastGeneration;", ""),
  patch("mm/frames.unsafe.js", "this.#generations[pfn] = 0;", ""),
  patch("release.js", "if (this.#tokens === 0 && !this.#refill()) {", "if (true) {"),
  patch(
    "mm/vm-space.js",
    "if (this.#dropped !== undefined) {\n            panicUsed(",
    "if (false) {\n            panicUsed(",
  ),
  patch(
    "arch/x86_64/user-context.js",
    "if (this.#released !== undefined) {\n            panicUsed(",
    "if (false) {\n            panicUsed(",
  ),
  patch(
    "io/io-mem.js",
    "if (this.#released !== undefined) {\n            panicUsed(",
    "if (false) {\n            panicUsed(",
  ),
  patch(
    "io/io-mem.js",
    "if (this.#whole !== undefined && this.#whole.#released !== undefined) {",
    "if (false) {",
  ),
  patch(
    "sync/lock-guard.js",
    "if (this.#system.scheduling.current !== this.#holder) {",
    "if (false) {",
  ),
  patch("sync/lock-order.js", "check(held, next) {", "check(held, next) {\n        return;"),
  patch(
    "mm/frame-table.js",
    "#pfn(index) {\n        if (this.#released !== undefined) {",
    "#pfn(index) {\n        if (false) {",
  ),
  patch("user/user-mode.js", "if (task !== this.#task) {", "if (false) {"),
];

const patches = process.env.HANDLES === "unchecked" ? PATCHES : [];
register("../../test/soundness/mutate/hooks.mjs", import.meta.url, {
  data: { name: "unchecked handles", patches },
});
