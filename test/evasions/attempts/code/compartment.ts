// SPDX-License-Identifier: MPL-2.0

// SES's own makers of code.

export default function attempt(): unknown {
  return new Compartment();
}
