// SPDX-License-Identifier: MPL-2.0

// Every member of `globalThis`.

export default function attempt(): unknown {
  return Object.getOwnPropertyNames(globalThis).map((name) =>
    Object.entries(globalThis).find(([key]) => key === name),
  );
}
