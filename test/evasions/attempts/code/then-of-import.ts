// SPDX-License-Identifier: MPL-2.0

// A thenable that an `await` calls.

export default async (): Promise<unknown> => {
  const thenable = { then: (take: (value: unknown) => void) => take(globalThis) };
  return await thenable;
};
