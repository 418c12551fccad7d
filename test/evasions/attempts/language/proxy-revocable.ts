// SPDX-License-Identifier: MPL-2.0

// The same by `Proxy.revocable`.

export default function attempt(): unknown {
  return Proxy.revocable({}, {});
}
