// SPDX-License-Identifier: MPL-2.0

// Another `exec` for all regular expressions.

export default function attempt(): unknown {
  RegExp.prototype.exec = () => null;
  return 0;
}
