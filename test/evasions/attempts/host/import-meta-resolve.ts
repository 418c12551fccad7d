// SPDX-License-Identifier: MPL-2.0

// `import.meta.resolve`.

interface Meta {
  resolve(name: string): string;
}
export default function attempt(): unknown {
  const meta = import.meta as unknown as Meta;
  return `GAINED ${meta.resolve("node:fs")}`;
}
