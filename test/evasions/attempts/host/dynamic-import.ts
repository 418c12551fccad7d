// SPDX-License-Identifier: MPL-2.0

// A module of Node by `import()`.

export default async (): Promise<unknown> => import("node:fs");
