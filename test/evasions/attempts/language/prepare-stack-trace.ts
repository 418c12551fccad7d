// SPDX-License-Identifier: MPL-2.0

// The frames of whoever called, by `Error.prepareStackTrace`.

export default function attempt(): unknown {
  Error.prepareStackTrace = (_error, frames) => frames;
  const frames: unknown = new Error("x").stack;
  return Array.isArray(frames) ? frames.map((frame) => [frame.getThis(), frame.getFunction()]) : 0;
}
