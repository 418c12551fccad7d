// SPDX-License-Identifier: MPL-2.0

// Another `then` for all promises.

export default function attempt(): unknown {
  Promise.prototype.then = () => Promise.reject(new Error("stolen"));
  return 0;
}
