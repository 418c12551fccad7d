// SPDX-License-Identifier: MPL-2.0

// A group that is not there, as a string.

export default function attempt(): unknown {
  const found = /(?<name>a)?/.exec("b");
  const name: string = found?.groups?.["name"]!;
  return name.length;
}
