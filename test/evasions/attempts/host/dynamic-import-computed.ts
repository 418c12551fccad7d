// SPDX-License-Identifier: MPL-2.0

// `import()` of a name that only the running program knows.

export default async (): Promise<unknown> => {
  const name = ["node", "fs"].join(":");
  return import(name);
};
