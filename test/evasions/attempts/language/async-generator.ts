// SPDX-License-Identifier: MPL-2.0

// A generator that settles promises behind the scheduler.

async function* count(): AsyncGenerator<number> {
  yield 1;
}
export default (): unknown => count().next();
