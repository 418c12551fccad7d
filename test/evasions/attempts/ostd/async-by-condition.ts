// SPDX-License-Identifier: MPL-2.0

// An async function where a plain one is wanted, by `??`.

async function work(): Promise<void> {}

export const run = (job: (() => void) | undefined): void => {
  const chosen: () => void = job ?? work;
  chosen();
};

export default (): unknown => run(undefined);
