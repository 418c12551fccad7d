// SPDX-License-Identifier: MPL-2.0
//
// The cases that take longest in QEMU, the longest first (`suite.mjs --runner qemu --times` tells). They begin
// before all others, so that none is left to run alone in the end.

const SLOW = [
  ...[
    "programs/random-memory",
    "programs/priority-futexes",
    "programs/random-locks",
    "scripts/limits",
  ],
  ...[
    "programs/random-signals",
    "scripts/directory-order",
    "programs/hot-faults",
    "scripts/big-pipes",
  ],
  ...["scripts/log-report", "scripts/lock-files", "scripts/long-pipelines", "scripts/sort-applet"],
  ...["scripts/watch-timeouts", "scripts/fork-many", "programs/hot-timers", "scripts/directories"],
  ...["programs/random-rights", "scripts/su-permissions", "scripts/short-pipelines"],
  ...["scripts/timeout-applet", "scripts/process-lists", "scripts/head-tail-follow"],
  ...[
    "programs/malloc-sort",
    "scripts/head-tail-wc",
    "scripts/gzip-applets",
    "scripts/sort-merges",
  ],
];

/** @param {{ name: string }} testCase */
function rank({ name }) {
  const index = SLOW.indexOf(name.replace(/\.(?:musl|glibc)$/, ""));
  return index < 0 ? SLOW.length : index;
}

/**
 * @template {{ name: string }} T
 * @param {readonly T[]} cases
 */
export function slowFirst(cases) {
  return cases.toSorted((a, b) => rank(a) - rank(b));
}
