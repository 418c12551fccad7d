// SPDX-License-Identifier: MPL-2.0

// `import.meta`, and what it leads to.

export default function attempt(): unknown {
  return import.meta;
}
