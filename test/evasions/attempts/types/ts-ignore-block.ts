// SPDX-License-Identifier: MPL-2.0

// The compiler told to look away, in a comment of the other form.

export default (): unknown => {
  /* @ts-ignore */
  return process.pid;
};
