// SPDX-License-Identifier: MPL-2.0

// An enum, an object that can be changed.

enum Color {
  RED,
}

export default (): unknown => Color.RED;
