// SPDX-License-Identifier: MPL-2.0

// Overloads in an interface, for a function that keeps one of them.

interface Cast {
  (value: string): number;
  (value: number): number;
}
const cast: Cast = (value: string | number) => value as never;

export default (): unknown => cast("text");
