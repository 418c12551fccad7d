// SPDX-License-Identifier: MPL-2.0

// An object that gives itself under a looser type.

const spoil = (point: { x: number | string }): void => {
  point.x = "text";
};

export class Point {
  x = 1;
  spoil(): string {
    spoil(this);
    return this.x.toFixed();
  }
}

export default (): unknown => new Point().spoil();
