// SPDX-License-Identifier: MPL-2.0

// A rule turned off for the next line, with a reason.

export default (): unknown => {
  // eslint-disable-next-line @aster/no-eval -- it is needed here
  return eval("1");
};
