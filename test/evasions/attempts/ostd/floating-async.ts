// SPDX-License-Identifier: MPL-2.0

// A call that nobody awaits.

async function work(): Promise<number> {
  return 1;
}

export default (): unknown => {
  work();
  return 0;
};
