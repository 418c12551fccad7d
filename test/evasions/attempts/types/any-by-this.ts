// SPDX-License-Identifier: MPL-2.0

// An implicit `this`.

export default function attempt(): unknown {
  function read() {
    return this.secret;
  }
  return read();
}
