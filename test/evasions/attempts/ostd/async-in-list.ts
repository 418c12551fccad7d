// SPDX-License-Identifier: MPL-2.0

// An async function in a list of plain ones.

async function work(): Promise<void> {}
const JOBS: readonly (() => void)[] = [work];

export default (): unknown => JOBS.forEach((job) => job());
