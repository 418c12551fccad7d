// SPDX-License-Identifier: MPL-2.0

// `__defineGetter__`.

export default function attempt(): unknown {
  return ({} as { __defineGetter__: (n: string, g: () => unknown) => void }).__defineGetter__(
    "x",
    () => 1,
  );
}
