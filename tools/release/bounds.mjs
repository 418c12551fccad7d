// SPDX-License-Identifier: MPL-2.0

// How large what we publish may be. A bound is moved in the commit that needs it, with its reason.

/** Kilobytes of each tarball, packed. */
export const PACKED_KB = {
  "@aster/bare": 100,
  "@aster/eslint-plugin": 20,
  "@aster/hardware": 50,
  "@aster/kernel": 1400,
  "@aster/machine": 800,
  "@aster/osdk": 200,
  "@aster/ostd": 250,
  "@aster/sandbox": 1000,
  "@aster/scml": 350,
};

/** Packages in node_modules after `npm install @aster/osdk`, ours included. */
export const INSTALLED_PACKAGES = 60;
/** Megabytes of them on disk. esbuild's program is 10 of them. */
export const INSTALLED_MB = 50;

/** What no tarball may hold. */
export const UNWANTED = /\.(k?test)\.|(^|\/)(coverage|target|\.turbo)\/|\.tsbuildinfo$|\.tgz$/;
