// SPDX-License-Identifier: MPL-2.0

// The same with `void`.

async function work(): Promise<number> {
  return 1;
}

export default (): unknown => {
  void work();
  return 0;
};
