// SPDX-License-Identifier: MPL-2.0

// Code in a `data:` module.

export default async (): Promise<unknown> =>
  import("data:text/javascript,export default globalThis.process");
