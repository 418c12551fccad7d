// SPDX-License-Identifier: MPL-2.0

// Rules switched off for a line.

export default (): unknown => {
  const x: any = "text"; // eslint-disable-line
  return x;
};
