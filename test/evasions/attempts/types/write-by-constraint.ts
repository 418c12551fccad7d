// SPDX-License-Identifier: MPL-2.0

// A write through a type parameter, whose argument has less.

const spoil = <T extends { x: number | string }>(point: T): void => {
  point.x = "text";
};

export default (): unknown => {
  const point = { x: 1 };
  spoil(point);
  return point.x.toFixed();
};
