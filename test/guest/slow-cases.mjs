// SPDX-License-Identifier: MPL-2.0
//
// The cases that take longest in QEMU, the longest first (`suite.mjs --runner qemu --times` tells). They begin
// before all others, so that none is left to run alone in the end.

const SLOW = [
  ...["scripts/directory-order", "scripts/fork-many", "programs/hostile-instructions"],
  ...["programs/copy-on-write", "scripts/long-pipelines", "scripts/limits", "programs/fork-wait"],
  ...["scripts/su-permissions", "scripts/log-report", "programs/file-capabilities"],
  ...["programs/descriptors", "programs/event-files", "scripts/directories", "programs/guest-jit"],
  ...["scripts/big-pipes", "scripts/grep-applet", "scripts/sort-applet", "scripts/lock-files"],
  ...["programs/file-corners", "scripts/read-records", "scripts/gzip-applets"],
  ...["scripts/watch-timeouts", "scripts/encode-round", "scripts/gzip-streams"],
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
