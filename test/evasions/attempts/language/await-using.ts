// SPDX-License-Identifier: MPL-2.0

// An end that is awaited behind the scheduler.
// Harmless: it is an `await` of an async function, as any other; what it returns is not OSTD's.

export default async (): Promise<unknown> => {
  await using end = { async [Symbol.asyncDispose](): Promise<void> {} };
  return end;
};
