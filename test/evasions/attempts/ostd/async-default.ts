// SPDX-License-Identifier: MPL-2.0

// An async function as a parameter's default.

async function work(): Promise<void> {}

export const run = (job: () => void = work): void => job();

export default (): unknown => run();
