// SPDX-License-Identifier: MPL-2.0

// `with`.

export default function attempt(): unknown {
  with (Math) {
    return floor(1);
  }
}
