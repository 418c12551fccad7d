// SPDX-License-Identifier: MPL-2.0

// A function under the type of a method, looked up by its name.

interface Sink {
  take(value: string | number): string;
}

export default (): unknown => {
  const take: Sink["take"] = (value: string) => value.trim();
  return take(5);
};
