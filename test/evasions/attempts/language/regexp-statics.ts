// SPDX-License-Identifier: MPL-2.0

// What another's regular expression found, by `RegExp.$1`.

export default function attempt(): unknown {
  return RegExp.$1;
}
