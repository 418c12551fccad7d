// SPDX-License-Identifier: MPL-2.0

// An object that lies about its fields.

export default function attempt(): unknown {
  return new Proxy({}, { get: () => 1 });
}
