// SPDX-License-Identifier: MPL-2.0

// `require` of a name that is put together.

export default function attempt(): unknown {
  const name = ["node", "fs"].join(":");
  return require(name);
}
