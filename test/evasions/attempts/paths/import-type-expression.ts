// SPDX-License-Identifier: MPL-2.0

// `import("…")` as a type.

export default (stats: import("node:fs").Stats): unknown => stats;
