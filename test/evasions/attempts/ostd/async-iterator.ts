// SPDX-License-Identifier: MPL-2.0

// A loop that awaits behind the scheduler.

async function* numbers(): AsyncGenerator<number> {
  yield 1;
}

export default async (): Promise<unknown> => {
  let sum = 0;
  for await (const n of numbers()) sum += n;
  return sum;
};
