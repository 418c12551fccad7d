// SPDX-License-Identifier: MPL-2.0

// `Error.captureStackTrace`.

export default function attempt(): unknown {
  const into: { stack?: unknown } = {};
  Error.captureStackTrace(into);
  return typeof into.stack === "string" ? 0 : into.stack;
}
