// SPDX-License-Identifier: MPL-2.0

// The name `constructor` put together.

export default function attempt(): unknown {
  return (() => {})[("con" + "structor") as "toString"];
}
